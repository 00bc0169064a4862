// `cargo xtask bench`: the app as it is released, each figure beside its limit or a peer of the same run.

import path from "node:path";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { startBroker } from "./broker.mjs";
import { startBrowser, startProfile } from "./browser.mjs";
import { burst } from "./burst.mjs";
import { download } from "./download.mjs";
import { firstScreen } from "./first.mjs";
import { latency } from "./latency.mjs";
import { startServer } from "./server.mjs";
import { env, header, options, scope } from "./tools.mjs";

const PARTS = { download, first: firstScreen, latency, burst };

const at = options({ rounds: 5, quick: false, inflight: 20, only: "", samples: 300, messages: 10_000 });
if (at.quick) Object.assign(at, { rounds: Math.min(at.rounds, 2), samples: 40, messages: 1_000 });
const chosen = at.only ? at.only.split(",") : Object.keys(PARTS);
for (const part of chosen) {
  if (!(part in PARTS)) throw new Error(`--only wants ${Object.keys(PARTS).join(", ")}, not ${part}`);
}

const directory = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

await scope(async (defer) => {
  const broker = await startBroker({ inflight: at.inflight });
  defer(() => broker.stop());
  const dist = env("KITH_DIST");
  const config = JSON.parse(readFileSync(path.join(dist, "config.json"), "utf8"));
  // Each on an origin of its own, as on a host of its own.
  const app = await startServer({
    mounts: [["/", dist]],
    files: { "/config.json": JSON.stringify({ ...config, broker: broker.url }) },
  });
  defer(() => app.stop());
  const pages = await startServer({
    mounts: [
      ["/npm/", directory("node_modules/")],
      ["/", directory("pages/")],
    ],
  });
  defer(() => pages.stop());
  const browser = await startBrowser();
  defer(() => browser.stop());
  const profile = await startProfile();
  defer(() => profile.stop());

  header("", {
    browser,
    broker,
    settings: {
      rounds: `${at.rounds}, in turns; ${at.samples} messages for the latency, ${at.messages} for the burst`,
      storage: "latency and burst: one profile on the disk; each page has an origin, hence storage and a process, of its own",
      server: "HTTP/1.1 on loopback, brotli 11",
    },
  });
  const failed = [];
  for (const part of chosen) {
    try {
      await PARTS[part]({ at, broker, dist, app, pages, browser, profile });
    } catch (error) {
      failed.push(part);
      console.log(`\n${part}: FAILED: ${error.stack}`);
    }
  }
  console.log();
  if (failed.length > 0) process.exitCode = 1;
});
