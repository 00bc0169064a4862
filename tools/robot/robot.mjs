// The robot from Node, for end-to-end tests and benches; src/orders.rs and src/report.rs say what there is.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export class Robot {
  /** Becomes somebody: `{ name, handle?, broker, root?, region? }`. The program is the environment's KITH_ROBOT. */
  static async begin(who) {
    const robot = new this();
    robot.order({ order: "begin", ...who });
    const { id, invite } = await robot.told({ event: "began" });
    return Object.assign(robot, { name: who.name, id, invite });
  }

  #told = [];
  #wake = () => {};
  #ended = null;

  constructor() {
    const program = process.env.KITH_ROBOT;
    if (!program) throw new Error("KITH_ROBOT does not say where the robot is");
    this.process = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"] });
    // Whoever writes to one that has ended is told so by `told`.
    this.process.stdin.on("error", () => {});
    this.process.on("exit", (code) => {
      this.#ended = new Error(`the robot ended (${code})`);
      this.#wake();
    });
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      this.#told.push(JSON.parse(line));
      this.#wake();
    });
  }

  order(order) {
    this.process.stdin.write(`${JSON.stringify(order)}\n`);
  }

  /** Waits for the next event that says all of this; those of its kind that came before are forgotten. */
  async told(wanted, patience = 60_000) {
    const says = (event) => Object.entries(wanted).every(([name, value]) => event[name] === value);
    const deadline = Date.now() + patience;
    for (;;) {
      const at = this.#told.findIndex(says);
      if (at >= 0) {
        const event = this.#told[at];
        this.#told = this.#told.filter((other, place) => other.event !== event.event || place > at);
        return event;
      }
      const refused = this.#told.find(({ event }) => event === "refused");
      if (refused) throw new Error(`${this.name}: ${JSON.stringify(refused)}`);
      if (this.#ended) throw this.#ended;
      await this.#news(deadline, wanted);
    }
  }

  #news(deadline, wanted) {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`${this.name} was not told ${JSON.stringify(wanted)}`));
      const timer = setTimeout(late, deadline - Date.now());
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Asks for contact: by number, address, Kith ID or invite link. */
  ask(address) {
    this.order({ order: "ask", address });
  }

  accept(from) {
    this.order({ order: "accept", from });
  }

  /** They are in contact, and messages may leave. */
  befriended(id) {
    return this.told({ event: "contact", id, relation: "Friend" });
  }

  /** Sends texts; resolved when the broker has acknowledged all of them. */
  async send(to, texts) {
    // Of what was sent before.
    this.#told = this.#told.filter(({ event }) => !["sent", "delivered", "read"].includes(event));
    this.order({ order: "send", to, texts });
    await this.told({ event: "sent", to });
  }

  /** There is a receipt for all that was sent last, and before. */
  delivered() {
    return this.told({ event: "delivered" });
  }

  /** Somebody has read all that was sent last. */
  read(by) {
    return this.told({ event: "read", by });
  }

  /** Away from the broker, until `comeBack`. */
  async leave() {
    this.order({ order: "leave" });
    await this.told({ event: "left" });
  }

  async comeBack() {
    this.order({ order: "return" });
    await this.told({ event: "connected" });
  }

  async remove() {
    if (this.#ended) return;
    const ended = once(this.process, "exit");
    this.process.stdin.end();
    await ended;
  }
}
