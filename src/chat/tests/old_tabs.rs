//! Two tabs on one profile: the newer one has taken storage over, and the older one, frozen until now, does not know it yet.
//! What it wants to store is refused, and then it is told; until then it may say what it had been allowed to say.

use std::collections::VecDeque;

use bytes::Bytes;

use super::broker::Connection;
use super::device::Pending;
use super::world::{Happened, World};
use crate::chat::memory::Memory;
use crate::chat::{Client, Effect, Input};

/// A tab whose place another has taken.
pub(super) struct OldTab {
    who: usize,
    client: Client,
    connection: Option<Connection>,
    /// As it was when it was taken over: what it reads may be as old.
    disk: Memory,
    inputs: VecDeque<Input>,
}

impl World {
    /// Another tab is opened on a device's storage and takes it over; of what the old one was storing the first so many saves
    /// are on disk.
    pub(super) fn switch_tab(&mut self, who: usize, landed: usize) {
        let (mut inputs, mut left) = (VecDeque::new(), landed);
        for pending in std::mem::take(&mut self.devices[who].inputs) {
            match pending {
                Pending::Input(input) => inputs.push_back(input),
                Pending::Save(ticket, batch) if left > 0 => {
                    left -= 1;
                    self.land(who, &batch);
                    inputs.push_back(Input::Saved(ticket));
                }
                Pending::Save(..) => left = 0,
            }
        }
        let seed = self.seed;
        let device = &mut self.devices[who];
        let (connection, disk) = (device.connection.take(), device.disk.clone());
        let client = device.start_again(who, seed);
        self.note(|| Happened::Crashed(who));
        self.old_tabs.push(OldTab { who, client, connection, disk, inputs });
    }

    /// Whether a connection is an old tab's.
    pub(super) fn old_tab(&self, connection: Connection) -> Option<usize> {
        self.old_tabs.iter().position(|tab| tab.connection == Some(connection))
    }

    /// The next thing for an old tab; when there is nothing more it hears that it is one, and is closed.
    pub(super) fn step_old_tab(&mut self, at: usize) {
        let next = self.old_tabs[at].inputs.pop_front();
        let is_over = next.is_none();
        self.tell_old_tab(at, next.unwrap_or(Input::Yielded));
        if is_over {
            let tab = self.old_tabs.remove(at);
            tab.connection.into_iter().for_each(|connection| self.cut_off(connection));
        }
    }

    /// A packet for an old tab, or the end of its connection.
    pub(super) fn deliver_to_old_tab(&mut self, at: usize, packet: Option<Vec<u8>>) {
        let input = match packet {
            Some(packet) => Input::Received(Bytes::from(packet)),
            None => {
                self.old_tabs[at].connection = None;
                Input::Closed(super::wires::BROKEN)
            }
        };
        self.tell_old_tab(at, input);
    }

    fn tell_old_tab(&mut self, at: usize, input: Input) {
        let who = self.old_tabs[at].who;
        let now = self.clock(who);
        self.old_tabs[at].client.handle(input, now);
        self.broker.sealed.extend(self.old_tabs[at].client.sealed.drain(..));
        while let Some(effect) = self.old_tabs[at].client.poll_effect() {
            self.note(|| Happened::OldTab(who, effect.clone()));
            let tab = &mut self.old_tabs[at];
            match effect {
                Effect::Transmit(packet) => {
                    let connection = tab.connection;
                    connection.into_iter().for_each(|connection| self.carry(connection, packet.clone()));
                }
                Effect::Load(ticket, query) => {
                    let answer = Input::Loaded(ticket, tab.disk.load(&query));
                    tab.inputs.push_back(answer);
                }
                // What it wants to store is refused: it is the older one.
                Effect::Save(..) => tab.inputs.clear(),
                Effect::Close => {
                    let connection = tab.connection.take();
                    connection.into_iter().for_each(|connection| self.cut_off(connection));
                }
                _ => {}
            }
        }
    }
}
