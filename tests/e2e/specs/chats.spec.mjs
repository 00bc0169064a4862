// The list of chats: what is pinned, what is muted, and how one says so without a mouse.
import { expect, test } from "../fixtures/test.mjs";

test("a chat is pinned and muted by its menu, and stays so over a reload", async ({ person }) => {
  const [ada, bob, carol] = await Promise.all(["Ada", "Bob", "Carol"].map((name) => person(name)));
  await Promise.all([ada, bob, carol].map((somebody) => somebody.signUp()));
  await ada.befriend(bob);
  await ada.befriend(carol);
  await carol.openChat("Ada");
  await carol.send("Newest");
  await ada.go("Chats");
  const links = ada.role("list", "Chats").getByRole("link");
  const names = () => links.evaluateAll((all) => all.map((link) => link.getAttribute("aria-label")));
  await expect.poll(names).toEqual(["Carol", "Bob"]);
  await expect(ada.page).toHaveTitle("(1) Kith");

  // By keyboard alone.
  await ada.chat("Bob").getByRole("link").focus();
  await ada.page.keyboard.press("Tab");
  await expect(ada.chat("Bob").getByRole("button", { name: "Chat actions" })).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await expect(ada.role("menuitem", "Pin")).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await expect.poll(names).toEqual(["Bob", "Carol"]);
  await expect(ada.chat("Bob")).toContainText("Pinned");

  await ada.chat("Carol").getByRole("link").click({ button: "right" });
  await ada.role("menuitem", "Mute for 8 hours").click();
  await expect(ada.chat("Carol")).toContainText("Muted");
  await expect(ada.chat("Carol")).toContainText("1 unread");
  await expect(ada.page).toHaveTitle("Kith");

  await ada.page.reload();
  await ada.connected();
  await carol.send("Newer still");
  await expect(ada.chat("Carol")).toContainText("2 unread");
  await expect(ada.page).toHaveTitle("Kith");
  expect(await names()).toEqual(["Bob", "Carol"]);

  await ada.openChat("Carol");
  await carol.send("While it is open");
  await expect(ada.message("While it is open")).toBeVisible();
  await ada.role("button", "Chat actions").last().click();
  await ada.role("menuitem", "Unmute").click();
  await expect(ada.chat("Carol")).not.toContainText("Muted");
});

test("a new chat says that it is encrypted, and begins with hello", async ({ friends }) => {
  const [ada, bob] = await friends();
  await ada.openChat("Bob");
  await expect(ada.page.getByText("Messages in this chat are encrypted end to end")).toBeVisible();
  await ada.role("button", "Say hello").click();
  await expect(ada.composer).toBeFocused();
  await expect(ada.composer).toHaveValue("Hello");
  await ada.page.keyboard.press("Enter");
  await expect(ada.role("button", "Say hello")).toBeHidden();
  await expect(bob.page).toHaveTitle("(1) Kith");
});

test("of a group only the last message tells the time, until one asks", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  for (const text of ["One", "Two"]) await ada.send(text);
  await expect(bob.message("Two")).toBeVisible();
  await bob.page.mouse.move(5, 5);
  const [one, two] = ["One", "Two"].map((text) => bob.message(text).getByRole("time"));
  await expect(one).toHaveCSS("opacity", "0");
  await expect(two).toHaveCSS("opacity", "1");
  await bob.message("One").hover();
  await expect(one).toHaveCSS("opacity", "1");
  await bob.page.mouse.move(5, 5);
  await expect(one).toHaveCSS("opacity", "0");
  await bob.log.focus();
  await bob.page.keyboard.press("ArrowUp");
  await bob.page.keyboard.press("ArrowUp");
  await expect(one).toHaveCSS("opacity", "1");
  await expect(one).toHaveAttribute("title", /\d{4}.*\d\d:\d\d:\d\d/);
  await expect(ada.message("Two").getByTitle(/^Read .*\d\d:\d\d:\d\d/)).toBeVisible();
});
