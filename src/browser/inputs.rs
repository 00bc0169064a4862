//! The way into the queue.

use std::rc::Rc;

use crate::chat::Input;

/// Where callbacks put what happened; to put it there is all that a callback does.
#[derive(Clone)]
pub struct Inputs(Rc<dyn Fn(Input)>);

impl Inputs {
    /// The way into a queue that takes inputs by `take`.
    pub fn new(take: impl Fn(Input) + 'static) -> Self {
        Self(Rc::new(take))
    }

    /// Puts an input at the queue's end. Never handles it on the spot, but for [`Input::Leaving`].
    pub fn push(&self, input: Input) {
        (self.0)(input);
    }
}
