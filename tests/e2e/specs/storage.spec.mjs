// Storage that is not what was written last, or has no room.
import { randomBytes } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import { expectSame } from "../fixtures/person.mjs";
import { expect, test } from "../fixtures/test.mjs";

const passphrase = "correct horse battery";

/** A page of the same origin without Kith, which copies what is stored, and puts the copy back. */
async function copier({ context, url }) {
  const page = await context.newPage();
  await page.goto(`${url}icon.svg`);
  const each = (mode) =>
    page.evaluate(
      (mode) =>
        new Promise((resolve, reject) => {
          const opening = indexedDB.open("kith");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const database = opening.result;
            const transaction = database.transaction([...database.objectStoreNames], mode);
            transaction.onabort = () => reject(transaction.error);
            transaction.oncomplete = () => resolve(database.close());
            window.copied ??= {};
            for (const name of database.objectStoreNames) {
              const store = transaction.objectStore(name);
              if (mode === "readonly") {
                const copy = (copied[name] = {});
                store.getAllKeys().onsuccess = ({ target }) => (copy.keys = target.result);
                store.getAll().onsuccess = ({ target }) => (copy.values = target.result);
              } else {
                store.clear();
                copied[name].keys.forEach((key, at) => store.put(copied[name].values[at], key));
              }
            }
          };
        }),
      mode,
    );
  return { copy: () => each("readonly"), putBack: () => each("readwrite") };
}

test("an older copy of what was stored is noticed, and the conversation goes on", async ({ friends }) => {
  test.setTimeout(120_000);
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await ada.send("One");
  await bob.send("Two");
  await expectSame(ada, bob, ["One", "Two"]);
  await ada.close();
  const storage = await copier(ada);
  await storage.copy();

  await ada.reopen();
  await ada.openChat("Bob");
  await ada.send("Forgotten");
  await expect(ada.message("Forgotten")).toHaveText(/Read$/);
  await ada.close();
  await bob.send("While you were away");
  await storage.putBack();

  await ada.reopen();
  await expect(ada.page.getByRole("alert").getByText("is an older copy")).toBeVisible();
  await ada.connected();
  await ada.openChat("Bob");
  await expect(ada.message("While you were away")).toBeVisible({ timeout: 30_000 });
  await ada.send("Here I am");
  await bob.send("Welcome back");
  await expect(ada.message("Welcome back")).toBeVisible();
  await expect(bob.message("Welcome back")).toHaveText(/Read$/);
  await expect(ada.message("Here I am")).toHaveText(/Read$/);
  expect(await ada.texts()).toEqual(["One", "Two", "While you were away", "Here I am", "Welcome back"]);
  expect(await bob.texts()).toEqual(["One", "Two", "Forgotten", "While you were away", "Here I am", "Welcome back"]);

  // Once is enough.
  await ada.page.reload();
  await ada.connected();
  await expect(ada.page.getByRole("alert")).toBeHidden();
  await bob.send("Still there?");
  await expect(ada.message("Still there?")).toBeVisible();
});

test("storage that was deleted is told of, and a backup goes on from where it was made", async ({ friends, app }) => {
  test.setTimeout(120_000);
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  await ada.send("One");
  await bob.send("Two");
  await expectSame(ada, bob, ["One", "Two"]);
  await ada.go("Settings");
  const file = await (await ada.backUp(passphrase)).path();
  await ada.close();
  await bob.send("While you were away");

  const page = await ada.context.newPage();
  const devtools = await ada.context.newCDPSession(page);
  const { origin } = new URL(app.url);
  // What a browser does when the disk is full; it leaves localStorage.
  await devtools.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
  await ada.open();
  await expect(ada.role("heading", "What was stored here is gone")).toBeVisible({ timeout: 20_000 });
  await expect(ada.role("button", "I have my recovery words")).toBeVisible();
  expect((await new AxeBuilder({ page: ada.page }).analyze()).violations).toEqual([]);
  await ada.page.reload();
  await expect(ada.role("heading", "What was stored here is gone")).toBeVisible({ timeout: 20_000 });

  await ada.restore(file, passphrase);
  await ada.connected();
  await ada.openChat("Bob");
  await expectSame(ada, bob, ["One", "Two", "While you were away"]);
  await ada.send("Here I am");
  await expectSame(ada, bob, ["One", "Two", "While you were away", "Here I am"]);
});

test("what was kept free for a full disk lets a message go all the same @once", async ({ friends, app }) => {
  test.setTimeout(120_000);
  const { origin } = new URL(app.url);
  let devtools;
  // Before the first use: Chromium trusts the answer to its question for a while.
  const prepare = async (context) => {
    devtools = await context.newCDPSession(await context.newPage());
    await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 9_000_000 });
  };
  const [ada, bob] = await friends({ ada: { prepare } });
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  const used = async () => (await devtools.send("Storage.getUsageAndQuota", { origin })).usage;
  await expect.poll(used, { timeout: 20_000 }).toBeGreaterThan(2_000_000);

  // Something else of the same origin takes the room, piece by piece.
  const other = await ada.context.newPage();
  await other.goto(`${ada.url}icon.svg`);
  await other.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("other", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("pieces", { autoIncrement: true });
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const add = (size) => {
            const piece = new Uint8Array(size);
            for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(piece.subarray(at, at + 65_536));
            const transaction = opening.result.transaction("pieces", "readwrite");
            transaction.objectStore("pieces").add(piece);
            transaction.oncomplete = () => add(size);
            transaction.onabort = () => (size > 10_000 ? add(size >> 1) : resolve(opening.result.close()));
          };
          add(1_048_576);
        };
      }),
  );
  // Nothing that could be compressed.
  const texts = Array.from({ length: 5 }, (_, at) => `${at + 1}. ${randomBytes(5_700).toString("base64")}`);
  await ada.burst(texts);
  await expect(ada.page.getByRole("alert").getByText("cannot store anything more on this device")).toBeVisible({ timeout: 30_000 });
  await expectSame(ada, bob, texts);
  await other.evaluate(() => new Promise((resolve) => (indexedDB.deleteDatabase("other").onsuccess = resolve)).then(() => {}));
  await expect(ada.page.getByRole("alert")).toBeHidden({ timeout: 60_000 });
});

test("Settings say how things stand with storage", async ({ person }) => {
  const ada = await (await person("Ada")).signUp();
  await ada.go("Settings");
  const data = ada.role("region", "Data");
  await expect(data.getByText(/This browser (keeps|may delete) what is stored here/)).toBeVisible();
  await expect(data.getByText(/^\d+(\.\d)? (kB|MB) of [\d.]+ (MB|GB|TB) used\.$/)).toBeVisible();
  await expect(data.getByRole("meter", { name: "Space used" })).toBeVisible();
  await expect(data.getByText("No backup has been made on this device yet.")).toBeVisible();
  await data.getByRole("button", { name: "Ask the browser to keep it" }).click();
  // A headless Chromium does not agree.
  await expect(data.getByText("was asked to keep what is stored here, and does not")).toBeVisible();
  await ada.page.reload();
  await expect(data.getByText("was asked to keep what is stored here, and does not")).toBeVisible({ timeout: 20_000 });
  expect((await new AxeBuilder({ page: ada.page }).analyze()).violations).toEqual([]);
});
