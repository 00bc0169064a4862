// axe-core finds nothing, and the keyboard is enough.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "../fixtures/test.mjs";

async function clean({ page }, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html.slice(0, 160)) }));
  // Softly: one run tells of all screens.
  expect.soft(found, where).toEqual([]);
}

for (const [colours, device] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["light, on a phone", { colorScheme: "light", viewport: { width: 390, height: 844 } }],
]) {
  test(`no violations on any screen, ${colours}`, async ({ person, friends }) => {
    // What moves is half transparent for a moment, and measured as too pale.
    const still = { ...device, reducedMotion: "reduce" };
    const carol = await person("Carol", still);
    await carol.fillWelcome();
    await carol.showServer();
    await carol.role("button", "Advanced").click();
    await clean(carol, "welcome");
    await carol.role("textbox", "Your name").fill(" ");
    await carol.role("button", "Start").click();
    await expect(carol.page.getByText("Type a name")).toBeVisible();
    await clean(carol, "welcome, refused");
    const first = carol.page;
    await carol.open();
    await expect(carol.role("button", "Use here")).toBeVisible({ timeout: 20_000 });
    await clean(carol, "elsewhere");
    await carol.close();
    carol.page = first;
    await carol.signUp();
    await clean(carol, "no chats");

    const [ada, bob] = await friends({ ada: still });
    await clean(ada, "contacts");
    await carol.ask(await ada.id());
    await ada.go("Contacts");
    await expect(ada.role("list", "Requests")).toContainText("Carol");
    await clean(ada, "a request");
    await ada.role("button", "Add contact").click();
    await clean(ada, "add contact");
    await ada.page.keyboard.press("Escape");
    await ada.contact("Bob").getByRole("button", { name: "Contact actions" }).click();
    await clean(ada, "contact actions");
    await ada.page.keyboard.press("Escape");

    await bob.openChat("Ada");
    await bob.send("Hello https://example.org");
    await ada.go("Chats");
    await expect(ada.chat("Bob")).toContainText("1 unread");
    await clean(ada, "chats, unread");
    await ada.openChat("Bob");
    await ada.send("Hello");
    await expect(ada.message("Hello").last()).toHaveText(/Read$/);
    await clean(ada, "conversation");
    await ada.message("Hello").last().click({ button: "right" });
    await expect(ada.role("menuitem", "Delete for everyone")).toBeVisible();
    await clean(ada, "message actions");
    await ada.role("menuitem", "Delete for everyone").click();
    await clean(ada, "delete question");
    await ada.page.keyboard.press("Escape");
    if (device.viewport) await ada.role("button", "Back to chats").click();
    await ada.go("Settings");
    await clean(ada, "settings");
  });
}

test("no violations without a connection", async ({ friends, newWire }) => {
  const wire = await newWire();
  const [ada] = await friends({ ada: { reducedMotion: "reduce" }, adaFields: { "Server address": wire.url } });
  await ada.openChat("Bob");
  wire.cut();
  await expect(ada.role("button", "Try now")).toBeVisible();
  await ada.send("Waits");
  await clean(ada, "offline");
});

test("who wants no motion sees nothing fade in @once", async ({ friends }) => {
  const [ada] = await friends({ ada: { reducedMotion: "reduce" } });
  await ada.openChat("Bob");
  let opacity;
  const seen = ada.page.evaluate(
    () =>
      new Promise((resolve) => {
        // Within the task that drew it: no frame has passed yet.
        new MutationObserver(() => {
          const fresh = document.querySelector(".message.fresh");
          if (fresh) resolve(getComputedStyle(fresh).opacity);
        }).observe(document.body, { childList: true, subtree: true });
      }),
  );
  seen.then((value) => (opacity = value));
  // While a page has just come, nothing on it is news.
  for (let sent = 1; opacity === undefined; sent += 1) {
    await ada.send(`The message of number ${sent}`);
    await expect(ada.articles).toHaveCount(sent);
  }
  expect(opacity).toBe("1");
});

test("all of a conversation is in reach of the keyboard", async ({ friends }) => {
  const [ada, bob] = await friends();
  await bob.openChat("Ada");
  await ada.page.reload();
  await ada.connected();
  const { keyboard } = ada.page;
  const tabTo = async (target) => {
    for (let step = 0; step < 40; step += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await keyboard.press("Tab");
    }
    expect(false, `Tab does not reach ${target}`).toBe(true);
  };
  await tabTo(ada.main.getByRole("link", { name: "Chats" }));
  await keyboard.press("Enter");
  await tabTo(ada.role("list", "Chats").getByRole("link", { name: "Bob" }));
  await keyboard.press("Enter");
  await expect(ada.composer).toBeFocused();
  await keyboard.type("By hand");
  await keyboard.press("Enter");
  await expect(bob.message("By hand")).toBeVisible();
  // Up in an empty field edits what was said last.
  await keyboard.press("ArrowUp");
  await expect(ada.composer).toHaveValue("By hand");
  await keyboard.press("Escape");
  await expect(ada.composer).toHaveValue("");
  await ada.log.focus();
  await keyboard.press("ArrowUp");
  await keyboard.press("Enter");
  await expect(ada.role("menuitem", "Copy")).toBeFocused();
  await keyboard.press("Escape");
  await expect(ada.role("menu", "Message actions")).toBeHidden();
});

test("the theme follows the system until one is chosen @once", async ({ person }) => {
  const ada = await (await person("Ada", { colorScheme: "dark" })).signUp();
  const background = () =>
    ada.page.evaluate(() => {
      // Drawn, for the style says it in a colour space of its own.
      const canvas = new OffscreenCanvas(1, 1).getContext("2d");
      canvas.fillStyle = getComputedStyle(document.body).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data[0] < 128 ? "dark" : "light";
    });
  expect(await background()).toBe("dark");
  await ada.page.emulateMedia({ colorScheme: "light" });
  expect(await background()).toBe("light");
  await ada.go("Settings");
  await ada.role("radio", "Dark").check();
  await expect.poll(background).toBe("dark");
  await ada.page.reload();
  await ada.connected();
  expect(await background()).toBe("dark");
  await ada.go("Settings");
  await ada.role("radio", "System").check();
  await expect.poll(background).toBe("light");
});
