// What gathered while somebody was away: until all of it is decrypted, stored and shown.

import { Robot } from "../../tools/robot/robot.mjs";
import { openPage } from "./browser.mjs";
import { Feeder } from "./feeder.mjs";
import { accept, begin, idOf, openChat, openKith, words } from "./people.mjs";
import { number, quantile, sleep, spread, table, verdict, within } from "./tools.mjs";

const PATIENCE = 180_000;
/** So many a friend writes without an answer before another session is begun (PROTOCOL.md, Olm sessions). */
const EACH = 1_000;

/** In the page: when its socket opened, when a text stood last in the list, and what kept the page busy. */
function instruments() {
  const Native = WebSocket;
  window.WebSocket = class extends Native {
    constructor(...address) {
      super(...address);
      this.addEventListener("open", () => (window.openedAt ??= performance.now()), { once: true });
    }
  };
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration });
  }).observe({ type: "longtask", buffered: true });
  window.shown = (list, marker) =>
    new Promise((resolve) => {
      const look = () => {
        const last = document.querySelector(list)?.lastElementChild;
        if (last?.textContent.includes(marker)) resolve(performance.now());
        else requestAnimationFrame(look);
      };
      look();
    });
}

async function watch(tab, url, list, marker) {
  await tab.page.addInitScript(instruments);
  const before = await tab.cpu();
  await tab.page.goto(url, { waitUntil: "commit" });
  const shown = await within(
    PATIENCE,
    `${list}: ${marker}`,
    tab.page.evaluate(([list, marker]) => window.shown(list, marker), [list, marker]),
  );
  const cpu = (await tab.cpu()) - before;
  await sleep(200);
  const { opened, tasks, elements } = await tab.page.evaluate(() => ({
    opened: window.openedAt,
    tasks: window.longTasks,
    elements: document.querySelectorAll("*").length,
  }));
  const long = tasks.filter(({ startTime, duration }) => startTime + duration >= opened).map(({ duration }) => duration);
  tab.check();
  return { time: shown - opened, cpu, long, elements, heap: await tab.heap() };
}

/** Counts the records of a store without the app's help. */
function stored(tab, database, store) {
  return tab.page.evaluate(
    ([database, store]) =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open(database);
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const counting = request.result.transaction(store).objectStore(store).count();
          counting.onsuccess = () => {
            resolve(counting.result);
            request.result.close();
          };
          counting.onerror = () => reject(counting.error);
        };
      }),
    [database, store],
  );
}

async function kith({ profile, app, broker, at }) {
  const email = "cat@bench.test";
  const id = idOf(email);
  let tab = await openKith(profile, app, "cat");
  await begin(tab, "Cat", email);
  const friends = [];
  for (let count = 0; count * EACH < at.messages; count += 1) {
    const friend = await Robot.begin({ name: `Robot ${count + 1}`, broker: broker.url });
    friend.ask(id);
    await accept(tab);
    await friend.befriended(id);
    friends.push(friend);
  }
  const newest = friends.at(-1);
  await openChat(tab, newest.id);
  await newest.send(id, [words("hello")]);
  await tab.page.getByText("hello").first().waitFor();
  let total = await stored(tab, "kith", "messages");
  return {
    name: "Kith, decrypted and stored",
    async round(number) {
      await newest.delivered();
      await tab.page.close();
      await newest.told({ event: "contact", id, presence: "Offline" });
      for (const [place, friend] of friends.entries()) {
        const many = Math.min(EACH, at.messages - place * EACH);
        await friend.send(id, Array.from({ length: many }, (_, index) => words(`r${number}f${place}n${index}.`)));
        // Or all would be sent again and again until there is a receipt; and what they would do with receipts is not to
        // be measured: elsewhere they have machines of their own.
        await friend.leave();
      }
      tab = await openKith(profile, app, "cat");
      const last = `r${number}f${friends.length - 1}n${at.messages - (friends.length - 1) * EACH - 1}.`;
      const result = await watch(tab, `${tab.url}#/chats/${newest.id}`, ".log-content", last);
      const now = await stored(tab, "kith", "messages");
      result.missing = at.messages - (now - total);
      total = now;
      for (const friend of friends) {
        await friend.comeBack();
        if (friend !== newest) await friend.delivered();
      }
      return result;
    },
    async end() {
      await tab.page.close();
      for (const friend of friends) await friend.remove();
    },
  };
}

async function bareList({ profile, pages, broker, at }) {
  const feeder = await Feeder.connect(broker.tcp, "list-feeder");
  const url = `http://list.localhost:${pages.port}/list.html?client=list&url=${encodeURIComponent(broker.url)}`;
  let tab = await openPage(profile.context);
  await tab.page.goto(`${url}&subscribe=list/in`);
  await tab.page.waitForFunction(() => window.ready === true);
  return {
    name: "MQTT.js, a bare list, not stored",
    async round(number) {
      await tab.page.evaluate(() => window.leave());
      await tab.page.close();
      await sleep(500);
      const texts = Array.from({ length: at.messages }, (_, index) => Buffer.from(words(`r${number}n${index}.`)));
      await within(60_000, "filling the broker", feeder.publishAll("list/in", texts, 1));
      tab = await openPage(profile.context);
      return watch(tab, url, "#log", `r${number}n${at.messages - 1}.`);
    },
    async end() {
      await tab.page.close();
      feeder.close();
    },
  };
}

async function limits({ profile, pages, at }) {
  const tab = await openPage(profile.context);
  await tab.page.goto(`http://limit.localhost:${pages.port}/idb.html`);
  await tab.page.waitForFunction(() => window.ready === true);
  const store = (each) =>
    within(PATIENCE, "IndexedDB", tab.page.evaluate((what) => window.store(what), { count: at.messages, each }));
  return { thousand: () => store(1000), window: () => store(at.inflight || 1000), end: () => tab.page.close() };
}

export async function burst(world) {
  const { at } = world;
  const rounds = Math.min(at.rounds, 3);
  const limit = await limits(world);
  const contenders = [await kith(world), await bareList(world)];
  const results = contenders.map(() => []);
  const stores = { thousand: [], window: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [c, contender] of contenders.entries()) {
      results[c].push(await contender.round(round));
      process.stderr.write(`burst, round ${round + 1} of ${rounds}: ${contender.name}\n`);
    }
    stores.thousand.push(await limit.thousand());
    stores.window.push(await limit.window());
  }
  for (const end of [...contenders, limit]) await end.end();

  const column = (c, key) => results[c].map((result) => result[key]);
  const seconds = (times) => spread(times.map((time) => time / 1000));
  const speed = (times) => number(at.messages / (quantile(times, 0.5) / 1000), 0);
  const rows = contenders.map(({ name }, c) => {
    const long = results[c].map((result) => result.long);
    const beyond = long.map((tasks) => tasks.filter((duration) => duration > 100).length);
    const longest = long.map((tasks) => Math.max(0, ...tasks));
    return [
      name,
      seconds(column(c, "time")),
      speed(column(c, "time")),
      spread(column(c, "cpu").map((cpu) => cpu / at.messages), 0),
      spread(beyond, 0),
      spread(longest, 0),
      spread(column(c, "heap"), 1),
      number(quantile(column(c, "elements"), 0.5), 0),
    ];
  });
  const bound = (name, times) => rows.push([name, seconds(times), speed(times), "", "", "", "", ""]);
  bound("IndexedDB limit: 1,000 records a strict transaction", stores.thousand);
  bound(`IndexedDB, ${at.inflight || 1000} records a strict transaction (the broker's window)`, stores.window);
  const time = quantile(column(0, "time"), 0.5) / 1000;
  const calm = results[0].every(({ long }) => long.every((duration) => duration <= 100));
  const missing = column(0, "missing");
  table(
    `${number(at.messages, 0)} messages of 200 bytes that waited on the broker, from the socket's opening until the last is shown; ${rounds} rounds`,
    ["page", "seconds", "messages/s", "main-thread CPU µs each, with the start", "tasks > 100 ms", "longest task ms", "heap MiB", "elements"],
    rows,
    [
      `goal: under 2.5 s for 10,000: ${number(time)} s ${at.messages === 10_000 ? verdict(time < 2.5) : "(other number of messages)"}; no task over 100 ms: ${verdict(calm)}`,
      `records missing in Kith's database after the last was shown: ${missing.join(", ")} ${verdict(missing.every((count) => count === 0))}`,
      `${number(time / (quantile(stores.thousand, 0.5) / 1000))} × the IndexedDB limit, ${number(time / (quantile(column(1, "time"), 0.5) / 1000))} × MQTT.js with a bare list`,
    ],
  );
}
