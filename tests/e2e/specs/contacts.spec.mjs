// Asking, answering, and what contacts learn of each other.
import { expect, test } from "../fixtures/test.mjs";
import { Peer } from "../fixtures/mqtt.mjs";

test("a request is accepted and both are contacts, also after a reload", async ({ person }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  await ada.ask(await bob.id());
  await expect(ada.page.getByText("The request is on its way")).toBeVisible();
  await expect(ada.role("list", "Contacts")).toContainText("Waiting for an answer");
  // A request must not be lost with the tab it came to.
  await bob.go("Contacts");
  await expect(bob.role("list", "Requests")).toContainText("Ada");
  await bob.page.reload();
  await bob.answer("Ada", "Accept");
  for (const [somebody, other] of [[ada, "Bob"], [bob, "Ada"]]) {
    await expect(somebody.contact(other)).toContainText("online");
    await somebody.page.reload();
    await expect(somebody.contact(other)).toContainText("online", { timeout: 15_000 });
    await expect(somebody.role("list", "Requests")).toBeHidden();
  }
});

test("a request waits for somebody who is away", async ({ person, broker }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  const id = await bob.id();
  const peer = await Peer.connect(broker.url);
  // Whoever goes before the server has their keys cannot be asked; they are told before the profile is.
  const known = await peer.overhear(`kith/users/${id}/info`);
  await expect.poll(() => known.length).toBeGreaterThan(0);
  await bob.close();
  const asked = await peer.overhear(`kith/${id}/Inbox/Add/GFReq/${await ada.id()}`);
  await ada.ask(id);
  await expect(ada.role("list", "Contacts")).toContainText("Waiting for an answer");
  // It leaves when Bob's keys have come.
  await expect.poll(() => asked.length).toBe(1);
  await peer.leave();
  await ada.close();

  await bob.reopen();
  await bob.answer("Ada", "Accept");
  await ada.reopen("#/contacts");
  await expect(ada.contact("Bob")).toContainText("online", { timeout: 15_000 });
});

test("a declined request is told to the one who asked", async ({ person }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  await ada.ask(await bob.id());
  await bob.answer("Ada", "Decline");
  await expect(bob.role("list", "Requests")).toBeHidden();
  await expect(ada.role("list", "Contacts")).toContainText("Declined your request");
  await expect(bob.contact("Ada")).toHaveCount(0);
});

test("a declined request is put away with what waited for the answer", async ({ person }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  const id = await bob.id();
  await ada.ask(id);
  const line = ada.role("list", "Contacts").getByRole("listitem");
  await expect(line).toContainText("Waiting for an answer");
  await ada.page.goto(`${ada.url}#/chats/${id}`);
  await ada.send("It is me");
  await expect(ada.message("It is me")).toHaveText(/Sending$/);
  await bob.answer("Ada", "Decline");
  await ada.go("Contacts");
  await expect(line).toContainText("Declined your request");
  await line.getByRole("button", { name: "Remove" }).click();
  await ada.role("button", "Delete chat").click();
  await expect(line).toHaveCount(0);
  await ada.go("Chats");
  await expect(ada.page.getByText("You have no chats yet.")).toBeVisible();
  await ada.page.reload();
  await expect(ada.page.getByText("You have no chats yet.")).toBeVisible();
});

test("whoever is blocked comes through no more, and is not told", async ({ friends }) => {
  const [ada, bob] = await friends();
  await bob.contact("Ada").getByRole("button", { name: "Contact actions" }).click();
  await bob.role("menuitem", "Block").click();
  await bob.role("dialog", "Block Ada?").getByRole("button", { name: "Block" }).click();
  await expect(bob.role("list", "Blocked")).toContainText("Ada");
  await ada.openChat("Bob");
  await ada.send("Hello?");
  await expect(ada.message("Hello?")).toHaveText(/Sent$/);
  await bob.page.reload();
  await bob.connected();
  await bob.go("Chats");
  await expect(bob.page).toHaveTitle("Kith");
  await expect(bob.page.getByText("Hello?")).toHaveCount(0);
  await expect(ada.message("Hello?")).toHaveText(/Sent$/);

  await bob.go("Contacts");
  await bob.role("list", "Blocked").getByRole("button", { name: "Unblock" }).click();
  await expect(bob.contact("Ada")).toContainText("online");
});

test("whoever is removed goes with all that was said, and can be asked again", async ({ friends }) => {
  const [ada, bob] = await friends();
  await bob.openChat("Ada");
  await bob.send("Before");
  await ada.openChat("Bob");
  await expect(ada.message("Before")).toBeVisible();
  await ada.main.page().locator(".conversation-header").getByRole("button", { name: "Chat actions" }).click();
  await ada.role("menuitem", "Delete chat").click();
  await ada.role("dialog", "Delete the chat with Bob?").getByRole("button", { name: "Delete chat" }).click();
  await expect(ada.page.getByText("You have no chats yet.")).toBeVisible();
  await ada.page.reload();
  await ada.connected();
  await expect(ada.page.getByText("You have no chats yet.")).toBeVisible();

  // To Bob they are still friends.
  await ada.ask(await bob.id());
  await ada.openChat("Bob");
  await ada.send("After");
  await bob.openChat("Ada");
  await expect(bob.message("After")).toBeVisible();
  await bob.send("Welcome back");
  await expect(ada.message("Welcome back")).toBeVisible();
  expect(await ada.texts()).toEqual(["After", "Welcome back"]);
  expect(await bob.texts()).toEqual(["Before", "After", "Welcome back"]);
});

test("two people who ask each other are contacts at once", async ({ person }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  const [adas, bobs] = [await ada.id(), await bob.id()];
  await Promise.all([ada.ask(bobs), bob.ask(adas)]);
  await expect(ada.contact("Bob")).toContainText("online");
  await expect(bob.contact("Ada")).toContainText("online");
});

test("what cannot be asked is explained @once", async ({ friends }) => {
  const [ada, bob] = await friends();
  for (const [typed, message] of [
    [await ada.id(), "That is you."],
    ["somebody", "This is not a phone number, e-mail address, Kith ID or invite link."],
    ["555 555 555", "Begin with + and the country code, as in +48 555 555 555."],
  ]) {
    const dialog = await ada.ask(typed);
    await expect(dialog.getByText(message)).toBeVisible();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toBeHidden();
  }
  // Whom one knows already is not asked: that leads to the chat.
  await ada.ask(await bob.id());
  await expect(ada.role("heading", "Bob")).toBeVisible();
});

test("a changed name and about reach the contact", async ({ friends }) => {
  const [ada, bob] = await friends();
  await ada.go("Settings");
  await ada.role("textbox", "Your name").fill("Ada L.");
  await ada.role("textbox", "About").fill("Counts");
  await ada.role("region", "Profile").getByRole("button", { name: "Save" }).click();
  await expect(ada.page.getByText("Saved", { exact: true })).toBeVisible();
  await expect(bob.contact("Ada L.")).toContainText("online");
  await bob.go("Chats");
  await expect(bob.chat("Ada L.")).toBeVisible();
});
