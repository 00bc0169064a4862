// `cargo xtask chaos`: as many kills as one likes, with each way in which a broker may keep what it has.
//   node chaos/main.mjs [--broker-kills 200] [--page-kills 200] [--seed 1] [--persistence "at once"]
import { parseArgs } from "node:util";
import { PERSISTENCE } from "../fixtures/broker.mjs";
import { canaries } from "../fixtures/canary.mjs";
import { chaos } from "./run.mjs";

const { values } = parseArgs({
  options: {
    "broker-kills": { type: "string", default: "200" },
    "page-kills": { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    persistence: { type: "string" },
  },
});
const modes = values.persistence ? [values.persistence] : Object.keys(PERSISTENCE);
const share = (name, at) => Math.floor((Number(values[name]) + at) / modes.length);
const total = { faults: {}, messages: 0, certain: 0, reconnects: [], heals: [], wrongs: [] };

for (const [at, persistence] of modes.entries()) {
  const plan = {
    seed: Number(values.seed) + at,
    brokerKills: share("broker-kills", at),
    pageKills: share("page-kills", at),
    persistence,
  };
  console.log(`persistence ${persistence}, seed ${plan.seed}: ${plan.brokerKills} broker, ${plan.pageKills} page`);
  canaries.begin([]);
  const began = performance.now();
  const say = (line) => console.log(`  ${((performance.now() - began) / 1000).toFixed(1)} s  ${line}`);
  const run = await chaos({ ...plan, say });
  for (const [name, count] of Object.entries(run.faults)) total.faults[name] = (total.faults[name] ?? 0) + count;
  for (const name of ["messages", "certain"]) total[name] += run[name];
  for (const name of ["reconnects", "heals", "wrongs"]) total[name].push(...run[name]);
  for (const wrong of run.wrongs) console.log(`  WRONG: ${wrong}`);
}

const quantile = (times, part) => Math.round(times.toSorted((a, b) => a - b)[Math.floor(part * (times.length - 1))]);
console.log(`\n${total.messages} messages written, ${total.certain} of them certainly; faults:`);
for (const [name, count] of Object.entries(total.faults).sort()) console.log(`  ${String(count).padStart(4)}  ${name}`);
for (const name of ["reconnects", "heals"]) {
  const times = total[name];
  console.log(`${name}: p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms (${times.length})`);
}
console.log(total.wrongs.length === 0 ? "none lost, none twice, none out of order" : `${total.wrongs.length} wrongs`);
process.exitCode = total.wrongs.length === 0 ? 0 : 1;
