// MQTT.js into a bare list, with the session kept on the broker: a div per message, nothing stored. It scrolls once a
// frame: once a message, which lays the list out anew each time, 10,000 take a minute.
import mqtt from "/npm/mqtt/dist/mqtt.esm.js";

const at = new URLSearchParams(location.search);
const log = document.getElementById("log");
const decoder = new TextDecoder();
let scrolling = false;
const client = mqtt.connect(at.get("url"), {
  clientId: at.get("client"),
  clean: false,
  protocolVersion: 4,
  reconnectPeriod: 0,
});
client.on("message", (_, payload) => {
  const line = document.createElement("div");
  line.textContent = decoder.decode(payload);
  log.append(line);
  if (scrolling) return;
  scrolling = true;
  requestAnimationFrame(() => {
    scrolling = false;
    log.scrollTop = log.scrollHeight;
  });
});
client.on("connect", async () => {
  if (at.has("subscribe")) await client.subscribeAsync(at.get("subscribe"), { qos: 1 });
  window.ready = true;
});
window.leave = () => client.endAsync();
