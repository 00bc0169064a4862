// Two people talk.
import { expect, test } from "../fixtures/test.mjs";
import { expectSame } from "../fixtures/person.mjs";

test("a message climbs from Sent over Delivered to Read", async ({ friends }) => {
  const [ada, bob] = await friends();
  await ada.openChat("Bob");
  await bob.close();
  await ada.send("Are you there?");
  await expect(ada.message("Are you there?")).toHaveText(/Sent$/);

  await bob.reopen("#/contacts");
  await expect(ada.message("Are you there?")).toHaveText(/Delivered$/);

  await bob.openChat("Ada");
  await expect(bob.message("Are you there?")).toBeVisible();
  await expect(ada.message("Are you there?")).toHaveText(/Read$/);
});

test("both talk at once and see the same", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  const [hers, his] = ["Ada", "Bob"].map((who) => Array.from({ length: 15 }, (_, at) => `${who} ${at + 1}`));
  await Promise.all([ada.burst(hers), bob.burst(his)]);
  await expectSame(ada, bob, [...hers, ...his]);
});

test("typing shows while it lasts", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  // The list of chats says it, too.
  const typing = bob.page.getByRole("paragraph").filter({ hasText: "typing…" });
  await ada.composer.pressSequentially("Wait");
  await expect(typing).toBeVisible({ timeout: 1_000 });
  await expect(typing).toBeHidden({ timeout: 6_000 });

  await ada.composer.pressSequentially(" for it");
  await expect(typing).toBeVisible({ timeout: 1_000 });
  await ada.composer.press("Enter");
  await expect(bob.message("Wait for it")).toBeVisible();
  await expect(typing).toBeHidden({ timeout: 1_000 });
});

test("unread messages are counted, marked where they begin, and read when they are seen", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await ada.send("Seen");
  await expect(ada.message("Seen")).toHaveText(/Read$/);
  await bob.go("Contacts");
  await ada.burst(["One", "Two", "Three"]);
  await expect(bob.page).toHaveTitle("(3) Kith");
  await expect(ada.message("Three")).toHaveText(/Delivered$/);
  await bob.go("Chats");
  await expect(bob.chat("Ada")).toContainText("3 unread");
  await expect(bob.chat("Ada")).toContainText("Three");

  await bob.openChat("Ada");
  const line = bob.log.getByRole("separator", { name: "New messages" });
  await expect(line).toBeVisible();
  await expect(bob.page).toHaveTitle("Kith");
  await expect(bob.chat("Ada")).not.toContainText("unread");
  await expect(ada.message("Three")).toHaveText(/Read$/);
  // Between the last message that was seen and the first that was not.
  const [seen, mark, first] = await Promise.all(
    [bob.message("Seen"), line, bob.message("One")].map(async (element) => (await element.boundingBox()).y),
  );
  expect(seen).toBeLessThan(mark);
  expect(mark).toBeLessThan(first);

  await bob.send("Answered");
  await expect(line).toBeHidden();
});

test("scrolled up, the view stays where it is and a button leads back", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await ada.burst(Array.from({ length: 40 }, (_, at) => `Line ${at + 1}.`));
  await expect(bob.message("Line 40.")).toBeInViewport();
  await expect(bob.role("button", "Jump to latest")).toBeHidden();

  await bob.log.hover();
  await bob.page.mouse.wheel(0, -1200);
  const jump = bob.role("button", "Jump to latest");
  await expect(jump).toBeVisible();
  await expect(bob.message("Line 40.")).not.toBeInViewport();
  const top = await bob.log.evaluate((log) => log.scrollTop);
  await ada.burst(["New 1", "New 2"]);
  await expect(jump).toContainText("2 unread");
  expect(await bob.log.evaluate((log) => log.scrollTop)).toBe(top);

  await jump.click();
  await expect(bob.message("New 2")).toBeInViewport();
  await expect(jump).toBeHidden();
  await expect(ada.message("New 2")).toHaveText(/Read$/);
});

test("a draft outlives a change of screens and a reload", async ({ friends }) => {
  const [ada] = await friends();
  await ada.openChat("Bob");
  await ada.composer.fill("Half a thought");
  await ada.go("Contacts");
  await ada.go("Chats");
  await expect(ada.chat("Bob")).toContainText(/Draft:\s*Half a thought/);
  await ada.openChat("Bob");
  await expect(ada.composer).toHaveValue("Half a thought");

  // In one breath with the reload.
  await ada.composer.evaluate((area) => {
    area.value += ", and more";
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    location.reload();
  });
  await ada.page.waitForLoadState();
  await expect(ada.composer).toHaveValue("Half a thought, and more");
  await ada.composer.press("Enter");
  await expect(ada.message("Half a thought, and more")).toBeVisible();
  await expect(ada.composer).toHaveValue("");
});

test("Enter sends, Shift+Enter does not, and blank text goes nowhere", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await expect(ada.role("button", "Send")).toBeDisabled();
  await ada.composer.fill("  \n ");
  await expect(ada.role("button", "Send")).toBeDisabled();
  await ada.composer.press("Enter");
  await ada.composer.fill("One");
  await ada.composer.press("Shift+Enter");
  await ada.composer.pressSequentially("Two");
  await ada.role("button", "Send").click();
  await expect(ada.composer).toBeFocused();
  await expect(bob.articles).toHaveCount(1);
  expect(await bob.texts()).toEqual(["One\nTwo"]);
});

test("a message is edited and taken back on both sides", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await ada.send("Helo");
  await ada.send("Never mind");
  await expect(ada.message("Never mind")).toHaveText(/Read$/);

  const act = async (text, action) => {
    await ada.message(text).hover();
    await ada.message(text).getByRole("button", { name: "Message actions" }).click();
    await ada.role("menuitem", action).click();
  };
  await act("Helo", "Edit");
  await expect(ada.composer).toHaveValue("Helo");
  await ada.composer.fill("Hello");
  await ada.composer.press("Enter");
  for (const somebody of [ada, bob]) await expect(somebody.message("Hello")).toContainText("edited");

  await act("Never mind", "Delete for everyone");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).click();
  for (const somebody of [ada, bob]) {
    await expect(somebody.message("This message was deleted")).toBeVisible();
    await expect(somebody.page.getByText("Never mind")).toBeHidden();
  }
  expect(await bob.texts()).toHaveLength(2);
});
