use std::sync::Arc;

use bytes::Bytes;
use kith::browser::socket::{Frames, HIGH_WATER, LIMIT, Socket};
use kith::chat::Input;
use kith::chat::input::Closed;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Recorder, Undo, js, js_async, number, patch};

/// MQTT 3.1.1, clean session, keep alive 60 s, an empty Client Identifier.
pub(crate) const CONNECT: &[u8] = b"\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0";
const CONNACK: &[u8] = b"\x20\x02\0\0";
const PINGREQ: &[u8] = b"\xc0\0";
const PINGRESP: &[u8] = b"\xd0\0";
const SUBSCRIBE: &[u8] = b"\x82\x08\0\x01\0\x03t/1\0";
const SUBACK: &[u8] = b"\x90\x03\0\x01\0";
const PUBLISH: &[u8] = b"\x30\x07\0\x03t/1hi";

/// A missing broker fails these tests.
pub(crate) fn broker() -> Arc<str> {
    option_env!("KITH_TEST_BROKER").unwrap_or("ws://127.0.0.1:19883/mqtt").into()
}

/// The same broker under another address.
fn elsewhere() -> Arc<str> {
    broker().replace("127.0.0.1", "localhost").into()
}

/// Keeps every socket in `sockets`, the length of every message in `sent`, and the balance of listeners.
pub(crate) fn spy() -> Undo {
    patch(
        "globalThis.RealSocket = WebSocket; globalThis.sockets = []; globalThis.sent = []; globalThis.listeners = 0;
         globalThis.WebSocket = class extends RealSocket {
             constructor(...a) { super(...a); sockets.push(this); }
             send(m) { sent.push(m.byteLength); super.send(m); }
             addEventListener(...a) { listeners += 1; super.addEventListener(...a); }
             removeEventListener(...a) { listeners -= 1; super.removeEventListener(...a); }
         }",
        "globalThis.WebSocket = RealSocket; sockets.length = 0",
    )
}

pub(crate) fn sent() -> String {
    js("return sent.splice(0).join()").as_string().unwrap()
}

struct Line {
    socket: Socket,
    told: Recorder,
}

impl Line {
    fn new() -> Self {
        let told = Recorder::new();
        Self { socket: Socket::new(&told.inputs), told }
    }

    async fn open() -> Self {
        let line = Self::new();
        line.reopen().await;
        line
    }

    async fn reopen(&self) {
        self.socket.open(&broker());
        assert_eq!(self.told.next().await, Input::Opened, "is there a broker at {}?", broker());
    }

    async fn connected() -> Self {
        let line = Self::open().await;
        line.connect().await;
        line
    }

    async fn connect(&self) {
        self.say(&[CONNECT]);
        self.hear(CONNACK).await;
    }

    fn say(&self, packets: &[&[u8]]) {
        for packet in packets {
            self.socket.send(&Bytes::copy_from_slice(packet));
        }
        self.socket.flush();
    }

    async fn hear(&self, expected: &[u8]) {
        let mut heard = Vec::new();
        while heard.len() < expected.len() {
            match self.told.next().await {
                Input::Received(bytes) => heard.extend_from_slice(&bytes),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(heard, expected);
    }

    async fn closed(&self) -> Closed {
        match self.told.next().await {
            Input::Closed(closed) => closed,
            other => panic!("{other:?}"),
        }
    }
}

fn frames(packets: &[(usize, u8)], join: bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut frames = Frames::default();
    for (length, first) in packets {
        let mut packet = vec![0; *length];
        if let Some(byte) = packet.first_mut() {
            *byte = *first;
        }
        frames.push(&packet, join, |message, count| found.push((message.len(), count)));
    }
    frames.flush(|message, count| found.push((message.len(), count)));
    frames.flush(|_, _| panic!("nothing is left"));
    found
}

#[wasm_bindgen_test]
fn small_packets_share_a_message_up_to_the_limit() {
    assert_eq!(frames(&[(2, 0x30), (3, 0x40), (4, 0xe0)], true), [(9, 3)]);
    assert_eq!(frames(&[(LIMIT - 1, 0x30), (1, 0x30)], true), [(LIMIT, 2)]);
    assert_eq!(frames(&[(LIMIT - 1, 0x30), (2, 0x30)], true), [(LIMIT - 1, 1), (2, 1)]);
    assert_eq!(frames(&[(2, 0x30), (3, 0x30)], false), [(2, 1), (3, 1)]);
}

#[wasm_bindgen_test]
fn connect_and_long_packets_go_alone_and_nothing_is_reordered() {
    assert_eq!(frames(&[(2, 0x30), (14, 0x10), (3, 0x30), (4, 0x30)], true), [(2, 1), (14, 1), (7, 2)]);
    assert_eq!(frames(&[(2, 0x30), (LIMIT + 1, 0x30), (3, 0x30)], true), [(2, 1), (LIMIT + 1, 1), (3, 1)]);
}

#[wasm_bindgen_test]
fn no_message_is_empty() {
    assert_eq!(frames(&[], true), []);
    assert_eq!(frames(&[(0, 0), (0, 0)], true), []);
    assert_eq!(frames(&[(0, 0)], false), []);
}

#[wasm_bindgen_test]
async fn what_one_drain_sends_is_one_message_and_the_broker_reads_it() {
    let _undo = spy();
    let line = Line::connected().await;
    assert_eq!(sent(), "14");
    line.say(&[SUBSCRIBE, PUBLISH, PUBLISH]);
    line.hear(&[SUBACK, PUBLISH, PUBLISH].concat()).await;
    assert_eq!(sent(), "28");
    assert!(!line.socket.one_by_one());
}

#[wasm_bindgen_test]
async fn acknowledgements_leave_together_or_with_what_is_urgent() {
    const PUBACK: &[u8] = b"\x40\x02\0\x01";
    let _undo = patch(FAKE_THAT_TELLS, "globalThis.WebSocket = RealSocket");
    let line = Line::new();
    line.reopen().await;
    line.say(&[PUBACK]);
    line.say(&[PUBACK, PUBACK]);
    assert_eq!(sent(), "", "they wait for more of their kind");
    js_async(
        "const push = sent.push; sent.push = function (n) { delete sent.push; push.call(this, n); done(); }",
    )
    .await;
    assert_eq!(sent(), "12");
    line.say(&[PUBACK]);
    line.say(&[PINGREQ]);
    assert_eq!(sent(), "6", "what is urgent takes them along");
    line.say(&[PUBACK]);
    line.socket.flush_all();
    assert_eq!(sent(), "4", "a page that goes waits for nothing");
}

#[wasm_bindgen_test]
async fn a_closed_socket_sends_what_is_left_and_never_calls_back() {
    let _undo = spy();
    let line = Line::connected().await;
    let _ = sent();
    line.socket.send(&Bytes::from_static(b"\xe0\0"));
    line.socket.close();
    assert_eq!(sent(), "2");
    js_async("const w = setInterval(() => { if (sockets[0].readyState === 3) { clearInterval(w); setTimeout(done, 20); } }, 5)")
        .await;
    assert_eq!(line.told.rest(), []);
    line.say(&[PINGREQ]);
    assert_eq!(sent(), "", "a closed socket takes nothing");
}

#[wasm_bindgen_test]
async fn a_replaced_socket_never_calls_back() {
    let line = Line::new();
    for _ in 0..5 {
        line.socket.open(&broker());
    }
    assert_eq!(line.told.next().await, Input::Opened);
    line.connect().await;
    line.say(&[PINGREQ]);
    line.socket.open(&elsewhere());
    assert_eq!(line.told.next().await, Input::Opened, "neither PINGRESP nor Closed of the one before");
}

#[wasm_bindgen_test]
async fn a_closing_broker_is_told_with_its_code() {
    let line = Line::open().await;
    // A PUBLISH that is no packet: QoS 3.
    line.say(&[b"\x36\0"]);
    let closed = line.closed().await;
    assert!(closed.was_open && !closed.forbidden, "{closed:?}");
    assert!(!line.socket.one_by_one(), "it was one packet");
}

#[wasm_bindgen_test]
async fn a_port_where_nobody_listens_is_closed_without_having_been_open() {
    let line = Line::new();
    line.socket.open(&"ws://127.0.0.1:1/mqtt".into());
    assert_eq!(line.closed().await, Closed { code: 1006, was_open: false, forbidden: false });
}

#[wasm_bindgen_test]
async fn what_the_browser_will_not_even_try_is_forbidden() {
    let line = Line::new();
    for address in ["ws://", "ftp://127.0.0.1/", "ws://[oops"] {
        line.socket.open(&address.into());
        let told = line.told.next().await;
        assert_eq!(told, Input::Closed(Closed { code: 1006, was_open: false, forbidden: true }), "{address}");
    }
    let _undo = patch(
        "globalThis.RealSocket = WebSocket;
         globalThis.WebSocket = function() { throw new DOMException('insecure', 'SecurityError') }",
        "globalThis.WebSocket = RealSocket",
    );
    line.socket.open(&broker());
    assert!(line.closed().await.forbidden);
}

#[wasm_bindgen_test]
async fn a_text_frame_closes_the_socket() {
    let _undo = spy();
    let line = Line::connected().await;
    js("sockets[0].dispatchEvent(new MessageEvent('message', {data: 'hello'}))");
    let closed = line.closed().await;
    assert!(closed.was_open && !closed.forbidden);
    assert!(number("sockets[0].readyState") >= 2.0);
    assert_eq!(number("listeners"), 0.0);
    assert_eq!(line.told.rest(), []);
}

#[wasm_bindgen_test]
async fn another_subprotocol_closes_the_socket() {
    let _undo = patch(
        "globalThis.RealSocket = WebSocket;
         globalThis.WebSocket = class extends RealSocket { get protocol() { return 'mqttv3.1'; } }",
        "globalThis.WebSocket = RealSocket",
    );
    let line = Line::new();
    line.socket.open(&broker());
    let closed = line.closed().await;
    assert!(!closed.was_open && !closed.forbidden, "{closed:?}");
}

#[wasm_bindgen_test]
async fn a_broker_that_closes_on_the_first_shared_message_gets_packets_one_by_one() {
    let _undo = spy();
    let line = Line::open().await;
    // Not connected yet: the broker closes without a word.
    line.say(&[PINGREQ, PINGREQ]);
    assert!(line.closed().await.was_open);
    assert!(line.socket.one_by_one());
    line.reopen().await;
    line.connect().await;
    let _ = sent();
    line.say(&[SUBSCRIBE, PUBLISH, PUBLISH]);
    line.hear(&[SUBACK, PUBLISH, PUBLISH].concat()).await;
    assert_eq!(sent(), "10,9,9");
    line.socket.open(&elsewhere());
    assert!(!line.socket.one_by_one(), "another address may be another broker");
}

#[wasm_bindgen_test]
async fn a_broker_that_took_a_shared_message_once_is_not_suspected_again() {
    let line = Line::connected().await;
    line.say(&[PINGREQ, PINGREQ]);
    line.hear(&[PINGRESP, PINGRESP].concat()).await;
    line.say(&[PINGREQ, b"\x36\0"]);
    loop {
        if let Input::Closed(_) = line.told.next().await {
            break;
        }
    }
    assert!(!line.socket.one_by_one());
}

#[wasm_bindgen_test]
async fn a_full_buffer_is_told_once_and_its_end_too() {
    let line = Line::connected().await;
    let payload = LIMIT * 30;
    let mut packet = vec![0x30];
    let mut length = payload + 5;
    while length > 0 {
        packet.push((length % 128) as u8 | if length >= 128 { 0x80 } else { 0 });
        length /= 128;
    }
    packet.extend_from_slice(b"\0\x03t/1");
    packet.resize(packet.len() + payload, 7);
    assert!(packet.len() > HIGH_WATER as usize);
    line.say(&[&packet]);
    line.say(&[&packet]);
    assert_eq!(line.told.next().await, Input::Congested(true));
    assert_eq!(line.told.next().await, Input::Congested(false));
    line.say(&[PINGREQ]);
    line.hear(PINGRESP).await;
}

/// A socket that opens at once and tells how much is sent.
const FAKE_THAT_TELLS: &str = "globalThis.RealSocket = WebSocket; globalThis.sent = [];
    globalThis.WebSocket = class extends EventTarget {
        constructor(url, protocol) {
            super(); this.protocol = protocol; this.readyState = 0; this.bufferedAmount = 0;
            queueMicrotask(() => { this.readyState = 1; this.dispatchEvent(new Event('open')); });
        }
        send(message) { sent.push(message.byteLength); }
        close() { this.readyState = 3; }
    }";

/// A socket that opens at once; a real broker takes up to 200 ms for that, and browsers slow down who asks often.
const FAKE: &str = "globalThis.RealSocket = WebSocket; globalThis.sockets = []; globalThis.listeners = 0;
    globalThis.WebSocket = class extends EventTarget {
        constructor(url, protocol) {
            super(); this.protocol = protocol; this.readyState = 0; this.bufferedAmount = 0; sockets.push(this);
            queueMicrotask(() => {
                if (this.readyState) return;
                this.readyState = 1; this.dispatchEvent(new Event('open'));
            });
        }
        send() {}
        close() { this.readyState = 3; }
        addEventListener(...a) { listeners += 1; super.addEventListener(...a); }
        removeEventListener(...a) { listeners -= 1; super.removeEventListener(...a); }
    }";

#[wasm_bindgen_test]
async fn a_thousand_connections_leave_nothing_behind() {
    let _undo = patch(FAKE, "globalThis.WebSocket = RealSocket; sockets.length = 0");
    let line = Line::new();
    line.reopen().await;
    let held = wasm_bindgen::externref_heap_live_count();
    for cycle in 0..1_000 {
        if cycle % 4 == 3 {
            // Not every connection lives to be opened,
            line.socket.open(&broker());
        }
        line.reopen().await;
        line.say(&[PINGREQ, PINGREQ]);
        if cycle % 4 == 1 {
            // and many are closed by the other side.
            js("sockets.at(-1).dispatchEvent(new CloseEvent('close', {code: 1001}))");
            assert_eq!(line.closed().await.code, 1001);
        }
    }
    assert_eq!(number("listeners"), 3.0, "those of the one that is open");
    assert_eq!(wasm_bindgen::externref_heap_live_count(), held);
    drop(line);
    assert_eq!(number("listeners"), 0.0);
    assert!(js("return sockets.length === 1251 && sockets.every(s => s.readyState === 3)").is_truthy());
}

#[wasm_bindgen_test]
async fn reconnecting_to_a_real_broker_leaves_nothing_behind() {
    let _undo = spy();
    let line = Line::connected().await;
    for _ in 0..10 {
        line.reopen().await;
        line.connect().await;
    }
    assert_eq!(number("listeners"), 3.0);
    drop(line);
    assert_eq!(number("listeners"), 0.0);
    js_async(
        "const w = setInterval(() => { if (sockets.every(s => s.readyState === 3)) { clearInterval(w); done(); } }, 20)",
    )
    .await;
}
