use kith::browser::phone::Phone;
use kith::chat::Input;
use kith::chat::id::Ticket;
use kith::chat::input::PhoneError;
use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Recorder, number, patch, script};

/// Deaf at first, as a worker is that still loads its WebAssembly: what is asked then is lost.
const LATE: &str = "setTimeout(() => {
    onmessage = ({data: {id, text, region}}) =>
        postMessage(text.startsWith('+') ? {id, number: text + region} : {id, error: text});
    postMessage('ready');
}, 150)";

#[wasm_bindgen_test]
async fn numbers_and_errors_come_back_to_their_tickets() {
    let recorder = Recorder::new();
    let phone = Phone::new(&script(LATE), &recorder.inputs);
    phone.parse(Ticket(1), "+48", "PL");
    let errors = [
        ("not-a-number", PhoneError::NotANumber),
        ("no-country", PhoneError::NoCountry),
        ("unknown-country", PhoneError::UnknownCountry),
        ("too-short", PhoneError::TooShort),
        ("too-long", PhoneError::TooLong),
        ("invalid", PhoneError::Invalid),
        ("of-a-later-version", PhoneError::Unavailable),
    ];
    for (ticket, (name, _)) in (2..).zip(errors) {
        phone.parse(Ticket(ticket), name, "");
    }
    assert_eq!(recorder.next().await, Input::Phone(Ticket(1), Ok("+48PL".into())));
    for (ticket, (_, error)) in (2..).zip(errors) {
        assert_eq!(recorder.next().await, Input::Phone(Ticket(ticket), Err(error)));
    }
    // The worker has found its voice: now a question is asked once and answered once.
    phone.parse(Ticket(20), "+1", "");
    assert_eq!(recorder.next().await, Input::Phone(Ticket(20), Ok("+1".into())));
    phone.parse(Ticket(21), "+2", "");
    assert_eq!(recorder.next().await, Input::Phone(Ticket(21), Ok("+2".into())));
    assert_eq!(recorder.rest(), []);
}

#[wasm_bindgen_test]
async fn a_worker_that_cannot_be_loaded_is_unavailable_and_tried_again() {
    let _undo = patch(
        "globalThis.RealWorker = Worker; globalThis.workers = 0;
         globalThis.Worker = class extends RealWorker { constructor(...a) { super(...a); workers += 1; } }",
        "globalThis.Worker = RealWorker",
    );
    let recorder = Recorder::new();
    let phone = Phone::new("./there-is-no-such-script.js", &recorder.inputs);
    assert_eq!(number("workers"), 0.0, "nothing is loaded before it is needed");
    for ticket in [Ticket(1), Ticket(2)] {
        phone.parse(ticket, "+48", "");
        assert_eq!(recorder.next().await, Input::Phone(ticket, Err(PhoneError::Unavailable)));
    }
    assert_eq!(number("workers"), 2.0);
}
