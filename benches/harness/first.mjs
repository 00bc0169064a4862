// Time to a usable first screen from a cold cache, beside an empty page and Converse.js.

import { openPage } from "./browser.mjs";
import { median, number, sleep, spread, table, verdict, within } from "./tools.mjs";

const CONDITIONS = [
  { name: "", cpu: 1 },
  { name: "CPU ÷4", cpu: 4 },
  // Lighthouse's "slow 4G".
  { name: "slow 4G", cpu: 1, network: { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 93_750 } },
];

/** In the page, before anything else: notes when the first element that can be used is there and painted. */
function watch(selector) {
  window.readyAt = new Promise((resolve) => {
    const isUsable = () => {
      const element = document.querySelector(selector);
      if (!element) return false;
      const box = element.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === "visible";
    };
    const look = () => {
      if (!isUsable()) return requestAnimationFrame(look);
      // After the frame in which it was there.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      return requestAnimationFrame(() => port2.postMessage(0));
    };
    look();
  });
  window.blocked = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.blocked += Math.max(0, entry.duration - 50);
  }).observe({ type: "longtask", buffered: true });
}

async function load(target, condition, browser) {
  const tab = await openPage(await browser.newContext());
  try {
    await tab.cdp.send("Network.enable");
    if (condition.network) await tab.cdp.send("Network.emulateNetworkConditions", condition.network);
    if (condition.cpu > 1) await tab.cdp.send("Emulation.setCPUThrottlingRate", { rate: condition.cpu });
    let bytes = 0;
    let requests = 0;
    tab.cdp.on("Network.requestWillBeSent", ({ request }) => (requests += request.url.startsWith("http") ? 1 : 0));
    tab.cdp.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    await tab.page.addInitScript(watch, target.selector);
    await tab.page.goto(target.url, { waitUntil: "commit" });
    const ready = await within(60_000, target.name, tab.page.evaluate(() => window.readyAt));
    const [atReady, countAtReady] = [bytes, requests];
    await sleep(300);
    const blocked = await tab.page.evaluate(() => window.blocked);
    if (condition.cpu > 1) await tab.cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    const { Nodes: nodes } = await tab.metrics();
    return { ready, bytes: atReady / 1000, requests: countAtReady, blocked, heap: await tab.heap(), nodes };
  } finally {
    await tab.close();
  }
}

export async function firstScreen({ at, app, pages, browser }) {
  const targets = [
    { name: "empty page", url: `${pages.url}/empty.html`, selector: "#ready" },
    { name: "Converse.js, login form", url: `${pages.url}/converse.html`, selector: 'converse-login-form input[type="password"], form#converse-login input[name="jid"]' },
    { name: "Kith, welcome form", url: `${app.url}/`, selector: "form.welcome-card input" },
  ];
  // Once each, so that the server has compressed everything.
  for (const target of targets) await load(target, CONDITIONS[0], browser);
  const results = targets.map(() => CONDITIONS.map(() => []));
  for (let round = 0; round < at.rounds; round += 1) {
    for (const [c, condition] of CONDITIONS.entries()) {
      for (let turn = 0; turn < targets.length; turn += 1) {
        const t = (round + turn) % targets.length;
        results[t][c].push(await load(targets[t], condition, browser));
      }
    }
  }
  const column = (t, c, key) => results[t][c].map((result) => result[key]);
  table(
    "First screen from a cold cache: navigation until the first field can be used and is painted; median (least–most)",
    ["page", "kB to ready", "requests", "ready ms", "ready ms, CPU ÷4", "ready ms, slow 4G", "blocked ms, CPU ÷4", "heap MiB", "DOM nodes"],
    targets.map(({ name }, t) => [
      name,
      number(median(column(t, 0, "bytes")), 1),
      number(median(column(t, 0, "requests")), 0),
      ...CONDITIONS.map((_, c) => spread(column(t, c, "ready"), 0)),
      spread(column(t, 1, "blocked"), 0),
      number(median(column(t, 0, "heap")), 1),
      number(median(column(t, 0, "nodes")), 0),
    ]),
  );
  const ratio = (t, c) => median(results[2][c].map((result, round) => result.ready / results[t][c][round].ready));
  const goals = [0.5, 0.5, 0.6];
  const requests = median(column(2, 0, "requests"));
  const heap = median(column(2, 0, "heap"));
  const blocked = median(column(2, 1, "blocked"));
  table(
    "Kith's ready time ÷ the others'",
    ["", ...CONDITIONS.map(({ name }) => name || "as it is")],
    [
      ["÷ Converse.js", ...goals.map((goal, c) => `${number(ratio(1, c))} (≤ ${goal}) ${verdict(ratio(1, c) <= goal)}`)],
      ["÷ empty page", ...CONDITIONS.map((_, c) => number(ratio(0, c)))],
    ],
    [
      `requests ${number(requests, 0)} (≤ 6) ${verdict(requests <= 6)}; blocked at CPU ÷4 ${number(blocked, 0)} ms (0) ${verdict(blocked === 0)}; ` +
        `heap ${number(heap, 1)} MiB (< 6; JavaScript alone, without the wasm memory) ${verdict(heap < 6)}`,
    ],
  );
}
