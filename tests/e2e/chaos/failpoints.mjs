// Named places in the life of a page at which it can be killed. The page is the released one: the places are those where
// it calls the browser or is called by it. Who comes to the armed one asks the page's own server, synchronously, and
// never gets an answer: nothing more happens there until the browser is killed.

export const NAMES = [
  "key",
  "save begins",
  "save writes",
  "save commits",
  "save is done",
  "load is done",
  "socket opens",
  "socket receives",
  "socket sends",
  "socket has sent",
  "lock is granted",
  "page hides",
];

/** Runs in the page before anything else. */
export function failpoints() {
  const reach = (name) => {
    // It outlives a reload: some places are only reached by a page that begins.
    const armed = JSON.parse(sessionStorage.getItem("failpoint"));
    if (armed?.name !== name) return;
    const times = armed.times - 1;
    if (times > 0) return sessionStorage.setItem("failpoint", JSON.stringify({ name, times }));
    sessionStorage.removeItem("failpoint");
    const request = new XMLHttpRequest();
    request.open("GET", `/failpoint/${encodeURIComponent(name)}`, false);
    request.send();
  };
  const around = (prototype, method, { before, after }) => {
    const original = prototype[method];
    prototype[method] = function (...args) {
      if (before) reach(before);
      const result = original.apply(this, args);
      if (after) reach(after);
      return result;
    };
  };
  addEventListener("keydown", () => reach("key"), true);
  addEventListener("pagehide", () => reach("page hides"), true);
  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
    const writes = mode === "readwrite";
    if (writes) reach("save begins");
    const transaction = begin.call(this, stores, mode, ...rest);
    transaction.addEventListener("complete", () => reach(writes ? "save is done" : "load is done"));
    return transaction;
  };
  around(IDBObjectStore.prototype, "put", { after: "save writes" });
  around(IDBTransaction.prototype, "commit", { after: "save commits" });
  around(WebSocket.prototype, "send", { before: "socket sends", after: "socket has sent" });
  const Socket = WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...args) {
      super(...args);
      this.addEventListener("open", () => reach("socket opens"));
      this.addEventListener("message", () => reach("socket receives"));
    }
  };
  const request = LockManager.prototype.request;
  LockManager.prototype.request = function (name, ...rest) {
    const held = rest.pop();
    const granted = (lock) => {
      if (lock) reach("lock is granted");
      return held(lock);
    };
    return request.call(this, name, ...rest, granted);
  };
}
