// What IndexedDB allows: records of 200 bytes, so many in a transaction, one strict transaction after the other.

const asPromise = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function open(name) {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore("records");
  return asPromise(request);
}

/** Milliseconds for `count` records. */
window.store = async ({ count, each }) => {
  const name = `limit-${Math.random()}`;
  const database = await open(name);
  const value = new Uint8Array(200).fill(0x61);
  const start = performance.now();
  for (let from = 0; from < count; from += each) {
    await new Promise((resolve, reject) => {
      const transaction = database.transaction("records", "readwrite", { durability: "strict" });
      const records = transaction.objectStore("records");
      for (let index = from; index < Math.min(from + each, count); index += 1) records.put(value, index);
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
      transaction.commit();
    });
  }
  const time = performance.now() - start;
  database.close();
  await asPromise(indexedDB.deleteDatabase(name));
  return time;
};

/** How many records there are. */
window.count = async (name, store) => {
  const database = await asPromise(indexedDB.open(name));
  const found = await asPromise(database.transaction(store).objectStore(store).count());
  database.close();
  return found;
};
window.ready = true;
