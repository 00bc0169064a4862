// What is secret lies nowhere as it is: not in the database, not in the other stores, not in the address or the console.
import { readFile } from "node:fs/promises";
import { expect, test } from "../fixtures/test.mjs";

/** All bytes and texts that the page's stores hold, keys included, each store as one string of Latin letters. */
function everythingStored() {
  const texts = [];
  const dig = (value) => {
    if (typeof value === "string") texts.push(value);
    else if (value instanceof ArrayBuffer) dig(new Uint8Array(value));
    else if (ArrayBuffer.isView(value)) texts.push(Array.from(value, (byte) => String.fromCharCode(byte)).join(""));
    else if (value instanceof CryptoKey) texts.push(`extractable: ${value.extractable}`);
    else if (value && typeof value === "object") for (const part of Object.values(value)) dig(part);
  };
  for (const storage of [localStorage, sessionStorage]) dig(JSON.stringify(storage));
  const plain = [];
  const database = async ({ name }) => {
    const opened = indexedDB.open(name);
    await new Promise((resolve, reject) => Object.assign(opened, { onsuccess: resolve, onerror: reject }));
    const stores = [...opened.result.objectStoreNames];
    const reading = opened.result.transaction(stores);
    for (const store of stores) {
      for (const ask of ["getAll", "getAllKeys"]) {
        reading.objectStore(store)[ask]().onsuccess = ({ target: { result } }) => {
          dig(result);
          // Of the first version of sealed records: a byte, a nonce, a tag.
          const isSealed = (value) => value[0] === 1 && value.length >= 41;
          if (ask === "getAll" && store !== "vault" && !result.every(isSealed)) plain.push(store);
        };
      }
    }
    await new Promise((resolve) => (reading.oncomplete = resolve));
    opened.result.close();
    return stores;
  };
  return indexedDB
    .databases()
    .then((databases) => Promise.all(databases.map(database)))
    .then((stores) => ({ stores: stores.flat(), plain, texts }));
}

test("nothing secret lies anywhere as it is @once", async ({ person }) => {
  const canary = (word) => `canary-${word}-${Math.random().toString(36).slice(2)}`;
  const passwords = [canary("lock"), canary("backup")];
  const said = { name: canary("name"), sent: canary("sent"), draft: canary("draft"), came: canary("came") };
  const secrets = [...Object.values(said), ...passwords];

  const told = [];
  const ada = await person(said.name, {
    acceptDownloads: true,
    prepare: (context) => {
      context.on("console", (line) => told.push(line.text()));
      context.on("weberror", (error) => told.push(String(error.error())));
      context.on("request", (request) => told.push(request.url()));
    },
  });
  const addresses = () => ada.page.evaluate(() => [location.href, document.referrer, JSON.stringify(history.state), document.title]);
  const bob = await (await person("Bob")).signUp();
  await ada.signUp();
  await ada.befriend(bob);
  await ada.openChat("Bob");
  await ada.send(said.sent);
  await bob.openChat(said.name);
  await bob.send(said.came);
  await expect(ada.message(said.came)).toBeVisible();
  told.push(...(await addresses()));
  await ada.composer.fill(said.draft);

  await ada.go("Settings");
  await ada.setPassphrase(passwords[0]);
  const file = await ada.backUp(passwords[1]);
  told.push(...(await addresses()), file.suggestedFilename());

  const { stores, plain, texts } = await ada.page.evaluate(everythingStored);
  expect(stores).toContain("messages");
  expect(stores).toContain("vault");
  // Random bytes that keep room free, and a count of saves.
  expect(plain, "records that are not sealed: the seed is one of them").toEqual(["reserve", "seat"]);
  // The looking itself works: what is no secret is found, as the ids in the keys of records.
  expect(texts).toContain("extractable: false");
  const id = Buffer.from(await bob.id(), "hex").toString("latin1");
  expect(texts.some((text) => text.includes(id))).toBe(true);
  const backup = await readFile(await file.path(), "latin1");
  expect(backup.slice(0, 7)).toBe("kithbak");
  for (const secret of secrets) {
    for (const [place, lines] of Object.entries({ stores: texts, console: told, backup: [backup] })) {
      expect(lines.filter((line) => line.includes(secret)), `${secret} in ${place}`).toEqual([]);
    }
  }

  // A wrong passphrase is no secret either, but it is nearly one.
  await ada.role("button", "Lock now").click();
  await ada.passphrase.fill(`${passwords[0]}x`);
  await ada.role("button", "Unlock").click();
  await expect(ada.page.getByText("This is not the right passphrase. Try again.")).toBeVisible();
  told.push(...(await addresses()));
  expect(told.filter((line) => line.includes(passwords[0]))).toEqual([]);
  expect(await ada.page.content()).not.toContain(said.sent);
});
