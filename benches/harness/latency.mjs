// One message from Enter in a page to the DOM, and to the paint, of another page of the same browser.

import { openPage } from "./browser.mjs";
import { accept, ask, begin, idOf, openChat, openKith, words } from "./people.mjs";
import { number, quantile, sleep, table, verdict, within } from "./tools.mjs";

/** In every page: when Enter was pressed, and when a text came. */
function instruments() {
  addEventListener("keydown", (event) => {
    if (event.key === "Enter") window.enteredAt = performance.now();
  }, { capture: true });
  // Where the time goes: the last message of a message's size that was handed to, or came from, the socket.
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (data.byteLength > 200) window.sentAt = performance.now();
    return send.call(this, data);
  };
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    constructor(...address) {
      super(...address);
      this.addEventListener("message", ({ data }) => {
        if (data.byteLength > 200) window.receivedAt = performance.now();
      });
    }
  };
  window.awaitText = (marker) => {
    window.came = new Promise((resolve) => {
      const observer = new MutationObserver((records) => {
        for (const { addedNodes } of records) {
          for (const node of addedNodes) {
            if (!node.textContent.includes(marker)) continue;
            const inDom = performance.now();
            const received = window.receivedAt;
            observer.disconnect();
            requestAnimationFrame(() => {
              const { port1, port2 } = new MessageChannel();
              port1.onmessage = () => resolve({ received, inDom, painted: performance.now() });
              port2.postMessage(0);
            });
            return;
          }
        }
      });
      observer.observe(document.body, { childList: true, subtree: true });
    });
  };
}

/** What a page's `performance.now()` must be added to: monotonic, the same clock for all pages. */
async function origin(tab) {
  return (await tab.metrics()).NavigationStart * 1000;
}

async function sample(pair, marker) {
  const [from, to] = pair.tabs;
  await from.page.locator(pair.field).focus();
  await from.page.keyboard.insertText(words(marker));
  await to.page.evaluate((marker) => window.awaitText(marker), marker);
  await sleep(30 + Math.random() * 30);
  await from.page.keyboard.press("Enter");
  const came = await within(10_000, `${pair.name}: ${marker}`, to.page.evaluate(() => window.came));
  const left = await from.page.evaluate(() => ({ entered: window.enteredAt, sent: window.sentAt }));
  const entered = pair.origins[0] + left.entered;
  const since = (time) => pair.origins[1] + time - entered;
  return {
    sent: left.sent - left.entered,
    received: since(came.received),
    shown: came.inDom - came.received,
    inDom: since(came.inDom),
    painted: since(came.painted),
  };
}

async function kithPair({ profile, app, broker }) {
  const people = [
    ["Ann", "ann@bench.test"],
    ["Ben", "ben@bench.test"],
  ];
  const tabs = [];
  for (const [name, email] of people) {
    const tab = await openKith(profile, app, name.toLowerCase());
    await tab.page.addInitScript(instruments);
    await begin(tab, name, email);
    tabs.push(tab);
  }
  await ask(tabs[1], broker, idOf(people[0][1]), "Ann");
  await accept(tabs[0]);
  await openChat(tabs[0], idOf(people[1][1]));
  await openChat(tabs[1], idOf(people[0][1]));
  return { name: "Kith", tabs, field: "form.composer textarea" };
}

async function barePair({ profile, pages, broker }) {
  const tabs = [];
  for (const [me, them] of [["x", "y"], ["y", "x"]]) {
    const tab = await openPage(profile.context);
    await tab.page.addInitScript(instruments);
    await tab.page.goto(`http://${me}.localhost:${pages.port}/bare.html?me=${me}&them=${them}&url=${encodeURIComponent(broker.url)}`);
    await tab.page.waitForFunction(() => window.ready === true);
    tabs.push(tab);
  }
  return { name: "bare page, MQTT by hand", tabs, field: "#text" };
}

export async function latency(world) {
  const { at } = world;
  const pairs = [await kithPair(world), await barePair(world)];
  for (const pair of pairs) pair.origins = await Promise.all(pair.tabs.map(origin));
  const warmUp = 10;
  const results = pairs.map(() => []);
  const cpus = () => Promise.all(pairs.map(({ tabs }) => Promise.all(tabs.map((tab) => tab.cpu()))));
  let before;
  for (let count = -warmUp; count < at.samples; count += 1) {
    if (count === 0) before = await cpus();
    for (let turn = 0; turn < pairs.length; turn += 1) {
      const p = (Math.abs(count) + turn) % pairs.length;
      const found = await sample(pairs[p], `n${count + warmUp}p${p}.`);
      if (count >= 0) results[p].push(found);
    }
  }
  const cpu = (await cpus()).map((pair, p) => pair.map((time, t) => (time - before[p][t]) / at.samples / 1000));
  const of = (p, key, q) => quantile(results[p].map((result) => result[key]), q);
  const fifth = Math.ceil(at.samples / 5);
  const rows = [];
  for (const [p, pair] of pairs.entries()) {
    const { Nodes: nodes } = await pair.tabs[1].metrics();
    pair.nodes = nodes;
    pair.elements = await pair.tabs[1].page.evaluate(() => document.querySelectorAll("*").length);
    const cells = ["inDom", "painted"].flatMap((key) => [0.5, 0.9, 0.99].map((q) => number(of(p, key, q), 1)));
    const legs = [of(p, "sent", 0.5), quantile(results[p].map(({ sent, received }) => received - sent), 0.5), of(p, "shown", 0.5)];
    rows.push([pair.name, ...cells, ...[...legs, ...cpu[p]].map((time) => number(time, 1)), number(pair.elements, 0), number(await pair.tabs[1].heap(), 1)]);
  }
  table(
    `One message of 200 bytes, Enter in one page to the other page, ms; ${at.samples} each, in turns; both pages of a pair visible`,
    ["page", "in DOM p50", "p90", "p99", "painted p50", "p90", "p99", "Enter–sent", "–received", "–in DOM", "writer's CPU", "reader's", "elements", "heap MiB"],
    rows,
    [
      "Enter–sent, –received, –in DOM: the three legs' medians; the first and the last hold Kith's two strict commits",
      "CPU: ms of the page's main thread a message, with typing it, its receipt, the drawing and these instruments",
      `in DOM: p50 ${number(of(0, "inDom", 0.5), 1)} (≤ 8) ${verdict(of(0, "inDom", 0.5) <= 8)}, ` +
        `p99 ${number(of(0, "inDom", 0.99), 1)} (≤ 25) ${verdict(of(0, "inDom", 0.99) <= 25)}`,
      `in DOM p50 of the first and the last fifth, as the conversation grows: ${pairs
        .map(({ name }, p) => `${name} ${[results[p].slice(0, fifth), results[p].slice(-fifth)].map((part) => number(quantile(part.map(({ inDom }) => inDom), 0.5), 1)).join(" → ")}`)
        .join("; ")}`,
      ...[0.5, 0.99].map((q) => {
        const ratio = of(0, "painted", q) / of(1, "painted", q);
        return `painted p${q * 100}: ${number(ratio)} × bare (≤ 3) ${verdict(ratio <= 3)}`;
      }),
      `elements in the page: ${pairs[0].elements} (< 1,500) ${verdict(pairs[0].elements < 1500)}`,
    ],
  );
  for (const { tabs } of pairs) {
    for (const tab of tabs) {
      tab.check();
      await tab.page.close();
    }
  }
}
