// People who use Kith: by its own screens, as a person would; and one who is only a program.

import { createHash, randomBytes } from "node:crypto";

import { openPage } from "./browser.mjs";
import { Feeder } from "./feeder.mjs";
import { sleep, within } from "./tools.mjs";

/** The id of an e-mail address, as Kith makes it. */
export const idOf = (email) => createHash("md5").update(email).digest("hex");

/** A page of Kith in the profile, at an origin of its own: `http://<name>.localhost:<port>`. */
export async function openKith(profile, app, name) {
  const tab = await openPage(profile.context);
  tab.url = `http://${name}.localhost:${app.port}/`;
  return tab;
}

/** Begins as somebody. */
export async function begin(tab, name, email) {
  await tab.page.goto(tab.url);
  await tab.page.getByLabel("Your name").fill(name);
  await tab.page.getByLabel(/e-mail/).fill(email);
  await tab.page.getByRole("button", { name: "Start", exact: true }).click();
  await tab.page.getByRole("navigation", { name: "Main" }).waitFor();
  await tab.page.getByText("Connected", { exact: true }).waitFor({ state: "attached" });
  // What it listens to is asked for after that.
  await sleep(500);
  tab.check();
}

const invite = (broker, id, name) =>
  `#i=1&b=${encodeURIComponent(broker.url)}&r=kith&u=${id}&d=${encodeURIComponent(name)}`;

/** Asks somebody for contact by their invite link. */
export async function ask(tab, broker, id, name) {
  await tab.page.evaluate((hash) => (location.hash = hash), invite(broker, id, name));
  await tab.page.getByRole("button", { name: "Send request" }).click();
}

/** Accepts the one who asks. */
export async function accept(tab) {
  await tab.page.evaluate(() => (location.hash = "#/contacts"));
  await tab.page.getByRole("button", { name: "Accept" }).click();
  await tab.page.getByRole("button", { name: "Accept" }).waitFor({ state: "detached" });
}

export async function openChat(tab, id) {
  await tab.page.evaluate((id) => (location.hash = `#/chats/${id}`), id);
  await tab.page.getByRole("textbox", { name: "Message" }).waitFor();
}

// CBOR, as far as an envelope needs it.
const head = (major, value) => {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  if (value < 65536) return Buffer.from([(major << 5) | 25, value >> 8, value & 255]);
  const bytes = Buffer.alloc(9);
  bytes[0] = (major << 5) | 27;
  bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
};
const uint = (value) => head(0, value);
const bytes = (value) => Buffer.concat([head(2, value.length), value]);
const text = (value) => Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
const array = (...items) => Buffer.concat([head(4, items.length), ...items]);
const NULL = Buffer.from([0xf6]);

const KIND = { text: 1, request: 6 };

/** A contact who is only a program: speaks PROTOCOL.md's open envelopes, and hears nothing. */
export class Robot {
  static async connect(broker, email, name) {
    const robot = new Robot();
    robot.id = idOf(email);
    robot.name = name;
    robot.device = randomBytes(8);
    robot.seq = 0;
    robot.feeder = await Feeder.connect(broker.tcp, `robot-${robot.id}`);
    return robot;
  }

  #event(to, kind, seq, at, body) {
    const inner = array(
      uint(1),
      bytes(randomBytes(16)),
      bytes(Buffer.from(to, "hex")),
      uint(seq),
      // Hybrid logical clock: milliseconds, then a counter of 16 bits.
      head(0, Number(BigInt(at) << 16n)),
      NULL,
      NULL,
      array(),
      uint(kind),
      bytes(body),
    );
    return array(uint(1), uint(4), bytes(randomBytes(16)), bytes(Buffer.from(this.id, "hex")), bytes(this.device), bytes(inner));
  }

  /** Asks for contact. */
  ask(to) {
    const request = this.#event(to, KIND.request, 0, Date.now(), array(text(this.name)));
    return this.feeder.publishAll(`kith/${to}/Inbox/Add/GFReq/${this.id}`, [request], 1);
  }

  /** Sends messages; resolved when the broker has all of them. */
  send(to, texts) {
    const begin = Date.now() - texts.length;
    const payloads = texts.map((words, index) => {
      this.seq += 1;
      return this.#event(to, KIND.text, this.seq, begin + index, array(text(words)));
    });
    return within(60_000, "filling the broker", this.feeder.publishAll(`kith/${to}/Inbox/m`, payloads, 1));
  }

  close() {
    this.feeder.close();
  }
}

/** A text of exactly 200 bytes that begins with the marker. */
export const words = (marker) => `${marker} `.padEnd(200, "lorem ipsum dolor sit amet ");
