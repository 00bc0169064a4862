//! One run, in a thread of its own: some dice are a thread's, and are made by the first throw.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::thread;

use kith::chat::guards::{self, Guard};
use kith::chat::simulator::{self, Report};

use crate::dice;

/// A run needs no more than a test does.
const STACK: usize = 8 << 20;

thread_local! {
    static PANICKED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a run has shown, or how it panicked.
pub(crate) struct Outcome(pub(crate) Result<Report, String>);

impl Outcome {
    /// What was wrong with it. **I15**: nothing panics.
    pub(crate) fn found(self) -> (Option<Report>, Vec<String>) {
        match self.0 {
            Ok(report) => {
                let wrong = report.violations.clone();
                (Some(report), wrong)
            }
            Err(error) => (None, vec![format!("I15: {error}")]),
        }
    }
}

/// Panics are told by what they have caused, not on the way.
pub(crate) fn keep_panics() {
    panic::set_hook(Box::new(|info| PANICKED.set(Some(info.to_string()))));
}

/// Runs a seed twice: what it has shown, and what was wrong with it.
pub(crate) fn twice(seed: u64) -> (Option<Report>, Vec<String>) {
    let (first, mut wrong) = apart(seed, false, None).found();
    let (second, _) = apart(seed, false, None).found();
    if first.as_ref().map(|report| report.hash) != second.as_ref().map(|report| report.hash) {
        wrong.push("two runs of it differ".into());
    }
    (first, wrong)
}

/// Runs a seed; `guard` is off.
pub(crate) fn apart(seed: u64, readable: bool, guard: Option<Guard>) -> Outcome {
    let run = move || {
        dice::seed(seed);
        guards::switch_off(guard);
        let outcome = panic::catch_unwind(AssertUnwindSafe(|| simulator::run(seed, readable)));
        outcome.map_err(|cause| PANICKED.take().unwrap_or_else(|| said(&*cause)))
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(run);
    let joined = thread.map(thread::JoinHandle::join);
    Outcome(match joined {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(cause)) => Err(said(&*cause)),
        Err(error) => Err(error.to_string()),
    })
}

fn said(cause: &(dyn Any + Send)) -> String {
    cause.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".into())
}
