//! What the core wants done, and what the tabs do.

use wasm_bindgen_futures::spawn_local;

use super::Shared;
use crate::browser::{backup, js, picture, probe, theme};
use crate::chat::tabs::{Act, Tabs};
use crate::chat::{Change, Effect, Input};

impl Shared {
    pub(super) fn perform(&self, effect: Effect) {
        match effect {
            Effect::Connect(address) => {
                self.forget_socket();
                self.socket.open(&address);
            }
            Effect::Transmit(packet) => self.socket.send(&packet),
            Effect::Close => {
                self.forget_socket();
                self.socket.close();
            }
            Effect::Save(ticket, batch) => self.profile.save(ticket, batch),
            Effect::Load(ticket, query) => self.profile.load(ticket, &query),
            Effect::Survey => self.profile.survey(false),
            Effect::Persist => self.profile.survey(true),
            Effect::Claim => self.profile.claim(),
            Effect::Unlock(passphrase) => self.profile.unlock(passphrase),
            Effect::CheckPassphrase(passphrase) => self.profile.check_passphrase(passphrase),
            Effect::ChangePassphrase { current, next } => self.profile.change_passphrase(current, next),
            Effect::Lock => {
                self.tell_tabs(|tabs| tabs.lock());
                self.profile.lock();
            }
            Effect::Erase => self.profile.erase(),
            Effect::SealBackup(ticket, name, content, passphrase) => {
                backup::seal(&self.inputs, ticket, name, content, passphrase);
            }
            Effect::OpenBackup(ticket, file, passphrase) => {
                backup::open(&self.inputs, ticket, file, passphrase);
            }
            Effect::Probe(ticket, address) => {
                let inputs = self.inputs.clone();
                spawn_local(
                    async move { inputs.push(Input::Probed(ticket, probe::answers(&address).await)) },
                );
            }
            Effect::ParsePhone(ticket, text, region) => self.phone.parse(ticket, &text, &region),
            Effect::OpenCamera(ticket) => self.camera.open(ticket),
            Effect::CloseCamera => self.camera.close(),
            Effect::EncodePicture(ticket, bytes) => {
                let inputs = self.inputs.clone();
                spawn_local(async move { inputs.push(Input::Picture(ticket, picture::encode(bytes).await)) });
            }
            Effect::Theme(chosen) => theme::apply(chosen),
            Effect::Show(change) => {
                // What leaves goes first: drawing takes longer than sending.
                if self.socket.is_urgent() {
                    self.socket.flush();
                }
                self.tell_tabs(|tabs| tabs.show(change));
            }
            Effect::ShowIn(tab, change) => self.tell_tabs(|tabs| tabs.show_in(tab, change)),
            Effect::Took(origin) => self.tell_tabs(|tabs| tabs.took(origin)),
        }
    }

    /// What an earlier connection left in the queue must not be taken for the next one's.
    fn forget_socket(&self) {
        self.queue.borrow_mut().retain(|input| match input {
            Input::Opened | Input::Received(_) | Input::Closed(_) | Input::Congested(_) => false,
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
            | Input::Probed(..)
            | Input::Phone(..)
            | Input::Code(..)
            | Input::NoCamera(..)
            | Input::Picture(..)
            | Input::Timeout => true,
        });
    }

    /// Tells this tab's place among the tabs what happens, and does what follows.
    pub(super) fn tell_tabs(&self, tell: impl FnOnce(&mut Tabs)) {
        tell(&mut self.tabs.place.borrow_mut());
        self.act();
    }

    #[inline(never)]
    fn act(&self) {
        while let Some(act) = self.next_act() {
            match act {
                Act::Input(input) => self.inputs.push(input),
                Act::Show(change) => {
                    if let Change::Account(account) = &change
                        && self.tabs.place.borrow().is_following()
                    {
                        theme::apply(account.preferences.theme);
                    }
                    (self.on_change)(change);
                }
                Act::Post(message) => self.tabs.post(&message),
                Act::Answer if self.profile.is_in_charge() => self.tabs.place.borrow_mut().answer(),
                Act::Answer => {}
                Act::Claim => self.profile.claim(),
                Act::Rob => self.profile.rob(),
                Act::Reload => {
                    // A page that may not reload itself has been told to show nothing more.
                    let _ = js::window().location().reload();
                }
            }
        }
        self.tabs.rest();
    }

    fn next_act(&self) -> Option<Act> {
        self.tabs.place.borrow_mut().poll_act()
    }
}
