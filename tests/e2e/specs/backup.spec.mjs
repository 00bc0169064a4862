// The passphrase that locks the app, and the backup that somebody goes on from elsewhere.
import AxeBuilder from "@axe-core/playwright";
import { expectSame } from "../fixtures/person.mjs";
import { expect, test } from "../fixtures/test.mjs";

const passphrase = "correct horse battery";

test("with a passphrase the app starts locked, in every tab, and a wrong one costs nothing @once", async ({ friends }) => {
  const [ada, bob] = await friends();
  await ada.openChat("Bob");
  await ada.send("Before");
  await ada.go("Settings");
  await ada.setPassphrase(passphrase);
  await ada.page.reload();
  await expect(ada.role("heading", "Kith is locked")).toBeVisible();
  await expect(ada.main).toBeHidden();
  await expect(ada.passphrase).toBeFocused();

  // What comes meanwhile waits at the broker.
  await bob.openChat("Ada");
  await bob.send("While you were locked out");
  for (const wrong of ["", "correct horse", passphrase.toUpperCase()]) {
    await ada.passphrase.fill(wrong);
    await ada.role("button", "Unlock").click();
    await expect(ada.page.getByText("This is not the right passphrase. Try again.")).toBeVisible();
  }
  // The same letters by another keyboard: wide ones.
  await ada.passphrase.fill(passphrase.replace("correct", "ｃｏｒｒｅｃｔ"));
  await ada.passphrase.press("Enter");
  await ada.connected();
  await ada.openChat("Bob");
  await expectSame(ada, bob, ["Before", "While you were locked out"]);

  const first = ada.page;
  await ada.open();
  // Another tab shows what this one does; when it goes, it asks for itself.
  await expect(ada.main).toBeVisible({ timeout: 20_000 });
  await first.close();
  await expect(ada.role("heading", "Kith is locked")).toBeVisible();
  await expect(ada.main).toBeHidden();
  await ada.passphrase.fill(passphrase);
  await ada.role("button", "Unlock").click();
  await ada.connected();
});

test("a passphrase is typed twice, changed, removed, and locks at once @once", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  await ada.go("Settings");
  await ada.role("button", "Set a passphrase").click();
  const dialog = ada.role("dialog", "Set a passphrase");
  const [first, second] = ["New passphrase", "Repeat the passphrase"].map((name) => dialog.getByLabel(name, { exact: true }));
  for (const [typed, repeated, told] of [
    [passphrase, "correct house", "The two passphrases are not the same. Type them again."],
    ["short", "short", "This is too short. Take at least 8 characters."],
  ]) {
    await first.fill(typed);
    await second.fill(repeated);
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog.getByText(told)).toBeVisible();
  }
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await ada.setPassphrase(passphrase);

  await ada.role("button", "Lock now").click();
  await expect(ada.role("heading", "Kith is locked")).toBeVisible();
  await ada.passphrase.fill(passphrase);
  await ada.role("button", "Unlock").click();
  await ada.connected();

  await ada.go("Settings");
  await ada.role("button", "Remove passphrase").click();
  const removal = ada.role("dialog", "Remove passphrase");
  await removal.getByLabel("Current passphrase", { exact: true }).fill("correct house");
  await removal.getByRole("button", { name: "Remove passphrase" }).click();
  await expect(removal.getByText("This is not the right passphrase. Try again.")).toBeVisible();
  await removal.getByLabel("Current passphrase", { exact: true }).fill(passphrase);
  await removal.getByRole("button", { name: "Remove passphrase" }).click();
  await expect(removal).toBeHidden();
  await expect(ada.role("button", "Lock now")).toBeHidden();
  await ada.page.reload();
  await ada.connected();
});

test("who has forgotten the passphrase begins anew, after a question @once", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  const id = await ada.id();
  await ada.setPassphrase(passphrase);
  await ada.role("button", "Lock now").click();
  await ada.page.getByText("Forgotten?").click();
  await ada.role("button", "Delete everything on this device").click();
  const question = ada.role("dialog", "Delete everything on this device?");
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(ada.role("heading", "Kith is locked")).toBeVisible();
  await ada.role("button", "Delete everything on this device").click();
  await question.getByRole("button", { name: "Delete everything" }).click();
  await ada.signUp();
  expect(await ada.id()).not.toBe(id);
});

test("a backup goes on elsewhere, and nobody sees anything twice", async ({ friends, person }) => {
  const [ada, bob] = await friends();
  await ada.openChat("Bob");
  await bob.openChat("Ada");
  await ada.send("One");
  await bob.send("Two");
  await expectSame(ada, bob, ["One", "Two"]);

  // Bob is away: this is in the backup without its receipt, and reaches him by the old device.
  await bob.context.setOffline(true);
  await bob.page.goto("about:blank");
  await ada.send("Three");
  await expect(ada.message("Three")).toContainText("Sent");
  await ada.go("Settings");
  await expect(ada.page.getByText("No backup has been made on this device yet.")).toBeVisible();
  const download = await ada.backUp(passphrase);
  expect(download.suggestedFilename()).toMatch(/^kith-backup-20\d\d-\d\d-\d\d\.kith$/);
  await expect(ada.page.getByText(/^Last backup: /)).toBeVisible();
  const file = await download.path();
  await bob.context.setOffline(false);
  await bob.reopen();
  await bob.openChat("Ada");
  await expect(bob.message("Three")).toBeVisible();

  const again = await person("Ada elsewhere");
  await again.restore(file, "correct house");
  await expect(again.page.getByText("The passphrase is wrong, or the file is damaged. Try again.")).toBeVisible();
  await again.role("button", "Cancel").click();
  await again.restore(file, passphrase);
  await again.connected();
  // The old one is still running: it is told, and keeps what it has.
  await expect(ada.connection).toContainText("Another device of yours has taken this one's place");
  await ada.go("Chats");
  await ada.chat("Bob").getByRole("link").click();
  await expect(ada.message("Two")).toBeVisible();
  await expect(ada.composer).toBeHidden();
  // What is there no longer can be seen here; and all of it can be deleted.
  await expect(ada.page.locator(".conversation-header").getByText("online")).toBeHidden();
  await ada.role("button", "Delete everything on this device").click();
  await ada.role("dialog", "Delete everything on this device?").getByRole("button", { name: "Delete everything" }).click();
  await expect(ada.role("heading", "Welcome to Kith")).toBeVisible({ timeout: 20_000 });

  await again.openChat("Bob");
  await expect(again.message("Three")).toContainText("Failed");
  await again.message("Three").getByRole("button", { name: "Retry" }).click();
  await expect(again.message("Three")).toContainText(/Delivered|Read/);
  await bob.send("Four");
  await again.send("Five");
  await expectSame(again, bob, ["One", "Two", "Three", "Four", "Five"]);
  await expect(again.log.getByText("This device went on from a backup here.")).toBeVisible();
  await again.go("Settings");
  await expect(again.page.getByText(/^Last backup: /)).toBeVisible();
});

test("a file that is no backup is told so @once", async ({ person }) => {
  const ada = await person("Ada");
  await ada.restore({ name: "holiday.kith", mimeType: "", buffer: Buffer.from("no backup at all".repeat(20)) }, passphrase);
  await expect(ada.page.getByText("This file is not a backup from Kith, or it is damaged.")).toBeVisible();
  await ada.role("button", "Cancel").click();
  await ada.role("button", "Restore a backup").click();
  await ada.role("dialog", "Restore a backup").getByRole("button", { name: "Restore", exact: true }).click();
  await expect(ada.page.getByText(/^Choose the file first/)).toBeVisible();
});

test("axe finds nothing on the screens of passphrase and backup @once", async ({ person }) => {
  const ada = await person("Ada", { reducedMotion: "reduce" });
  const clean = async (where) => {
    const { violations } = await new AxeBuilder({ page: ada.page }).analyze();
    expect.soft(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]), where).toEqual([]);
  };
  await ada.role("button", "Restore a backup").click();
  await clean("restore");
  await ada.page.keyboard.press("Escape");
  await expect(ada.role("button", "Restore a backup")).toBeFocused();
  await ada.signUp();
  await ada.go("Settings");
  await ada.role("button", "Make a backup").click();
  await clean("make a backup");
  await ada.page.keyboard.press("Escape");
  await ada.role("button", "Set a passphrase").click();
  await clean("set a passphrase");
  await ada.page.keyboard.press("Escape");
  await ada.setPassphrase(passphrase);
  await ada.role("button", "Lock now").click();
  await ada.passphrase.fill("wrong one");
  await ada.passphrase.press("Enter");
  await expect(ada.page.getByText("This is not the right passphrase. Try again.")).toBeVisible();
  await ada.page.getByText("Forgotten?").click();
  await clean("locked");
  await ada.role("button", "Delete everything on this device").click();
  await clean("delete everything");
});
