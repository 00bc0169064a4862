// `cargo xtask bench mqtt`: the MQTT client alone, beside MQTT.js and beside one written by hand, in turns.

import { openPage, startBrowser } from "./browser.mjs";
import { startBroker } from "./broker.mjs";
import { Feeder } from "./feeder.mjs";
import { startServer } from "./server.mjs";
import { env, header, median, number, options, quantile, scope, sleep, spread, table, verdict, within } from "./tools.mjs";
import { fileURLToPath } from "node:url";

const CLIENTS = ["kith", "mqttjs", "byhand"];
const COLUMNS = ["out0", "out1", "out2", "in0", "in1", "in2"];
const TITLES = { out0: "QoS 0 out", out1: "QoS 1 out", out2: "QoS 2 out", in0: "QoS 0 in", in1: "QoS 1 in", in2: "QoS 2 in" };
const SIZE = 200;
const PATIENCE = 120_000;

const at = options({ rounds: 5, quick: false, inflight: 20, window: 100, messages: 10_000, echoes: 500 });
if (at.quick) Object.assign(at, { rounds: 1, messages: 2_000, echoes: 100 });

const directory = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

function payloads(count) {
  return Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.alloc(SIZE, 0x61);
    bytes.writeUInt32BE(index);
    return bytes;
  });
}

/** One client in a page of its own: every column once. */
async function measure(client, { browser, server, broker, feeder, round }) {
  const context = await browser.newContext();
  const tab = await openPage(context);
  const result = { speed: {}, cpu: {} };
  try {
    await tab.page.goto(`${server.url}/mqtt.html?client=${client}&window=${at.window}`);
    await tab.page.waitForFunction(() => window.ready === true);
    const call = (name, argument) =>
      within(PATIENCE, `${client} ${name}`, tab.page.evaluate(([name, argument]) => window.run[name](argument), [name, argument]));
    const id = `${client}-${round}-${Date.now().toString(36)}`;
    result.name = await call("connect", { url: broker.url, clientId: id });
    await call("out", { topic: `${id}/warm`, qos: 1, count: 500, open: 500 });

    for (const qos of [0, 1, 2]) {
      const count = qos === 2 ? at.messages / 2 : at.messages;
      const before = await tab.cpu();
      const time = await call("out", { topic: `${id}/out`, qos, count, open: qos === 2 ? at.inflight || count : count });
      result.cpu[`out${qos}`] = ((await tab.cpu()) - before) / count;
      result.speed[`out${qos}`] = (count / time) * 1000;
    }
    for (const qos of [0, 1, 2]) {
      const count = qos === 2 ? at.messages / 2 : at.messages;
      const topic = `${id}/in${qos}`;
      await within(PATIENCE, "subscribe", tab.page.evaluate(([topic, qos]) => window.run.subscribe(topic, qos), [topic, qos]));
      const all = payloads(count);
      await call("expect", { count });
      const before = await tab.cpu();
      const [time] = await Promise.all([call("arrived"), within(PATIENCE, "feeding", feeder.publishAll(topic, all, qos))]);
      result.cpu[`in${qos}`] = ((await tab.cpu()) - before) / count;
      result.speed[`in${qos}`] = ((count - 1) / time) * 1000;
    }
    await tab.page.evaluate((topic) => window.run.subscribe(topic, 1), `${id}/echo`);
    await call("echo", { topic: `${id}/echo`, count: 50 });
    result.echo = await call("echo", { topic: `${id}/echo`, count: at.echoes });
    await call("disconnect");
    tab.check();
  } finally {
    await tab.close();
  }
  return result;
}

function report(results) {
  const name = (client) => results[client][0].name;
  const values = (client, kind, column) => results[client].map((round) => round[kind][column]);
  const echo = (client, q) => results[client].map((round) => quantile(round.echo, q));
  const titles = COLUMNS.map((column) => TITLES[column]);

  table(
    "Messages per second until all acknowledged: median (least–most)",
    ["client", ...titles],
    CLIENTS.map((client) => [name(client), ...COLUMNS.map((column) => spread(values(client, "speed", column), 0))]),
  );
  table(
    "Main-thread CPU per message, µs: median (least–most)",
    ["client", ...titles],
    CLIENTS.map((client) => [name(client), ...COLUMNS.map((column) => spread(values(client, "cpu", column), 1))]),
  );
  table(
    "Echo to itself at QoS 1, one at a time, the next one out of the callback: ms, median over rounds (least–most)",
    ["client", "p50", "p99"],
    CLIENTS.map((client) => [name(client), spread(echo(client, 0.5)), spread(echo(client, 0.99))]),
  );

  // Ratios within a round, so that what slows the whole round down cancels out.
  const ratio = (kind, column, peer) =>
    median(results.kith.map((round, index) => round[kind][column] / results[peer][index][kind][column]));
  const rows = [];
  const misses = [];
  const goal = (what, kind, peer, wanted, good) => {
    const cells = COLUMNS.map((column) => {
      const found = ratio(kind, column, peer);
      const ok = good(found, wanted(column));
      if (!ok) misses.push(`${what} at ${TITLES[column]}: ${number(found)}`);
      return `${number(found)} ${verdict(ok)}`;
    });
    rows.push([what, ...cells]);
  };
  const least = (found, wanted) => found >= wanted;
  const most = (found, wanted) => found <= wanted;
  goal("speed ÷ MQTT.js (≥ 1.0; QoS 1 out ≥ 1.3)", "speed", "mqttjs", (column) => (column === "out1" ? 1.3 : 1), least);
  goal("speed ÷ by hand (≥ 0.85)", "speed", "byhand", () => 0.85, least);
  goal("CPU ÷ MQTT.js (≤ 0.5)", "cpu", "mqttjs", () => 0.5, most);
  goal("CPU ÷ by hand (no goal)", "cpu", "byhand", () => Infinity, most);
  const cpu = COLUMNS.map((column) => {
    const wanted = column === "out1" || column === "in1" ? 20 : Infinity;
    const found = median(values("kith", "cpu", column));
    if (found > wanted) misses.push(`CPU at ${TITLES[column]}: ${number(found)} µs`);
    return wanted === Infinity ? "" : `${number(found, 1)} ${verdict(found <= wanted)}`;
  });
  rows.push(["CPU µs (QoS 1 ≤ 20)", ...cpu]);
  table("Kith against its goals: medians of the rounds' ratios", ["goal", ...titles], rows);
  const echoes = [0.5, 0.99].map((q) => {
    const of = (peer) => median(echo("kith", q)) / median(echo(peer, q));
    return [`p${q * 100}`, number(of("mqttjs")), number(of("byhand"))];
  });
  table("Kith's echo time beside the others'", ["echo", "÷ MQTT.js", "÷ by hand"], echoes);
  console.log(misses.length === 0 ? "\nAll goals are met.\n" : `\nMissed:\n  ${misses.join("\n  ")}\n`);
}

await scope(async (defer) => {
  const broker = await startBroker({ inflight: at.inflight });
  defer(() => broker.stop());
  const server = await startServer({
    mounts: [
      ["/adapter/", env("KITH_ADAPTER")],
      ["/npm/", directory("node_modules/")],
      ["/", directory("pages/")],
      // tick.js, the timer's worker.
      ["/", directory("../public/")],
    ],
  });
  defer(() => server.stop());
  const browser = await startBrowser();
  defer(() => browser.stop());
  const feeder = await Feeder.connect(broker.tcp, "feeder");
  defer(() => feeder.close());

  header("mqtt", {
    browser,
    broker,
    settings: {
      messages: `${at.messages} of ${SIZE} bytes at QoS 0 and 1, ${at.messages / 2} at QoS 2`,
      rounds: `${at.rounds}, clients in turns, each in a page and process of its own, after 500 to warm up`,
      windows: `Kith ${at.window} publishes in flight (the app's 100); MQTT.js and by hand: as many as there are identifiers`,
      out: `published in one turn (at QoS 2 ${at.inflight} open at a time: mosquitto closes beyond its own window); at QoS 0 the clock stops with the PUBACK of a last publish at QoS 1`,
      in: "fed over TCP from Node at the same QoS; from the first message to the last",
      CPU: "TaskDuration of the DevTools protocol in thread ticks: the page's main thread alone",
    },
  });
  const results = Object.fromEntries(CLIENTS.map((client) => [client, []]));
  for (let round = 0; round < at.rounds; round += 1) {
    // Nobody is always first.
    for (let turn = 0; turn < CLIENTS.length; turn += 1) {
      const client = CLIENTS[(round + turn) % CLIENTS.length];
      results[client].push(await measure(client, { browser, server, broker, feeder, round }));
      process.stderr.write(`round ${round + 1} of ${at.rounds}: ${client}\n`);
      await sleep(300);
    }
  }
  report(results);
});
