//! One person's device: a client, its disk, its screen.

use std::collections::VecDeque;
use std::sync::Arc;

use super::broker::Connection;
use super::health::Room;
use super::screen::Screen;
use crate::chat::account::Defaults;
use crate::chat::id::Ticket;
use crate::chat::memory::Memory;
use crate::chat::record::Batch;
use crate::chat::secret::Passphrase;
use crate::chat::{Client, Input};
use crate::time::utc_day;

/// One person's device.
pub(super) struct Device {
    pub(super) client: Client,
    pub(super) disk: Memory,
    pub(super) screen: Screen,
    /// What keeps the disk closed.
    pub(super) passphrase: Option<Passphrase>,
    /// The backup files that were made here, with their names.
    pub(super) files: Vec<(Arc<str>, Arc<[u8]>)>,
    pub(super) disk_full: bool,
    /// The disk is full, and something was kept free for that.
    pub(super) reserve: bool,
    pub(super) room: Room,
    /// What the code says that the camera sees.
    pub(super) camera: Option<Arc<str>>,
    /// Loads fail.
    pub(super) disk_unreadable: bool,
    /// Added to the true time.
    pub(super) clock_error: i64,
    pub(super) connection: Option<Connection>,
    /// What is on its way to the client.
    pub(super) inputs: VecDeque<Pending>,
    /// How often it was started.
    pub(super) lives: u8,
    /// How often it asked for a connection.
    pub(super) attempts: usize,
    /// How often it saved, and what.
    pub(super) saves: usize,
    pub(super) batches: Vec<Batch>,
}

pub(super) enum Pending {
    Input(Input),
    /// A save that is not on disk yet.
    Save(Ticket, Batch),
}

impl Device {
    /// A device that nobody has used yet.
    pub(super) fn new(who: usize) -> Self {
        Self {
            client: client(who, 0),
            disk: Memory::default(),
            screen: Screen::default(),
            passphrase: None,
            files: Vec::new(),
            disk_full: false,
            reserve: false,
            room: Room::default(),
            camera: None,
            disk_unreadable: false,
            clock_error: 0,
            connection: None,
            inputs: VecDeque::from([Pending::Input(Input::Claimed { volatile: false })]),
            lives: 0,
            attempts: 0,
            saves: 0,
            batches: Vec::new(),
        }
    }
}

/// The client that runs in one life of a device.
pub(super) fn client(who: usize, life: u8) -> Client {
    let mut seed = [u8::try_from(who + 1).unwrap(); 32];
    seed[31] = life;
    let defaults = Defaults {
        broker: Arc::from("ws://127.0.0.1:9001/mqtt"),
        root: "kith".into(),
        region: "PL".into(),
        brand: "Kith".into(),
        presets: Arc::default(),
        secure_page: false,
        page: "http://127.0.0.1:8080/".into(),
    };
    Client::new(seed, defaults, utc_day)
}
