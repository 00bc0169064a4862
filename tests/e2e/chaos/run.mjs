// Two people talk, each in a browser of their own over a wire of their own, while one thing after the other dies. In the
// end both must see the same: nothing lost, nothing twice, nothing out of order.
import { expect } from "@playwright/test";
import { startBroker } from "../fixtures/broker.mjs";
import { random } from "../fixtures/random.mjs";
import { BROKER, PAGE, WIRE } from "./faults.mjs";
import { Ledger } from "./ledger.mjs";
import { Profile } from "./profile.mjs";

/** How long both may take until they see the same again; what has no receipt is sent again after 5 minutes at most. */
const PATIENCE = 330_000;

/**
 * @param {{ seed: number, brokerKills: number, pageKills: number, persistence?: string, say?: (line: string) => void }} plan
 * @returns what happened: `{ faults, messages, certain, reconnects, heals, wrongs }`, the times in ms
 */
export async function chaos({ seed, brokerKills, pageKills, persistence, say = () => {} }) {
  const next = random(seed);
  const broker = await startBroker("mosquitto", { persistence });
  const people = [];
  try {
    for (const name of ["Ada", "Bob"]) people.push(await Profile.create(name, broker));
    const talk = new Talk(broker, people, next, say);
    await talk.begin();
    let left = { [kindOf(BROKER)]: brokerKills, [kindOf(PAGE)]: pageKills };
    for (let round = 1; left.broker + left.page > 0; round += 1) {
      const kind = pick(next, left);
      await talk.round(kind);
      if (kind in left) left[kind] -= 1;
      if (round % 10 === 0) await talk.settle();
    }
    return await talk.end();
  } finally {
    for (const person of people) await person.remove();
    await broker.remove();
  }
}

const FAULTS = { broker: BROKER, page: PAGE, wire: WIRE };
const kindOf = (faults) => Object.keys(FAULTS).find((kind) => FAULTS[kind] === faults);

/** Wires break now and then; else what is left to do, evenly. */
function pick(next, { broker, page }) {
  if (next() < 0.15) return "wire";
  return next() * (broker + page) < broker ? "broker" : "page";
}

class Talk {
  #ledger = new Ledger();
  #counts = {};
  #reconnects = [];
  #heals = [];

  constructor(broker, people, next, say) {
    Object.assign(this, { broker, people, next, say });
  }

  async begin() {
    const [ada, bob] = this.people;
    await Promise.all(this.people.map((person) => person.signUp()));
    await ada.befriend(bob);
    await Promise.all([ada.openChat("Bob"), bob.openChat("Ada")]);
  }

  #count(what) {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }

  friendOf(person) {
    return this.people.find((other) => other !== person).name;
  }

  /** One fault in the middle of their writing. */
  async round(kind) {
    const names = Object.keys(FAULTS[kind]);
    const name = names[Math.floor(this.next() * names.length)];
    const person = this.people[Math.floor(this.next() * 2)];
    const { broker, next } = this;
    let over = false;
    const writers = this.people.map((writer) => this.#write(writer, () => over));
    await this.people[0].page.waitForTimeout(300 * next());
    person.down = kind === "page";
    const where = await FAULTS[kind][name]({ broker, person, next });
    const ended = performance.now();
    const what = `${kind === "broker" ? "the broker" : `${person.name}'s ${kind}`} ${name}${where ? ` (${where})` : ""}`;
    this.#count(`${kind} ${name}`);
    over = true;
    const outcomes = await Promise.all(writers);
    if (person.down) await person.back(this.friendOf(person));
    person.down = false;
    await Promise.all(this.people.map((somebody) => this.#reconnected(somebody)));
    this.#reconnects.push(performance.now() - ended);
    this.say(`${what}: ${outcomes.join(" and ")} written, back after ${Math.round(performance.now() - ended)} ms`);
  }

  /** By itself; only where three connections in a row lived for less than 10 s Kith stops and asks the person. */
  async #reconnected(person) {
    const asks = person.connection.filter({ hasText: "press “Try now”" });
    const connected = person.connected(90_000);
    connected.catch(() => {});
    const pressed = asks.waitFor({ timeout: 90_000 }).then(async () => {
      this.#count("Kith has stopped and asked");
      await person.role("button", "Try now").click();
      return person.connected(90_000);
    });
    pressed.catch(() => {});
    await Promise.any([connected, pressed]);
  }

  /** Writes until it is over, or the page is gone under the keys. */
  async #write(person, isOver) {
    let written = 0;
    while (!isOver()) {
      const texts = this.#ledger.compose(person.name, 1 + Math.floor(this.next() * 6));
      written += texts.length;
      try {
        await person.burst(texts);
        await expect(person.message(texts.at(-1))).toBeVisible({ timeout: 30_000 });
        this.#ledger.kept(person.name, texts);
      } catch (error) {
        this.#ledger.perhaps(person.name, texts);
        if (!person.down) throw error;
        return written;
      }
    }
    return written;
  }

  /** Waits until both see the same, as far as their pages reach back, and all of it has come. */
  async settle() {
    const began = performance.now();
    const [ada, bob] = this.people;
    await expect(async () => {
      const [hers, his] = [await ada.transcript(), await bob.transcript()];
      const common = Math.min(hers.length, his.length, 100);
      const texts = (rows) => rows.slice(-common).map(({ text }) => text);
      expect(texts(his)).toEqual(texts(hers));
      const waiting = [...hers, ...his].filter(({ own, delivery }) => own && !/Delivered|Read/.test(delivery));
      expect(waiting).toEqual([]);
    }).toPass({ timeout: PATIENCE, intervals: [250] });
    this.#heals.push(performance.now() - began);
    this.say(`both see the same after ${Math.round(performance.now() - began)} ms`);
  }

  async end() {
    await this.settle();
    const transcripts = {};
    for (const person of this.people) transcripts[person.name] = await everything(person);
    return {
      faults: this.#counts,
      messages: this.#ledger.written,
      certain: this.#ledger.certain,
      seen: transcripts[this.people[0].name].length,
      reconnects: this.#reconnects,
      heals: this.#heals,
      wrongs: [...this.#ledger.faults(transcripts), ...this.people.flatMap(({ wrongs }) => wrongs)],
    };
  }
}

/** All texts of the conversation, from the first one on: page by page, as a person scrolls back. */
async function everything(person) {
  const rows = () =>
    person.articles.evaluateAll((articles) =>
      articles.filter((article) => !article.querySelector(".finding")).map((article) => {
        const range = document.createRange();
        range.setStart(article, 0);
        range.setEndBefore(article.querySelector("time"));
        return { id: article.id, text: range.toString().replace(/^You: /, "").trim() };
      }),
    );
  const all = await rows();
  for (;;) {
    const first = all[0]?.id;
    const older = await person.log.evaluate(
      (log, first) =>
        new Promise((resolve) => {
          const look = () => log.querySelector("article")?.id !== first && resolve(true);
          new MutationObserver(look).observe(log, { childList: true, subtree: true });
          // There is nothing older when nothing comes.
          setTimeout(() => resolve(false), 3_000);
          log.scrollTop = 0;
          log.dispatchEvent(new Event("scroll"));
        }),
      first,
    );
    if (!older) return all.map(({ text }) => text);
    const page = await rows();
    const known = page.findIndex(({ id }) => id === first);
    if (known < 0) throw new Error("a page does not reach the one after it");
    all.unshift(...page.slice(0, known));
  }
}
