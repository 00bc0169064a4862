import mqtt from "/npm/mqtt/dist/mqtt.esm.js";

let client;
window.benchAdapter = {
  name: "MQTT.js",
  connect: ({ url, clientId }) =>
    new Promise((resolve, reject) => {
      client = mqtt.connect(url, { clientId, clean: true, protocolVersion: 4, keepalive: 60, reconnectPeriod: 0 });
      client.once("connect", () => resolve());
      client.once("error", reject);
    }),
  subscribe: (filter, qos) => client.subscribeAsync(filter, { qos }),
  publish: (topic, payload, qos, done) => client.publish(topic, payload, { qos }, done),
  onMessage: (f) => client.on("message", f),
  disconnect: () => client.endAsync(),
};
