// A bare MQTT 3.1.1 client over TCP for Node: it feeds the broker, so that the page under test only receives.

import { connect } from "node:net";

const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

function packet(first, ...parts) {
  const body = Buffer.concat(parts);
  const length = [];
  let rest = body.length;
  do {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

const u16 = (value) => Buffer.from([value >> 8, value & 255]);

export function publishPacket(topic, payload, qos, id, retain = false) {
  const parts = [text(topic)];
  if (qos > 0) parts.push(u16(id));
  return packet(0x30 | (qos << 1) | (retain ? 1 : 0), ...parts, payload);
}

export class Feeder {
  /** Connects with a clean session and waits for CONNACK. */
  static async connect(port, clientId) {
    const feeder = new Feeder();
    feeder.socket = connect(port, "127.0.0.1");
    feeder.socket.setNoDelay(true);
    feeder.rest = Buffer.alloc(0);
    feeder.nextId = 0;
    feeder.waiting = new Map();
    feeder.onPublish = () => {};
    feeder.socket.on("data", (bytes) => feeder.#read(bytes));
    feeder.socket.on("error", (error) => feeder.#fail(error));
    feeder.socket.on("close", () => feeder.#fail(new Error("the broker closed the feeder")));
    const connack = new Promise((resolve, reject) => feeder.waiting.set("connack", { resolve, reject }));
    feeder.socket.write(packet(0x10, text("MQTT"), Buffer.from([4, 2, 0, 0]), text(clientId)));
    await connack;
    return feeder;
  }

  #fail(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  #answer(key) {
    this.waiting.get(key)?.resolve();
    this.waiting.delete(key);
  }

  #read(bytes) {
    let data = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    for (;;) {
      let length = 0;
      let at = 1;
      let complete = false;
      for (; at < Math.min(5, data.length); at += 1) {
        length |= (data[at] & 127) << (7 * (at - 1));
        if (data[at] < 128) {
          complete = true;
          at += 1;
          break;
        }
      }
      if (!complete || data.length < at + length) break;
      this.#take(data[0], data.subarray(at, at + length));
      data = data.subarray(at + length);
    }
    this.rest = data;
  }

  #take(first, body) {
    const id = body.length >= 2 ? body.readUInt16BE(0) : 0;
    switch (first >> 4) {
      case 2:
        return this.#answer("connack");
      case 3: {
        const qos = (first >> 1) & 3;
        const end = 2 + id;
        const payload = body.subarray(qos > 0 ? end + 2 : end);
        if (qos === 1) this.socket.write(packet(0x40, body.subarray(end, end + 2)));
        return this.onPublish(body.toString("utf8", 2, end), payload, first);
      }
      case 5:
        return this.socket.write(packet(0x62, u16(id)));
      case 4:
      case 7:
      case 9:
        return this.#answer(id);
      default:
        return undefined;
    }
  }

  #id() {
    this.nextId = (this.nextId % 65535) + 1;
    return this.nextId;
  }

  subscribe(filter, qos) {
    const id = this.#id();
    const answered = this.#expect(id);
    this.socket.write(packet(0x82, u16(id), text(filter), Buffer.from([qos])));
    return answered;
  }

  #expect(id) {
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** Publishes all of them in as few writes as may be; resolved when the last one is acknowledged. */
  async publishAll(topic, payloads, qos, retain = false) {
    // Fewer than there are identifiers at once; at QoS 2 mosquitto closes where more than its own window is open.
    const most = qos === 2 ? 20 : 30_000;
    for (let from = 0; from < payloads.length; from += most) {
      const answers = [];
      const packets = payloads.slice(from, from + most).map((payload) => {
        const id = qos > 0 ? this.#id() : 0;
        if (qos > 0) answers.push(this.#expect(id));
        return publishPacket(topic, payload, qos, id, retain);
      });
      this.socket.write(Buffer.concat(packets));
      await Promise.all(answers);
    }
  }

  close() {
    this.socket.removeAllListeners("close");
    this.socket.end(packet(0xe0));
  }
}
