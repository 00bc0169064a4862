//! What a browser does: for each effect of a device, what comes of it.

use std::sync::Arc;

use super::device::{Device, Pending};
use super::world::World;
use crate::chat::input::{CameraError, PhoneError, StorageError};
use crate::chat::memory::Memory;
use crate::chat::secret::{Content, Passphrase, PassphraseError, Protection};
use crate::chat::{Command, Effect, Input};
use crate::e2ee::vault::{Cost, open_backup, seal_backup};

/// As little work as there can be.
const QUICK: Cost = Cost { memory: 8, passes: 1 };

pub(super) fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.into())
}

impl Device {
    fn push(&mut self, input: Input) {
        self.inputs.push_back(Pending::Input(input));
    }

    /// The browser has opened storage, as far as it goes.
    pub(super) fn open(&mut self) {
        if self.passphrase.is_some() {
            return self.push(Input::Locked);
        }
        self.push(Input::Protected(Protection::Browser));
        if self.notices && self.is_rolled_back() {
            self.push(Input::RolledBack);
        }
        self.push(Input::Claimed { volatile: false });
    }
}

impl World {
    pub(super) fn perform(&mut self, who: usize, effect: Effect) {
        let device = &mut self.devices[who];
        match effect {
            Effect::Connect(_) => self.connect(who),
            Effect::Transmit(packet) => self.transmit(who, packet),
            Effect::Close => self.close(who),
            Effect::Save(ticket, batch) => {
                device.saves += 1;
                device.batches.push(batch.clone());
                device.inputs.push_back(Pending::Save(ticket, batch));
            }
            Effect::Load(ticket, query) => {
                let answer = if device.disk_unreadable {
                    Input::LoadFailed(ticket, StorageError::Failed)
                } else {
                    Input::Loaded(ticket, device.load(&query))
                };
                device.inputs.push_back(Pending::Input(answer));
            }
            Effect::Claim => device.inputs.push_back(Pending::Input(Input::Claimed { volatile: false })),
            Effect::ParsePhone(ticket, text, _) => {
                let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                let number = if digits.len() < 9 {
                    Err(PhoneError::TooShort)
                } else {
                    Ok(format!("+{digits}").into())
                };
                device.inputs.push_back(Pending::Input(Input::Phone(ticket, number)));
            }
            Effect::OpenCamera(ticket) => {
                let seen = device
                    .camera
                    .clone()
                    .map_or(Input::NoCamera(ticket, CameraError::Missing), |seen| Input::Code(ticket, seen));
                device.inputs.push_back(Pending::Input(seen));
            }
            Effect::CloseCamera => device.camera = None,
            Effect::EncodePicture(ticket, bytes) => {
                device.inputs.push_back(Pending::Input(Input::Picture(ticket, Ok(bytes))));
            }
            Effect::Unlock(_)
            | Effect::CheckPassphrase(_)
            | Effect::ChangePassphrase { .. }
            | Effect::Lock
            | Effect::Erase
            | Effect::SealBackup(..)
            | Effect::OpenBackup(..) => self.guard(who, effect),
            Effect::Probe(ticket, address) => {
                assert_eq!(&*address, "http://127.0.0.1:9001/mqtt");
                self.probes += 1;
                let answer = Input::Probed(ticket, self.web_answers);
                device.inputs.push_back(Pending::Input(answer));
            }
            Effect::Survey | Effect::Persist => device.survey(&effect),
            Effect::Theme(_) => {}
            Effect::Show(change) => device.show(None, change),
            Effect::ShowIn(tab, change) => device.show(Some(tab), change),
            Effect::Took(origin) => device.took.push(origin),
        }
    }

    /// What a browser does about passphrases and backups.
    fn guard(&mut self, who: usize, effect: Effect) {
        let device = &mut self.devices[who];
        match effect {
            Effect::Unlock(tried) if device.passphrase.as_ref() == Some(&tried) => {
                device.push(Input::Protected(Protection::Passphrase));
                device.push(Input::Claimed { volatile: false });
            }
            Effect::Unlock(_) => device.push(Input::NotUnlocked(PassphraseError::Wrong)),
            Effect::CheckPassphrase(tried) => {
                let right = device.passphrase == Some(tried);
                device.push(Input::PassphraseChecked(right.then_some(()).ok_or(PassphraseError::Wrong)));
            }
            Effect::ChangePassphrase { current, next } => {
                let right = device.passphrase.is_none() || device.passphrase == current;
                let changed = right.then(|| {
                    device.passphrase = next;
                    if device.passphrase.is_some() { Protection::Passphrase } else { Protection::Browser }
                });
                device.push(Input::PassphraseChanged(changed.ok_or(PassphraseError::Wrong)));
            }
            Effect::Lock => self.reload(who, true),
            Effect::Erase => {
                (device.disk, device.passphrase) = (Memory::default(), None);
                device.open();
            }
            Effect::SealBackup(ticket, name, content, passphrase) => {
                let file = seal_backup(content.as_bytes(), passphrase.as_str(), QUICK).unwrap();
                device.files.push((name, file.into()));
                device.push(Input::BackupMade(ticket, Ok(())));
            }
            Effect::OpenBackup(ticket, file, passphrase) => {
                let opened = open_backup(&file, passphrase.as_str()).map(Content::new);
                device.push(Input::BackupOpened(ticket, opened));
            }
            other => panic!("{other:?}"),
        }
    }

    /// Makes a backup, and gives the file.
    pub(super) fn back_up(&mut self, who: usize) -> Arc<[u8]> {
        self.command(who, Command::MakeBackup(passphrase("correct horse")));
        self.devices[who].files.last().expect("a file").1.clone()
    }
}
