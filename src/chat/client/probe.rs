//! Whether anything answers where the broker should be.

use super::super::change::{Connection, Trouble};
use super::super::effect::Effect;
use super::super::id::Ticket;
use super::super::server;
use super::Client;

impl Client {
    /// There was no handshake, for a reason that the browser keeps to itself: look whether anything answers there.
    pub(super) fn unreachable(&mut self) -> Trouble {
        let address = self.ready().map(|ready| server::web_address(&ready.me.server.address));
        if let Some(address) = address.filter(|_| self.link.probe.is_none() && !self.link.offline) {
            let ticket = self.ticket();
            self.link.probe = Some(ticket);
            self.effect(Effect::Probe(ticket, address));
        }
        match self.link.trouble {
            Some(Trouble::NoWebSocket) => Trouble::NoWebSocket,
            Some(_) | None => Trouble::Unreachable,
        }
    }

    pub(super) fn handle_probed(&mut self, ticket: Ticket, answers: bool) {
        let trouble = if answers { Trouble::NoWebSocket } else { Trouble::Unreachable };
        let asked = matches!(self.link.trouble, Some(Trouble::Unreachable | Trouble::NoWebSocket));
        if self.link.probe != Some(ticket) || !asked {
            return;
        }
        self.link.trouble = Some(trouble);
        if let Some(Connection::Reconnecting { retry_at, .. }) = self.link.shown {
            self.show_connection(Connection::Reconnecting { retry_at, trouble: Some(trouble) });
        }
    }
}
