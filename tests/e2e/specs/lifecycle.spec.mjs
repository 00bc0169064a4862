// A page that goes and comes back: by the browser's buttons, or because the system put it to sleep.
import { expect, test } from "../fixtures/test.mjs";
import { expectSame, Person } from "../fixtures/person.mjs";

const gone = /last seen just now/;

test("away and back by the browser's buttons, out of its cache: connected again, nothing lost", async ({ person, app, playwright, launchOptions }) => {
  // Playwright keeps Chromium's back/forward cache off.
  const ignoreDefaultArgs = ["--disable-back-forward-cache"];
  const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs });
  const bob = await (await new Person("Bob", await browser.newContext({ locale: "en-GB" }), app.url).open()).signUp();
  const ada = await (await person("Ada")).signUp();
  await ada.befriend(bob);
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await bob.send("Before");
  await expect(bob.message("Before")).toHaveText(/Read$/);
  await bob.composer.fill("half a thought");

  const debug = await bob.context.newCDPSession(bob.page);
  const reasons = [];
  debug.on("Page.backForwardCacheNotUsed", (event) => reasons.push(event.notRestoredExplanations));
  await debug.send("Page.enable");
  const said = ["Before"];
  // Chromium drops a page in which an answer of IndexedDB arrives before it is frozen, and loads it anew: that is for
  // nobody to choose. Either way nothing may be lost; and one time it must have come out of the cache.
  for (let cached = false; !cached; ) {
    expect(said.length, `never out of the cache: ${JSON.stringify(reasons)}`).toBeLessThan(10);
    await bob.page.evaluate(() => (window.mark = "the same page"));
    await bob.page.goto(`${app.url}icon.svg`);
    await ada.go("Contacts");
    await expect(ada.contact("Bob")).toContainText(gone);
    await ada.openChat("Bob");
    said.push(`Meanwhile ${said.length}`);
    await ada.send(said.at(-1));
    // A page out of the cache does not load.
    await bob.page.goBack({ waitUntil: "commit" });
    await expect(bob.message(said.at(-1))).toBeVisible({ timeout: 20_000 });
    cached = (await bob.page.evaluate(() => window.mark)) === "the same page";
    await bob.connected();
    await expect(bob.composer).toHaveValue("half a thought");
  }
  said.push("After");
  await bob.send("After");
  await expectSame(ada, bob, said);
  expect(bob.wrongs).toEqual([]);
  await browser.close();
});

test("a page that is put to sleep is offline in time, and back when it wakes", async ({ person, app, playwright, launchOptions }) => {
  const browser = await playwright.chromium.launch(launchOptions);
  const bob = await new Person("Bob", await browser.newContext({ locale: "en-GB" }), app.url).open();
  await bob.fillWelcome();
  await bob.showServer();
  await bob.role("button", "Advanced").click();
  // The least that the form takes, so that the broker misses the page soon.
  await bob.role("textbox", "Keep-alive").fill("5");
  await bob.signUp();
  const ada = await (await person("Ada")).signUp();
  await ada.befriend(bob);
  await bob.openChat("Ada");
  await bob.send("Before");
  await expect(bob.message("Before")).toHaveText(/Delivered$/);

  // Chromium freezes hidden pages alone, and without a window none is hidden: its processes are stopped instead.
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  const pages = processInfo.filter(({ type }) => type === "renderer");
  pages.forEach(({ id }) => process.kill(id, "SIGSTOP"));
  await expect(ada.contact("Bob")).toContainText(gone, { timeout: 20_000 });
  await ada.openChat("Bob");
  await ada.send("Meanwhile");
  await expect(ada.message("Meanwhile")).toHaveText(/Sent$/);

  pages.forEach(({ id }) => process.kill(id, "SIGCONT"));
  await expect(bob.message("Meanwhile")).toBeVisible({ timeout: 20_000 });
  await bob.connected();
  await bob.send("After");
  await expectSame(ada, bob, ["Before", "Meanwhile", "After"]);
  expect(bob.wrongs).toEqual([]);
  await browser.close();
});

test("a page that is hidden keeps its connection, though its timers are held back", async ({ person, app, playwright, newTabs }) => {
  test.setTimeout(120_000);
  const tabs = await newTabs(5);
  const attach = async () => {
    const browser = await playwright.chromium.connectOverCDP(tabs.address);
    return [browser, new Person("Bob", browser.contexts()[0], app.url)];
  };
  let [browser, bob] = await attach();
  await bob.open();
  await bob.fillWelcome();
  await bob.showServer();
  await bob.role("button", "Advanced").click();
  // The least that the form takes: a broker that hears nothing for 7.5 s closes.
  await bob.role("textbox", "Keep-alive").fill("5");
  await bob.signUp();
  const ada = await (await person("Ada")).signUp();
  await ada.befriend(bob);
  await ada.openChat("Bob");
  await bob.page.evaluate(observe);
  await browser.close();

  await tabs.cover();
  await ada.page.evaluate(watch);
  // Long enough for three closed connections, if nobody kept time.
  await ada.page.waitForTimeout(30_000);
  await ada.send("Are you there?");
  await expect(ada.message("Are you there?")).toHaveText(/Delivered$/);
  expect(await ada.page.evaluate(() => window.seen)).toEqual(["online"]);

  [browser, bob] = await attach();
  bob.page = bob.context.pages().find((page) => page.url().startsWith(app.url));
  const { hidden, longest, sockets } = await bob.page.evaluate(() => window.observed);
  expect(hidden).toBe(true);
  // Chromium holds a hidden page with a WebSocket back to one timer a second, and others to one a minute.
  expect(longest, "the page's own timers were held back").toBeGreaterThan(900);
  expect(sockets).toBe(0);
  await bob.connected();
  await bob.openChat("Ada");
  await bob.send("Yes.");
  await expectSame(ada, bob, ["Are you there?", "Yes."]);
  await browser.close();
});

/** Notes whether the page was hidden, how long its own timers slept at the most, and how many connections it opened. */
function observe() {
  const observed = (window.observed = { hidden: false, longest: 0, sockets: 0 });
  document.addEventListener("visibilitychange", () => (observed.hidden ||= document.hidden));
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    observed.longest = Math.max(observed.longest, now - last);
    last = now;
  }, 500);
  window.WebSocket = new Proxy(window.WebSocket, {
    construct(Socket, args) {
      observed.sockets += 1;
      return new Socket(...args);
    },
  });
}

/** Notes what the chat's header says of the other person. */
function watch() {
  const header = document.querySelector(".conversation-header");
  const said = () => /online|offline|last seen/i.exec(header.textContent)?.[0].toLowerCase();
  window.seen = [said()];
  const note = () => said() !== window.seen.at(-1) && window.seen.push(said());
  new MutationObserver(note).observe(header, { subtree: true, childList: true, characterData: true });
}
