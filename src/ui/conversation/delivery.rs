//! How far an own message has come: a picture to see, a word to hear.

use leptos::prelude::*;

use crate::chat::message::Delivery;
use crate::time::Timestamp;
use crate::ui::text;
use crate::ui::widgets::icon::{Icon, icon};

/// The mark: clock, tick, ticks, coloured ticks, red.
pub(crate) fn delivery_mark(delivery: Delivery, sent_at: Timestamp, times: text::Times) -> impl IntoView {
    let (name, picture) = match delivery {
        Delivery::Queued => ("queued", Icon::Clock),
        Delivery::Sent => ("sent", Icon::Tick),
        Delivery::Delivered => ("delivered", Icon::Ticks),
        Delivery::Read => ("read", Icon::Ticks),
        Delivery::Failed => ("failed", Icon::Failed),
    };
    let words = text::delivery(delivery);
    view! {
        <span class="delivery" data-delivery=name title=text::delivery_at(delivery, sent_at, times)>
            {icon(picture)}
            <span class="hidden">{words}</span>
        </span>
    }
}
