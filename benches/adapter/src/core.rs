//! The session where the app has its chat client.

use std::collections::VecDeque;

use js_sys::{Function, JsString, Uint8Array};
use kith::browser::Core;
use kith::chat::{Effect, Input};
use kith::mqtt::{Config, Event, Incoming, Publish, Session, Token};
use kith::time::{Instant, Now};
use wasm_bindgen::{JsValue, throw_str};

use crate::{OnMessage, Request, Requests};

/// The driver's core: a session and who waits for what.
pub(crate) struct Bench {
    requests: Requests,
    on_message: OnMessage,
    session: Option<Session>,
    url: String,
    effects: VecDeque<Effect>,
    connected: Option<Function>,
    subscribed: Vec<(String, Function)>,
    /// By token, less the first one's.
    done: VecDeque<Option<Function>>,
    first: u64,
}

impl Bench {
    pub(crate) fn new(requests: Requests, on_message: OnMessage) -> Self {
        Self {
            requests,
            on_message,
            session: None,
            url: String::new(),
            effects: VecDeque::new(),
            connected: None,
            subscribed: Vec::new(),
            done: VecDeque::new(),
            first: 1,
        }
    }

    fn carry_out(&mut self, request: Request, now: Instant) {
        match request {
            Request::Connect { url, client_id, window, resolve } => {
                let config =
                    Config { clean_session: true, inflight_window: window, ..Config::new(client_id) };
                let mut session = Session::new(config).unwrap_or_else(|error| throw_str(&error.to_string()));
                session.connect(now);
                self.session = Some(session);
                self.url = url;
                self.connected = Some(resolve);
            }
            Request::Subscribe { filter, qos, resolve } => {
                self.subscribed.push((filter.as_str().to_owned(), resolve));
                self.session().subscribe(filter, qos, now);
            }
            Request::Publish { publish, done } => self.publish(publish, done, now),
            Request::Disconnect => self.session().disconnect(now),
        }
    }

    fn session(&mut self) -> &mut Session {
        match &mut self.session {
            Some(session) => session,
            None => throw_str("not connected"),
        }
    }

    fn publish(&mut self, publish: Publish, done: Function, now: Instant) {
        let Token(token) = self.session().publish(publish, now);
        if token != self.first + self.done.len() as u64 {
            throw_str("tokens are not consecutive");
        }
        self.done.push_back(Some(done));
    }

    fn settle(&mut self) {
        loop {
            while let Some(event) = self.session.as_mut().and_then(Session::poll_event) {
                self.tell(event);
            }
            let Some(packet) = self.session.as_mut().and_then(Session::poll_transmit) else { return };
            self.effects.push_back(Effect::Transmit(packet));
        }
    }

    fn tell(&mut self, event: Event) {
        match event {
            Event::Open => self.effects.push_back(Effect::Connect(self.url.as_str().into())),
            Event::Close(reason) => {
                self.effects.push_back(Effect::Close);
                self.trouble(&reason.to_string());
            }
            Event::Connected { .. } => {
                if let Some(resolve) = self.connected.take() {
                    call(&resolve);
                }
            }
            Event::Waiting { .. } => throw_str("the connection is gone"),
            Event::Stopped(_) => {}
            Event::Publish(incoming) => self.deliver(incoming),
            Event::Oversized(_) => throw_str("a message over the limit"),
            Event::Completed(token) => self.complete(token),
            Event::Quarantined(_) => throw_str("a publish was given up"),
            Event::Subscribed(filter, granted) => {
                if granted.is_none() {
                    throw_str("the broker refused a filter");
                }
                let place = self.subscribed.iter().position(|(asked, _)| asked == filter.as_str());
                if let Some(place) = place {
                    call(&self.subscribed.swap_remove(place).1);
                }
            }
        }
    }

    fn trouble(&self, reason: &str) {
        if reason != "disconnected" {
            throw_str(reason);
        }
    }

    fn deliver(&mut self, incoming: Incoming) {
        let f = self.on_message.borrow().clone();
        if let Some(f) = f {
            let topic = JsString::from(incoming.topic.as_str());
            let payload = Uint8Array::from(&incoming.payload[..]);
            if let Err(error) = f.call2(&JsValue::UNDEFINED, &topic, &payload) {
                wasm_bindgen::throw_val(error);
            }
        }
        if let Some(id) = incoming.id {
            self.session().ack(id);
        }
    }

    fn complete(&mut self, Token(token): Token) {
        let place = usize::try_from(token - self.first).unwrap_or(usize::MAX);
        if let Some(done) = self.done.get_mut(place).and_then(Option::take) {
            call(&done);
        }
        while let Some(None) = self.done.front() {
            self.done.pop_front();
            self.first += 1;
        }
    }
}

impl Core for Bench {
    fn handle(&mut self, input: Input, now: Now) {
        let instant = now.instant;
        if matches!(input, Input::Online(_)) {
            let request = self.requests.borrow_mut().pop_front();
            if let Some(request) = request {
                self.carry_out(request, instant);
            }
        } else if let Some(session) = &mut self.session {
            feed(session, input, instant);
        }
        self.settle();
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.session.as_ref().and_then(Session::poll_timeout)
    }
}

fn feed(session: &mut Session, input: Input, now: Instant) {
    match input {
        Input::Opened => session.open(now),
        Input::Received(bytes) => session.receive(&bytes, now),
        Input::Closed(_) => session.closed(now),
        Input::Congested(congested) => session.set_congested(congested),
        Input::Timeout => session.handle_timeout(now),
        Input::Command(_)
        | Input::Asked(..)
        | Input::Joined(_)
        | Input::Left(_)
        | Input::Saved(_)
        | Input::SaveFailed(..)
        | Input::Loaded(..)
        | Input::LoadFailed(..)
        | Input::Claimed { .. }
        | Input::RolledBack
        | Input::Surveyed(_)
        | Input::Protected(_)
        | Input::Locked
        | Input::NotUnlocked(_)
        | Input::PassphraseChecked(_)
        | Input::PassphraseChanged(_)
        | Input::BackupMade(..)
        | Input::BackupOpened(..)
        | Input::Yielded
        | Input::Unusable(_)
        | Input::Online(_)
        | Input::Visible(..)
        | Input::Leaving
        | Input::Returned
        | Input::Phone(..)
        | Input::Code(..)
        | Input::NoCamera(..)
        | Input::Picture(..)
        | Input::Probed(..) => {}
    }
}

fn call(f: &Function) {
    if let Err(error) = f.call0(&JsValue::UNDEFINED) {
        wasm_bindgen::throw_val(error);
    }
}
