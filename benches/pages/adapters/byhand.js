import { ByHand } from "../byhand.js";

const client = new ByHand();
window.benchAdapter = {
  name: "by hand, coalesced",
  connect: (options) => client.connect(options),
  subscribe: (filter, qos) => client.subscribe(filter, qos),
  publish: (topic, payload, qos, done) => client.publish(topic, payload, qos, done),
  onMessage: (f) => (client.onMessage = f),
  disconnect: () => client.close(),
};
