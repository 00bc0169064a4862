import init, * as kith from "/adapter/kith_bench_adapter.js";

await init({ module_or_path: "/adapter/kith_bench_adapter_bg.wasm" });
// What the app uses, unless the address says otherwise.
const window_ = Number(new URLSearchParams(location.search).get("window") ?? 100);
window.benchAdapter = {
  name: "Kith",
  connect: ({ url, clientId }) => kith.connect(url, clientId, window_),
  subscribe: (filter, qos) => kith.subscribe(filter, qos),
  publish: (topic, payload, qos, done) => kith.publish(topic, payload, qos, done),
  onMessage: (f) => kith.onMessage(f),
  disconnect: () => kith.disconnect(),
};
