// MQTT 3.1.1 by hand, as little of it as works: no checks, no reconnect. What leaves in one turn leaves in a microtask
// as frames of up to 16 KiB. This is the limit that Kith's client is held against.

const LIMIT = 16 * 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class ByHand {
  #socket;
  #out = new Uint8Array(64 * 1024);
  #length = 0;
  #scheduled = false;
  #rest = null;
  #nextId = 0;
  #done = new Array(65536);
  #free = 65535;
  #queue = [];
  #queued = 0;
  #released = new Set();
  #connected;
  #onClose;
  onMessage = () => {};

  connect({ url, clientId, clean = true }) {
    this.#socket = new WebSocket(url, "mqtt");
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onmessage = (event) => this.#receive(new Uint8Array(event.data));
    this.#socket.onclose = () => this.#onClose?.();
    this.#socket.onopen = () => {
      const id = encoder.encode(clientId);
      const head = [0x10, 0, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, clean ? 2 : 0, 0, 0, id.length >> 8, id.length & 255];
      head[1] = head.length - 2 + id.length;
      this.#socket.send(new Uint8Array([...head, ...id]));
    };
    return new Promise((resolve) => (this.#connected = resolve));
  }

  subscribe(filter, qos) {
    const name = encoder.encode(filter);
    return new Promise((resolve) => {
      const id = this.#take(resolve);
      const head = [0x82, 5 + name.length, id >> 8, id & 255, name.length >> 8, name.length & 255];
      const packet = new Uint8Array([...head, ...name, qos]);
      this.#room(packet.length);
      this.#out.set(packet, this.#length);
      this.#length += packet.length;
      this.#flushSoon();
    });
  }

  publish(topic, payload, qos, done) {
    if (qos > 0 && this.#free === 0) {
      this.#queue.push([topic, payload, qos, done]);
      return;
    }
    this.#room(topic.length * 3 + payload.length + 9);
    const out = this.#out;
    let at = this.#length;
    const start = at;
    // Three bytes of length at the most: the header is moved up where fewer do.
    const { written } = encoder.encodeInto(topic, out.subarray(at + 6));
    const remaining = 2 + written + (qos > 0 ? 2 : 0) + payload.length;
    out[at++] = 0x30 | (qos << 1);
    let rest = remaining;
    do {
      out[at++] = (rest & 127) | (rest > 127 ? 128 : 0);
      rest >>= 7;
    } while (rest > 0);
    out[at++] = written >> 8;
    out[at++] = written & 255;
    if (at !== start + 6) out.copyWithin(at, start + 6, start + 6 + written);
    at += written;
    if (qos > 0) {
      const id = this.#take(done);
      out[at++] = id >> 8;
      out[at++] = id & 255;
    }
    out.set(payload, at);
    this.#length = at + payload.length;
    this.#flushSoon();
    if (qos === 0) queueMicrotask(done);
  }

  close() {
    const closed = new Promise((resolve) => (this.#onClose = resolve));
    this.flush();
    this.#socket.send(new Uint8Array([0xe0, 0]));
    this.#socket.close();
    return closed;
  }

  flush() {
    if (this.#length > 0) {
      this.#socket.send(this.#out.subarray(0, this.#length));
      this.#length = 0;
    }
  }

  #flushSoon() {
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  #room(bytes) {
    if (this.#length + bytes > LIMIT) this.flush();
    if (bytes > this.#out.length) this.#out = new Uint8Array(bytes);
  }

  #take(done) {
    do {
      this.#nextId = (this.#nextId % 65535) + 1;
    } while (this.#done[this.#nextId] !== undefined);
    this.#done[this.#nextId] = done;
    this.#free -= 1;
    return this.#nextId;
  }

  #complete(id) {
    const done = this.#done[id];
    if (done === undefined) return;
    this.#done[id] = undefined;
    this.#free += 1;
    done();
    if (this.#queued < this.#queue.length) {
      const [topic, payload, qos, next] = this.#queue[this.#queued];
      this.#queue[this.#queued++] = undefined;
      this.publish(topic, payload, qos, next);
    }
  }

  #answer(first, id) {
    this.#room(4);
    this.#out[this.#length++] = first;
    this.#out[this.#length++] = 2;
    this.#out[this.#length++] = id >> 8;
    this.#out[this.#length++] = id & 255;
    this.#flushSoon();
  }

  #receive(bytes) {
    let data = bytes;
    if (this.#rest !== null) {
      data = new Uint8Array(this.#rest.length + bytes.length);
      data.set(this.#rest);
      data.set(bytes, this.#rest.length);
      this.#rest = null;
    }
    let at = 0;
    while (at < data.length) {
      let body = at + 1;
      let length = 0;
      let shift = 0;
      let byte;
      do {
        byte = data[body++];
        length |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      if (byte === undefined || body + length > data.length) {
        this.#rest = data.slice(at);
        return;
      }
      this.#packet(data[at], data, body, body + length);
      at = body + length;
    }
  }

  #packet(first, data, at, end) {
    switch (first >> 4) {
      case 3: {
        const name = at + 2;
        let payload = name + ((data[at] << 8) | data[at + 1]);
        const topic = decoder.decode(data.subarray(name, payload));
        const qos = (first >> 1) & 3;
        if (qos === 0) return this.onMessage(topic, data.subarray(payload, end));
        const id = (data[payload] << 8) | data[payload + 1];
        payload += 2;
        if (qos === 1) {
          this.#answer(0x40, id);
        } else {
          this.#answer(0x50, id);
          if (this.#released.has(id)) return undefined;
          this.#released.add(id);
        }
        return this.onMessage(topic, data.subarray(payload, end));
      }
      case 2:
        return this.#connected(data[at + 1]);
      case 5:
        return this.#answer(0x62, (data[at] << 8) | data[at + 1]);
      case 6: {
        const id = (data[at] << 8) | data[at + 1];
        this.#released.delete(id);
        return this.#answer(0x70, id);
      }
      case 4:
      case 7:
      case 9:
        return this.#complete((data[at] << 8) | data[at + 1]);
      default:
        return undefined;
    }
  }
}
