// Runs one MQTT client. The harness calls `run.*`; nothing is drawn.

const client = new URLSearchParams(location.search).get("client");
await import(`./adapters/${client}.js`);
const adapter = window.benchAdapter;

const SIZE = 200;

/** 200 bytes, the first four of which count. */
function payload(index) {
  const bytes = new Uint8Array(SIZE).fill(0x61);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes;
}

const indexOf = (bytes) => ((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0;

let handle = () => {};

window.run = {
  async connect({ url, clientId }) {
    await adapter.connect({ url, clientId });
    adapter.onMessage((topic, bytes) => handle(topic, bytes));
    return adapter.name;
  },

  subscribe: (filter, qos) => adapter.subscribe(filter, qos),

  /**
   * Publishes `count`, as many in one turn as `open` allows to be unacknowledged; milliseconds until all are
   * acknowledged. At QoS 0 a QoS 1 publish ends it.
   */
  async out({ topic, qos, count, open }) {
    const payloads = Array.from({ length: count }, (_, index) => payload(index));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    await new Promise((resolve) => {
      let next = 0;
      let acknowledged = 0;
      const publish = () => adapter.publish(topic, payloads[next++], qos, done);
      const done = () => {
        acknowledged += 1;
        if (acknowledged === count) {
          if (qos > 0) resolve();
        } else if (next < count) {
          publish();
        }
      };
      while (next < Math.min(open, count)) publish();
      if (qos === 0) adapter.publish(topic, payload(count), 1, resolve);
    });
    return performance.now() - start;
  },

  /** Waits for `count` messages that somebody else publishes; milliseconds from the first to the last. */
  expect({ count }) {
    let received = 0;
    let first = 0;
    window.arrived = new Promise((resolve, reject) => {
      handle = (_, bytes) => {
        if (received === 0) first = performance.now();
        if (indexOf(bytes) !== received || bytes.length !== SIZE) {
          reject(new Error(`message ${indexOf(bytes)} of ${bytes.length} bytes came as number ${received}`));
        }
        received += 1;
        if (received === count) resolve(performance.now() - first);
      };
    });
  },

  arrived: () => window.arrived,

  /** Publishes at QoS 1 to itself, the next one out of the callback that brings the last: milliseconds of each. */
  echo: ({ topic, count }) =>
    new Promise((resolve) => {
      const times = [];
      let start;
      const next = () => {
        start = performance.now();
        adapter.publish(topic, payload(times.length), 1, () => {});
      };
      handle = () => {
        times.push(performance.now() - start);
        if (times.length === count) resolve(times);
        else next();
      };
      next();
    }),

  disconnect: () => adapter.disconnect(),
};
window.ready = true;
