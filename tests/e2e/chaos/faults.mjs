// What befalls brokers, wires and browsers. Each fault begins in the middle of things, and is over when it returns: what
// is left of it is the app's to put right.
import { setTimeout as sleep } from "node:timers/promises";
import { NAMES } from "./failpoints.mjs";

/** How long something stays away: mostly a blink, sometimes some seconds. */
const span = (next) => 50 + 3_000 * next() ** 3;

/** Each is given `{ broker, people, next }`, and says whom it has thrown out, where that is somebody's page. */
export const BROKER = {
  async "killed"({ broker, next }) {
    await broker.kill();
    await sleep(span(next));
    await broker.start();
  },
  async "killed, and its disk is gone"({ broker, next }) {
    await broker.kill();
    await broker.forget();
    await sleep(span(next));
    await broker.start();
  },
  async "ended by its keeper"({ broker, next }) {
    await broker.kill("SIGTERM");
    await sleep(span(next));
    await broker.start();
  },
  async "stopped, and let go on"({ broker, next }) {
    broker.pause();
    await sleep(2 * span(next));
    broker.resume();
  },
};

export const WIRE = {
  async "cut"({ person, next }) {
    person.wire.cut();
    await sleep(2 * span(next));
    person.wire.mend();
  },
  async "dead without a word"({ person, next }) {
    person.wire.stall();
    await sleep(2 * span(next));
    // What was held back is gone, as on a network that changed under the connection.
    person.wire.cut();
    person.wire.mend();
  },
  async "slow"({ person, next }) {
    person.wire.slow(4_000);
    await sleep(2 * span(next));
    person.wire.mend();
  },
};

export const PAGE = {
  async "reloaded"({ person }) {
    await person.page.reload();
  },
  async "closed and opened"({ person, next }) {
    await person.page.close({ runBeforeUnload: next() < 0.5 });
    await sleep(span(next) / 4);
    await person.open();
  },
  async "crashed"({ person }) {
    await person.crash();
  },
  async "killed with its browser"({ person, next }) {
    await person.kill();
    await sleep(span(next) / 4);
    await person.start();
  },
  async "killed at a place in the code"({ person, next }) {
    const name = NAMES[Math.floor(next() * NAMES.length)];
    await person.arm(name, 1 + Math.floor(next() * 5));
    // Some places are reached only by whoever comes, or goes; and none by whoever has too little to do.
    const stirred = sleep(1_000).then(() => person.page.reload()).catch(() => {});
    const given = stirred.then(() => sleep(3_000)).then(() => "nowhere");
    const where = await Promise.race([person.reached.then(() => name), given]);
    await person.kill();
    await stirred;
    await person.start();
    return where;
  },
};
