// One profile, several tabs: one of them is connected.
import { expect, test } from "../fixtures/test.mjs";

test("a second tab says where Kith is open, and takes over when told to", async ({ friends }) => {
  const [ada, bob] = await friends();
  await ada.openChat("Bob");
  await ada.composer.fill("Begun in the first tab");
  const first = ada.page;
  await ada.open();
  const second = ada.page;
  await expect(ada.role("heading", "Kith is open in another tab")).toBeVisible({ timeout: 20_000 });
  await expect(first.getByRole("textbox", { name: "Message" })).toHaveValue("Begun in the first tab");

  await ada.role("button", "Use here").click();
  await ada.connected();
  await expect(first.getByRole("heading", { name: "Kith is open in another tab" })).toBeVisible();
  await ada.openChat("Bob");
  await expect(ada.composer).toHaveValue("Begun in the first tab");
  await ada.composer.press("Enter");
  await bob.openChat("Ada");
  await bob.send("Got it");
  await expect(ada.message("Got it")).toBeVisible();

  // And back again, with everything that happened meanwhile.
  ada.page = first;
  await ada.role("button", "Use here").click();
  await ada.connected();
  await expect(second.getByRole("heading", { name: "Kith is open in another tab" })).toBeVisible();
  await ada.openChat("Bob");
  expect(await ada.texts()).toEqual(["Begun in the first tab", "Got it"]);
  expect(await bob.texts()).toEqual(["Begun in the first tab", "Got it"]);
  await expect(bob.page.getByRole("main").getByText("online", { exact: true })).toBeVisible();
});

test("when the tab in use is closed, the other one goes on by itself", async ({ friends }) => {
  const [ada, bob] = await friends();
  const first = ada.page;
  await ada.open();
  await expect(ada.role("heading", "Kith is open in another tab")).toBeVisible({ timeout: 20_000 });
  await first.close();
  await ada.connected();
  await expect(bob.contact("Ada")).toContainText("online");
});

test("tabs that are opened in a row end with one connection, and a message comes once", async ({ friends, newWire }) => {
  const wire = await newWire();
  const [ada, bob] = await friends({ adaFields: { "Server address": wire.url } });
  expect(wire.connections()).toBe(1);
  const pages = [ada.page];
  for (let more = 0; more < 3; more += 1) {
    await ada.open();
    await ada.role("button", "Use here").click();
    pages.push(ada.page);
  }
  await ada.connected();
  for (const page of pages.slice(0, -1)) await expect(page.getByRole("button", { name: "Use here" })).toBeVisible();
  await expect.poll(wire.connections).toBe(1);
  await bob.openChat("Ada");
  await bob.burst(["One", "Two"]);
  await ada.openChat("Bob");
  await expect(bob.message("Two")).toHaveText(/Read$/);
  expect(await ada.texts()).toEqual(["One", "Two"]);
});
