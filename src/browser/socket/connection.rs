//! One WebSocket, from its constructor to its end.

use std::cell::Cell;
use std::rc::Weak;

use bytes::Bytes;
use gloo::events::EventListener;
use js_sys::{ArrayBuffer, Uint8Array};
use web_sys::wasm_bindgen::{JsCast, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::Line;

/// The subprotocol of MQTT \[MQTT-6.0.0-3\].
const SUBPROTOCOL: &str = "mqtt";

pub(super) struct Connection {
    socket: WebSocket,
    opened: Cell<bool>,
    /// Emptied before the socket is closed.
    listeners: Vec<EventListener>,
}

impl Connection {
    /// Fails where the browser will not even try.
    pub(super) fn open(address: &str, line: &Weak<Line>) -> Result<Self, JsValue> {
        let socket = WebSocket::new_with_str(address, SUBPROTOCOL)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let on_open = listen(&socket, "open", line, |line, _| line.opened());
        let on_message = listen(&socket, "message", line, |line, event| {
            let data = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
            match data.and_then(|data| data.dyn_into::<ArrayBuffer>().ok()) {
                Some(buffer) => line.received(Bytes::from(Uint8Array::new(&buffer).to_vec())),
                // Only binary frames [MQTT-6.0.0-1].
                None => line.broken(true),
            }
        });
        let on_close = listen(&socket, "close", line, |line, event| {
            line.closed(event.dyn_ref::<CloseEvent>().map_or(super::ABNORMAL, CloseEvent::code));
        });
        Ok(Self { socket, opened: Cell::new(false), listeners: vec![on_open, on_message, on_close] })
    }

    /// The socket opened: whether the broker agreed to the subprotocol.
    pub(super) fn agree(&self) -> bool {
        self.opened.set(self.socket.protocol() == SUBPROTOCOL);
        self.opened.get()
    }

    pub(super) fn has_opened(&self) -> bool {
        self.opened.get()
    }

    pub(super) fn is_open(&self) -> bool {
        self.opened.get() && self.socket.ready_state() == WebSocket::OPEN
    }

    pub(super) fn send(&self, message: &[u8]) {
        // It throws only before the socket is open, and then nothing is sent.
        let _ = self.socket.send_with_u8_array(message);
    }

    pub(super) fn buffered(&self) -> u32 {
        self.socket.buffered_amount()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.listeners.clear();
        // It throws for bad codes and reasons; there are none.
        let _ = self.socket.close();
    }
}

fn listen(
    socket: &WebSocket,
    name: &'static str,
    line: &Weak<Line>,
    handle: impl Fn(&Line, &web_sys::Event) + 'static,
) -> EventListener {
    let line = line.clone();
    EventListener::new(socket, name, move |event| {
        if let Some(line) = line.upgrade() {
            handle(&line, event);
        }
    })
}
