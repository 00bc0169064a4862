// The least that a page can do: MQTT by hand at QoS 1, sent within the microtask of the key, a div per message.
import { ByHand } from "./byhand.js";

const at = new URLSearchParams(location.search);
const [me, them] = [at.get("me"), at.get("them")];
const client = new ByHand();
const log = document.getElementById("log");
const text = document.getElementById("text");
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

function show(words) {
  const line = document.createElement("div");
  line.textContent = words;
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  client.publish(`bare/${them}`, encoder.encode(text.value), 1, () => {});
  show(text.value);
  text.value = "";
});
client.onMessage = (_, payload) => show(decoder.decode(payload));
await client.connect({ url: at.get("url"), clientId: `bare-${me}` });
await client.subscribe(`bare/${me}`, 1);
window.ready = true;
