// Invite links: everything in the fragment.
import { expect, test } from "../fixtures/test.mjs";

/** The addresses that a page opens WebSockets to, from now on. */
function sockets({ page }) {
  const addresses = [];
  // A development build has one of its own, to reload the page.
  page.on("websocket", (socket) => socket.url().includes("trunk") || addresses.push(socket.url()));
  return addresses;
}

const fragmentOf = (link) => link.slice(link.indexOf("#"));

test("a new person has one field, one button, and is in the chat", async ({ person, app }) => {
  const ada = await (await person("Ada")).signUp();
  const link = await ada.inviteLink();
  expect(link.startsWith(app.url)).toBe(true);

  const bob = await person("Bob", { fragment: fragmentOf(link) });
  await expect(bob.page.getByText("Ada invites you to chat")).toBeVisible({ timeout: 20_000 });
  // Gone before anything else: it must not end up in the history or in somebody's bookmarks.
  expect(bob.page.url()).not.toContain("i=1");
  expect(await bob.page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
  await expect(bob.page.getByRole("textbox")).toHaveCount(1);
  // And a way out.
  await expect(bob.page.getByRole("button")).toHaveText(["Start", "Go on without the invite"]);

  await bob.role("textbox", "Your name").fill("Bob");
  await bob.role("button", "Start").click();
  await expect(bob.role("heading", "Ada")).toBeVisible();
  await expect(bob.composer).toBeFocused();
  await bob.page.keyboard.type("Here I am");
  await bob.page.keyboard.press("Enter");
  await expect(bob.message("Here I am")).toHaveText(/Sending$/);

  await ada.answer("Bob", "Accept");
  await ada.openChat("Bob");
  await expect(ada.message("Here I am")).toBeVisible();
  await expect(bob.message("Here I am")).toHaveText(/Read$/);
});

test("an invite outlives a reload of the welcome screen", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  const bob = await person("Bob", { fragment: fragmentOf(await ada.inviteLink()) });
  await bob.role("textbox", "Your name").fill("Bob");
  await bob.page.reload();
  await expect(bob.page.getByText("Ada invites you to chat")).toBeVisible();
  await expect(bob.role("textbox", "Your name")).toHaveValue("Bob");
  await bob.role("button", "Start").click();
  await expect(bob.role("heading", "Ada")).toBeVisible();
});

test("an invite outlives a reload in the moment in which it is opened", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  const bob = await person("Bob");
  await expect(bob.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });
  // As soon as it is gone from the address it must be kept somewhere else.
  await bob.page.evaluate(async (hash) => {
    location.hash = hash;
    while (location.hash.includes("i=1")) await new Promise((resolve) => setTimeout(resolve));
    location.reload();
  }, fragmentOf(await ada.inviteLink())).catch(() => {});
  await bob.page.waitForLoadState();
  await expect(bob.page.getByText("Ada invites you to chat")).toBeVisible();
});

test("what cannot be reached through an invite is left behind, and so is the password before it", async ({ person, app }) => {
  const ada = await (await person("Ada")).signUp();
  const link = await ada.inviteLink();
  const bob = await person("Bob");
  await bob.fillWelcome();
  await bob.showServer();
  await bob.role("button", "Advanced").click();
  await bob.role("textbox", "User name").fill("bob");
  await bob.role("textbox", "Password").fill("secret");
  const own = await bob.role("textbox", "Server address").inputValue();
  const elsewhere = fragmentOf(link).replace(encodeURIComponent(own), encodeURIComponent("ws://127.0.0.1:9/mqtt"));
  await bob.page.evaluate((hash) => (location.hash = hash), elsewhere);
  await expect(bob.page.getByText("Ada invites you to chat")).toBeVisible();
  await bob.role("button", "Go on without the invite").click();
  await expect(bob.role("textbox", "Server address")).toHaveValue(own);
  await expect(bob.role("textbox", "Password")).toHaveValue("secret");
  await bob.page.reload();
  await expect(bob.role("textbox", "Password")).toHaveValue("secret");

  await bob.page.evaluate((hash) => (location.hash = hash), fragmentOf(link));
  await expect(bob.page.getByText("Ada invites you to chat")).toBeVisible();
  await bob.role("button", "Start").click();
  await expect(bob.role("heading", "Ada")).toBeVisible();
  await bob.go("Settings");
  const connection = bob.role("region", "Connection");
  await connection.getByRole("button", { name: "Advanced" }).click();
  await expect(connection.getByRole("textbox", { name: "User name" })).toHaveValue("");
  await expect(connection.getByRole("textbox", { name: "Password" })).toHaveValue("");
  expect(bob.page.url()).toContain(app.url);
});

test("one's own link is told at once, and a contact's leads to the chat", async ({ friends }) => {
  const [ada, bob] = await friends();
  const links = [await ada.inviteLink(), await bob.inviteLink()].map(fragmentOf);
  await ada.page.evaluate((hash) => (location.hash = hash), links[0]);
  await expect(ada.page.getByText("This is your own invite link.")).toBeVisible();
  await ada.page.evaluate((hash) => (location.hash = hash), links[1]);
  await expect(ada.role("heading", "Bob")).toBeVisible();
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
});

test("an invite that is opened beside another tab is asked about in the one that it was opened in", async ({ person }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  await bob.open(fragmentOf(await ada.inviteLink()));
  const question = bob.role("dialog", "Ada invites you to chat");
  await question.getByRole("button", { name: "Send request" }).click();
  await expect(bob.role("heading", "Ada")).toBeVisible();
});

test("a damaged link is told about by a page that it has opened", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  const damaged = fragmentOf(await ada.inviteLink()).replace("u=", "u=x");
  const bob = await person("Bob", { fragment: damaged });
  await expect(bob.page.getByText("This invite link is damaged. Ask for a new one.")).toBeVisible();
  expect(bob.page.url()).not.toContain("i=1");
});

test("somebody who is here already is asked first", async ({ person }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  const fragment = fragmentOf(await ada.inviteLink());
  const follow = () => bob.page.evaluate((hash) => (location.hash = hash), fragment);

  await follow();
  const question = bob.role("dialog", "Ada invites you to chat");
  await question.getByRole("button", { name: "Not now" }).click();
  await expect(question).toBeHidden();
  expect(bob.page.url()).not.toContain("i=1");
  await bob.go("Contacts");
  await expect(bob.contact("Ada")).toHaveCount(0);

  await follow();
  await question.getByRole("button", { name: "Send request" }).click();
  await expect(bob.role("heading", "Ada")).toBeVisible();
  await expect(bob.composer).toBeFocused();
  await ada.answer("Bob", "Accept");
  await expect(ada.contact("Bob")).toContainText("online");
});

test("no other server is connected to before the person agrees", async ({ person, newBroker, newApp }) => {
  const elsewhere = await newBroker();
  const other = await newApp({ broker: elsewhere.url });
  const carol = await (await person("Carol", { url: other.url })).signUp();
  const fragment = fragmentOf(await carol.inviteLink());

  // Somebody new: the address is told, and nothing is opened until Start.
  const bob = await person("Bob");
  const bobs = sockets(bob);
  await bob.page.goto(bob.url + fragment);
  await expect(bob.page.getByText(`You will meet on ${new URL(elsewhere.url).host}.`)).toBeVisible();
  await expect(bob.page.getByText("not the server of this page")).toBeVisible();
  expect(bobs).toEqual([]);
  await bob.role("textbox", "Your name").fill("Bob");
  await bob.role("button", "Start").click();
  await bob.connected();
  expect(bobs).toEqual([elsewhere.url]);

  // Somebody who is on another one.
  const ada = await (await person("Ada")).signUp();
  const adas = sockets(ada);
  const follow = () => ada.page.evaluate((hash) => (location.hash = hash), fragment);
  await follow();
  const question = ada.role("dialog", "Carol invites you to chat");
  await expect(question).toContainText(`another server: ${new URL(elsewhere.url).host}`);
  await question.getByRole("button", { name: "Not now" }).click();
  await expect(question).toBeHidden();
  await ada.connected();
  expect(adas).toEqual([]);

  await follow();
  await question.getByRole("button", { name: "Change server and send request" }).click();
  await ada.connected();
  expect(adas).toEqual([elsewhere.url]);
  await carol.answer("Ada", "Accept");
  await expect(ada.page.getByText("online", { exact: true })).toBeVisible();
});

test("a pasted link is as good, a damaged one is told about", async ({ person, app }) => {
  const [ada, bob] = await Promise.all([person("Ada"), person("Bob")]);
  await Promise.all([ada.signUp(), bob.signUp()]);
  const link = await ada.inviteLink();
  const damaged = link.replace("u=", "u=x");
  const dialog = await bob.ask(damaged);
  await expect(dialog).toContainText("This invite link is damaged. Ask for a new one.");
  await dialog.getByRole("textbox").fill(link);
  await dialog.getByRole("button", { name: "Send request" }).click();
  await expect(dialog).toBeHidden();
  await ada.answer("Bob", "Accept");
  await expect(bob.contact("Ada")).toContainText("online");

  await bob.page.evaluate((hash) => (location.hash = hash), fragmentOf(damaged));
  await expect(bob.page.getByText("This invite link is damaged. Ask for a new one.")).toBeVisible();
  expect(bob.page.url()).not.toContain("i=1");
  expect(bob.page.url()).toContain(app.url);
});

test("the link is copied by its button @once", async ({ person }) => {
  const ada = await (await person("Ada", { permissions: ["clipboard-read", "clipboard-write"] })).signUp();
  const link = await ada.inviteLink();
  await ada.role("button", "Copy invite link").click();
  await expect(ada.page.getByText("Invite link copied")).toBeVisible();
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
});
