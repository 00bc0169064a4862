// mosquitto, with every setting said.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import os from "node:os";
import path from "node:path";

import { env, sleep } from "./tools.mjs";

export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts it; `inflight` is max_inflight_messages, whose default is 20. */
export async function startBroker({ inflight }) {
  const program = env("KITH_MOSQUITTO");
  const [tcp, ws] = [await freePort(), await freePort()];
  const dir = mkdtempSync(path.join(os.tmpdir(), "kith-bench-broker-"));
  const settings = [
    ["allow_anonymous", "true"],
    ["persistence", "false"],
    ["max_inflight_messages", inflight],
    // Both unlimited: a burst must be queued whole.
    ["max_queued_messages", 0],
    ["max_queued_bytes", 0],
    ["set_tcp_nodelay", "true"],
    ["sys_interval", 0],
    ["log_type", "error"],
  ];
  const lines = settings.map(([name, value]) => `${name} ${value}`);
  // The TCP listener first, or 2.0.11 answers the WebSocket one wrongly.
  lines.push(`listener ${tcp} 127.0.0.1`, `listener ${ws} 127.0.0.1`, "protocol websockets", "");
  const file = path.join(dir, "mosquitto.conf");
  writeFileSync(file, lines.join("\n"));
  const child = spawn(program, ["-c", file], { stdio: ["ignore", "ignore", "inherit"] });
  let ended = false;
  child.on("exit", () => (ended = true));
  for (let tries = 0; !(await answers(tcp)) || !(await answers(ws)); tries += 1) {
    if (ended || tries > 100) throw new Error("mosquitto does not start");
    await sleep(50);
  }
  const version = spawnSync(program, ["-h"], { encoding: "utf8" }).stdout.split("\n")[0].trim();
  return {
    tcp,
    ws,
    url: `ws://127.0.0.1:${ws}/mqtt`,
    version,
    settings: settings.map(([name, value]) => `${name} ${value}`).join(", "),
    async stop() {
      const gone = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      if (!ended) await Promise.race([gone, sleep(3000)]);
      child.kill("SIGKILL");
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
