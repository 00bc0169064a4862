// A reload at any moment, the very task of a key among them, loses nothing and doubles nothing.
import { expect, test } from "../fixtures/test.mjs";
import { expectSame } from "../fixtures/person.mjs";
import { random } from "../fixtures/random.mjs";

test("in the very moment of sending", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  const expected = [];
  for (const count of [1, 2, 7, 15]) {
    const texts = Array.from({ length: count }, (_, at) => `${count}/${at + 1}.`);
    expected.push(...texts);
    await ada.burst(texts, { reload: true });
    await expect(ada.composer).toBeVisible({ timeout: 20_000 });
  }
  await expectSame(ada, bob, expected);
  expect(await bob.texts()).toEqual(expected);
});

test("with a disk that is busy", async ({ friends }) => {
  const [ada, bob] = await friends();
  await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  const expected = ["Before."];
  await ada.send("Before.");
  await expectSame(ada, bob, expected);
  for (const round of [1, 2]) {
    // What is saved from here on waits behind this, and none of it has begun when the page goes.
    await ada.page.evaluate(occupy);
    const texts = [1, 2, 3].map((at) => `${round}/${at}.`);
    expected.push(...texts);
    await ada.burst(texts, { reload: true });
    await expect(ada.composer).toBeVisible({ timeout: 20_000 });
  }
  await expectSame(ada, bob, expected);
  await ada.page.reload();
  await expectSame(ada, bob, expected);
});

/** Keeps every store of the profile locked for as long as the page lives. */
async function occupy() {
  const open = indexedDB.open("kith");
  const database = await new Promise((resolve, reject) => {
    open.onsuccess = () => resolve(open.result);
    open.onerror = () => reject(open.error);
  });
  const stores = [...database.objectStoreNames];
  const transaction = database.transaction(stores, "readwrite");
  await new Promise((resolve) => {
    const again = () => {
      resolve();
      transaction.objectStore(stores[0]).count().onsuccess = again;
    };
    again();
  });
}

for (const seed of [1, 2, 3]) {
  test(`at several moments while both send (seed ${seed})`, async ({ friends }) => {
    test.setTimeout(120_000);
    const [ada, bob] = await friends();
    await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
    const write = async (person, next) => {
      const sent = [];
      for (let round = 1; round <= 5; round += 1) {
        // No more in all than the log shows at once.
        const texts = Array.from({ length: 1 + Math.floor(next() * 4) }, (_, at) => `${person.name} ${round}/${at + 1}.`);
        await person.burst(texts, { reload: next() < 0.7 });
        sent.push(...texts);
        await expect(person.composer).toBeVisible({ timeout: 20_000 });
      }
      return sent;
    };
    const sent = await Promise.all([write(ada, random(seed)), write(bob, random(seed + 100))]);
    await expectSame(ada, bob, sent.flat());
    // And it is the same after everything was read from the disk once more.
    await Promise.all([ada.page.reload(), bob.page.reload()]);
    await expectSame(ada, bob, sent.flat());
  });
}
