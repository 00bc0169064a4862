// One profile, several tabs: all of them are live, and one of them is connected.
import { expect, test } from "../fixtures/test.mjs";
import { expectSame, Person } from "../fixtures/person.mjs";

/** How long it may take until another tab goes on. */
const HAND_OVER = 2_000;

/** The same person in another tab, with Bob's conversation open. */
async function anotherTab(ada) {
  const other = Object.assign(new Person(ada.name, ada.context, ada.url), { wrongs: ada.wrongs });
  await other.open();
  await expect(other.main).toBeVisible({ timeout: 20_000 });
  await other.openChat("Bob");
  return other;
}

/** Ada in three tabs, and Bob; each looks at their conversation. */
async function threeTabs(friends) {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  return { tabs: [ada, await anotherTab(ada), await anotherTab(ada)], bob };
}

/** Sends a text, and measures how long it takes until it is stored, which only a tab in charge can do. */
async function handOver(tab, text, how) {
  const began = performance.now();
  await tab.send(text);
  await expect(tab.message(text)).toBeVisible();
  const took = Math.round(performance.now() - began);
  console.log(`hand-over (${how}): ${took} ms`);
  expect(took).toBeLessThan(HAND_OVER);
}

/** The process that runs a tab: the one that is busy while the tab is. */
async function processOf({ page }) {
  const devtools = await page.context().browser().newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
    return new Map(processInfo.map(({ id, cpuTime }) => [id, cpuTime]));
  };
  const before = await times();
  await page.evaluate(() => {
    const end = performance.now() + 700;
    while (performance.now() < end);
  });
  const spent = [...(await times())].map(([id, time]) => ({ id, time: time - (before.get(id) ?? time) }));
  return spent.sort((one, other) => other.time - one.time)[0].id;
}

test("three tabs show what comes, and each of them sends", async ({ friends, newWire }) => {
  const wire = await newWire();
  const [ada, bob] = await friends({ adaFields: { "Server address": wire.url } });
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  const tabs = [ada, await anotherTab(ada), await anotherTab(ada)];
  await bob.burst(["One", "Two"]);
  for (const tab of tabs) await expect(tab.message("Two")).toBeVisible();
  const sent = ["From the first", "From the second", "From the third"];
  for (const [at, tab] of tabs.entries()) await tab.send(sent[at]);
  for (const tab of tabs) await expectSame(tab, bob, ["One", "Two", ...sent]);
  for (const tab of tabs) {
    await tab.connected();
    await expect(tab.message("From the second")).toHaveText(/Read$/);
    await expect(tab.page.getByRole("alert")).toBeHidden();
  }
  expect(wire.connections()).toBe(1);
});

test("each tab has its own conversation, edits and deletes", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second, third] = tabs;
  await first.go("Settings");
  await bob.send("Seen in the second");
  await expect(bob.message("Seen in the second")).toHaveText(/Read$/);
  await second.send("Wrnog");
  await expect(second.message("Wrnog")).toHaveText(/Read$/);
  await second.composer.press("ArrowUp");
  await second.composer.fill("Right");
  await second.composer.press("Enter");
  await expect(bob.message("Right")).toContainText("edited");
  await first.openChat("Bob");
  for (const tab of tabs) await expect(tab.message("Right")).toContainText("edited");
  await second.composer.fill("Not sent");
  await expect(third.composer).toHaveValue("");
  await third.send("Sent");
  await expect(second.message("Sent")).toHaveText(/Read$/);
  await expect(second.composer).toHaveValue("Not sent");
});

test("what has a form of its own works in every tab", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second, third] = tabs;
  await second.go("Settings");
  await second.role("textbox", "Your name").fill("Ada Lovelace");
  await second.role("region", "Profile").getByRole("button", { name: "Save" }).click();
  await expect(bob.page.getByRole("heading", { name: "Ada Lovelace" })).toBeVisible();
  await second.connected();
  await third.send("Still here");
  await expect(bob.message("Still here")).toBeVisible();
  await first.send("So am I");
  await second.openChat("Bob");
  for (const tab of tabs) await expectSame(tab, bob, ["Still here", "So am I"]);
});

test("when the tab in charge is closed in the middle of sending, another goes on within two seconds", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second, third] = tabs;
  const texts = (name) => Array.from({ length: 12 }, (_, n) => `${name} ${n}`);
  await Promise.all([second.burst(texts("second")), third.burst(texts("third"))]);
  await first.page.close();
  await handOver(second, "And on", "closed");
  await third.send("And on as well");
  const said = [...texts("second"), ...texts("third"), "And on", "And on as well"];
  for (const tab of [second, third]) await expectSame(tab, bob, said);
  await expect(bob.page.getByRole("main").getByText("online", { exact: true })).toBeVisible();
});

test("when the tab in charge crashes, another goes on within two seconds", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second, third] = tabs;
  const devtools = await first.context.newCDPSession(first.page);
  await second.send("Before");
  // It never answers.
  devtools.send("Page.crash").catch(() => {});
  await first.page.waitForEvent("crash");
  await handOver(second, "After", "crashed");
  await third.send("From the third");
  for (const tab of [second, third]) await expectSame(tab, bob, ["Before", "After", "From the third"]);
});

test("when the process of the tab in charge is stopped, another goes on, and the stopped one follows when it runs again", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second, third] = tabs;
  await first.send("Before");
  await expect(bob.message("Before")).toBeVisible();
  const id = await processOf(first);
  process.kill(id, "SIGSTOP");
  try {
    await handOver(second, "Meanwhile", "stopped");
    await third.send("From the third");
    await bob.send("Which one are you?");
    for (const tab of [second, third]) await expectSame(tab, bob, ["Before", "Meanwhile", "From the third", "Which one are you?"]);
  } finally {
    process.kill(id, "SIGCONT");
  }
  const said = ["Before", "Meanwhile", "From the third", "Which one are you?"];
  await expectSame(first, bob, said);
  await first.send("Awake");
  for (const tab of tabs) await expectSame(tab, bob, [...said, "Awake"]);
});

// Chromium freezes hidden pages alone, and without a window none is hidden: here they are told that they will be.
test("a tab in charge that is going to be frozen lets another go on, and follows when it thaws", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second] = tabs;
  await first.send("Before");
  await first.page.evaluate(() => document.dispatchEvent(new Event("freeze", { bubbles: true })));
  await handOver(second, "Into the freeze", "frozen");
  // It does not even wait for the lock.
  const waiting = () => second.page.evaluate(async () => (await navigator.locks.query()).pending.length);
  expect(await waiting()).toBe(1);
  await first.page.evaluate(() => document.dispatchEvent(new Event("resume", { bubbles: true })));
  await expect.poll(waiting).toBe(2);
  await first.send("Awake");
  for (const tab of tabs) await expectSame(tab, bob, ["Before", "Into the freeze", "Awake"]);
});

test("the only tab is offline while it is frozen, and back when it thaws", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  const id = await processOf(ada);
  await ada.page.evaluate(() => document.dispatchEvent(new Event("freeze", { bubbles: true })));
  process.kill(id, "SIGSTOP");
  try {
    await expect(bob.page.getByRole("main").getByText(/last seen/)).toBeVisible();
    await bob.send("Sleep well");
    await expect(bob.message("Sleep well")).toHaveText(/Sent$/);
  } finally {
    process.kill(id, "SIGCONT");
  }
  await ada.page.evaluate(() => document.dispatchEvent(new Event("resume", { bubbles: true })));
  await expectSame(ada, bob, ["Sleep well"]);
  await ada.send("Good morning");
  await expectSame(ada, bob, ["Sleep well", "Good morning"]);
  await expect(bob.page.getByRole("main").getByText("online", { exact: true })).toBeVisible();
});

test("when the tab in charge hangs, another goes on, and what was written in it is sent once", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second] = tabs;
  // Nothing of it answers. Then, before it hears that another tab has taken over, it writes.
  const hung = first.page.evaluate(() => {
    const area = document.querySelector("textarea");
    const end = performance.now() + 5_000;
    while (performance.now() < end);
    area.dispatchEvent(new InputEvent("beforeinput", { bubbles: true }));
    area.value = "From the tab that hung";
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  });
  await handOver(second, "Meanwhile", "hung");
  await hung;
  for (const tab of tabs) await expectSame(tab, bob, ["Meanwhile", "From the tab that hung"]);
});

test("tabs that are opened at once end with one connection", async ({ friends, newWire }) => {
  const wire = await newWire();
  const [ada, bob] = await friends({ adaFields: { "Server address": wire.url } });
  await ada.page.close();
  await expect.poll(wire.connections).toBe(0);
  await bob.openChat("Ada");
  const tabs = await Promise.all([anotherTab(ada), anotherTab(ada), anotherTab(ada)]);
  await expect.poll(wire.connections).toBe(1);
  for (const [at, tab] of tabs.entries()) await tab.send(`From ${at}`);
  for (const tab of tabs) await expectSame(tab, bob, ["From 0", "From 1", "From 2"]);
  expect(wire.connections()).toBe(1);
});

test("a tab of another version says so, and a reload helps @once", async ({ friends }) => {
  const { tabs, bob } = await threeTabs(friends);
  const [first, second, third] = tabs;
  await first.page.evaluate(() => {
    // Another version is in charge, it says.
    const channel = new BroadcastChannel("kith/tabs");
    channel.postMessage(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 0]));
    channel.close();
  });
  for (const tab of [second, third]) {
    await expect(tab.role("heading", "Another version of Kith is open in another tab")).toBeVisible();
    await tab.role("button", "Reload").click();
    await expect(tab.composer).toBeVisible({ timeout: 20_000 });
    await tab.send("Reloaded");
  }
  for (const tab of tabs) await expectSame(tab, bob, ["Reloaded", "Reloaded"]);
});

test("before somebody has begun, a second tab says where Kith is open, and takes over when told to @once", async ({ person }) => {
  const ada = await person("Ada");
  await expect(ada.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });
  await ada.role("textbox", "Your name").fill("Begun in the first tab");
  const first = ada.page;
  await ada.open();
  await expect(ada.role("heading", "Kith is open in another tab")).toBeVisible({ timeout: 20_000 });
  await ada.role("button", "Use here").click();
  await expect(ada.role("textbox", "Your name")).toHaveValue("Begun in the first tab");
  await expect(first.getByRole("heading", { name: "Kith is open in another tab" })).toBeVisible();
  await ada.role("button", "Start").click();
  await ada.connected();
  await expect(first.getByRole("navigation", { name: "Main" })).toBeVisible();
});
