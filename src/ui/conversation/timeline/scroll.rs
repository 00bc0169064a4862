//! Keeps the view where it belongs while rows come, go and change their height.
//!
//! Where that is, is an [`Aim`]: it is taken whenever the person scrolls, and carried out whenever the content has
//! changed, before the browser paints.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use web_sys::{Element, HtmlElement};

use super::line::element_id;
use crate::chat::Command;
use crate::chat::change::View;
use crate::chat::id::MessageId;
use crate::chat::message::Delivery;
use crate::time::Timestamp;
use crate::ui::dispatch::Dispatch;
use crate::ui::state::{State, Window};
use crate::ui::widgets::live::follow;
use crate::ui::widgets::watch::Watch;

/// So near the end counts as at the end.
const NEAR: i32 = 40;
/// So near an end of the page asks for the next one.
const AHEAD: i32 = 900;
/// How far down the floating date reaches.
const FLOATING: f64 = 40.0;
/// How long after a page what is drawn is not news.
const TURNING: Duration = Duration::from_millis(300);

/// Where the view belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Aim {
    /// At the newest message.
    Latest,
    /// At the "New messages" line.
    Unread,
    /// This message's top, so many pixels below the top of the view.
    Message(MessageId, f64),
}

/// The view; copies are the same view.
#[derive(Clone, Copy)]
pub(super) struct Scroller {
    state: State,
    dispatch: Dispatch,
    log: NodeRef<html::Div>,
    content: NodeRef<html::Div>,
    aim: StoredValue<Aim>,
    /// The content has changed and the aim is not carried out yet.
    stale: StoredValue<bool>,
    /// The heights of view and content when the aim was taken or carried out last.
    heights: StoredValue<(i32, i32)>,
    told: StoredValue<Option<(u32, bool)>>,
    /// The last page that has come to rest.
    rested: StoredValue<Option<u32>>,
    /// Whether the newest message is in view.
    pub(super) at_latest: RwSignal<bool>,
    /// A page is being put in.
    pub(super) turning: RwSignal<bool>,
    /// When the topmost message in view was written, while the view is not at the end.
    pub(super) date: RwSignal<Option<Timestamp>>,
}

impl Scroller {
    pub(super) fn new(
        state: State,
        dispatch: Dispatch,
        log: NodeRef<html::Div>,
        content: NodeRef<html::Div>,
    ) -> Self {
        Self {
            state,
            dispatch,
            log,
            content,
            aim: StoredValue::new(Aim::Latest),
            stale: StoredValue::new(true),
            heights: StoredValue::new((0, 0)),
            told: StoredValue::new(None),
            rested: StoredValue::new(None),
            at_latest: RwSignal::new(true),
            turning: RwSignal::new(true),
            date: RwSignal::new(None),
        }
    }

    /// Follows pages, rows and sizes from now on.
    pub(super) fn start(self) {
        follow(move || self.turn(self.state.window.get()));
        Effect::new(move |newest: Option<Option<MessageId>>| {
            let now = self.state.timeline.order().with(|order| order.last().map(|place| place.key));
            if newest.is_some_and(|newest| newest != now) && now.is_some_and(|id| self.was_just_written(id)) {
                self.aim.set_value(Aim::Latest);
            }
            self.settle_soon();
            now
        });
        follow(move || {
            if let (Some(log), Some(content)) = (self.log.get(), self.content.get()) {
                StoredValue::new_local(Watch::new(&[&log, &content], move || self.settle()));
            }
        });
    }

    /// The person, or `settle`, has scrolled; or the browser, where the view has another height now: it tells of the
    /// scrolling first, and of the height when the frame is laid out.
    pub(super) fn scrolled(self) {
        let Some(log) = self.log.get_untracked() else { return };
        if self.stale.get_value() || self.heights.get_value() != heights(&log) {
            self.settle();
            return;
        }
        self.take_aim(&log);
        self.look_ahead(&log);
    }

    /// Whether a row that is drawn now is news, and not part of a page that is being put in.
    pub(super) fn is_news(self) -> bool {
        self.rested.get_value() == Some(self.state.window.read_untracked().serial)
    }

    /// To the newest message, as far as it is on this page.
    pub(super) fn to_latest(self) {
        self.aim.set_value(Aim::Latest);
        self.settle();
    }

    /// A page was put in.
    fn turn(self, window: Window) {
        match window.view {
            View::Latest => self.aim.set_value(Aim::Latest),
            View::Unread => self.aim.set_value(Aim::Unread),
            View::Keep => {}
        }
        self.turning.set(true);
        let settled = move || {
            // The view may be gone by then, or another page have come.
            if self.state.window.read_untracked().serial == window.serial {
                let _ = self.rested.try_set_value(Some(window.serial));
                let _ = self.turning.try_set(false);
            }
        };
        set_timeout(settled, TURNING);
        self.settle_soon();
    }

    /// Own and not even taken by the broker: the person has sent it a moment ago.
    fn was_just_written(self, id: MessageId) -> bool {
        let row = self.state.timeline.row(&id);
        row.is_some_and(|row| row.read_untracked().message.delivery == Some(Delivery::Queued))
    }

    fn settle_soon(self) {
        self.stale.set_value(true);
        request_animation_frame(move || self.settle());
    }

    /// Carries the aim out.
    fn settle(self) {
        let Some(Some(log)) = self.log.try_get_untracked() else { return };
        match self.aim.get_value() {
            Aim::Latest => log.set_scroll_top(log.scroll_height()),
            Aim::Unread => match log.query_selector(".separator.unread").ok().flatten() {
                Some(line) => shift(&log, offset(&log, &line) - f64::from(log.client_height()) / 4.0),
                None => log.set_scroll_top(log.scroll_height()),
            },
            Aim::Message(id, wanted) => {
                if let Some(message) = document().get_element_by_id(&element_id(id)) {
                    shift(&log, offset(&log, &message) - wanted);
                }
            }
        }
        self.stale.set_value(false);
        let aim = self.aim.get_value();
        self.take_aim(&log);
        // What was rounded away must not add up.
        if let (Aim::Message(before, _), Aim::Message(now, _)) = (aim, self.aim.get_value())
            && before == now
        {
            self.aim.set_value(aim);
        }
        self.look_ahead(&log);
    }

    fn take_aim(self, log: &HtmlElement) {
        self.heights.set_value(heights(log));
        let window = self.state.window.get_untracked();
        let below = log.scroll_height() - log.scroll_top() - log.client_height();
        let at_latest = below <= NEAR && !window.newer;
        let first = first_in_view(log, self.content.get_untracked().as_deref().map(AsRef::as_ref));
        let top = topmost(log, first.clone());
        self.aim.set_value(match top {
            Some((id, offset)) if !at_latest => Aim::Message(id, offset),
            Some(_) | None => Aim::Latest,
        });
        let date = top.filter(|_| !at_latest && !is_day_at_top(log, first));
        let date = date.and_then(|(id, _)| self.state.timeline.row(&id));
        let date = date.map(|row| row.read_untracked().message.sent_at);
        if self.date.get_untracked() != date {
            self.date.set(date);
        }
        if self.at_latest.get_untracked() != at_latest {
            self.at_latest.set(at_latest);
        }
        // Said anew for each page: the core has forgotten what was said of the one before.
        if self.told.get_value() != Some((window.serial, at_latest)) {
            self.told.set_value(Some((window.serial, at_latest)));
            self.dispatch.dispatch(Command::AtLatest(at_latest));
        }
    }

    /// Asks for the page before or after. The core is told more often than need be: what it is reading already it does
    /// not read twice, and what could not be read can be asked for again.
    fn look_ahead(self, log: &HtmlElement) {
        let window = self.state.window.get_untracked();
        let below = log.scroll_height() - log.scroll_top() - log.client_height();
        let (wants_older, wants_newer) =
            (window.older && log.scroll_top() < AHEAD, window.newer && below < AHEAD);
        if wants_older || wants_newer {
            self.dispatch.dispatch(if wants_older { Command::ShowOlder } else { Command::ShowNewer });
        }
    }
}

fn heights(log: &HtmlElement) -> (i32, i32) {
    (log.client_height(), log.scroll_height())
}

/// How far an element's top is below the top of the view.
fn offset(log: &Element, element: &Element) -> f64 {
    element.get_bounding_client_rect().top() - log.get_bounding_client_rect().top()
}

fn shift(log: &HtmlElement, by: f64) {
    if by.abs() >= 1.0 {
        #[expect(clippy::cast_possible_truncation, reason = "pixels")]
        log.set_scroll_top(log.scroll_top() + by.round() as i32);
    }
}

/// The first row in view, whatever it is. Rows stand in order, so halving finds it.
fn first_in_view(log: &Element, content: Option<&Element>) -> Option<Element> {
    let rows = content?.children();
    let top = log.get_bounding_client_rect().top();
    let is_above = |at: u32| rows.item(at).is_some_and(|row| row.get_bounding_client_rect().bottom() <= top);
    let (mut from, mut to) = (0, rows.length());
    while from < to {
        let middle = from.midpoint(to);
        if is_above(middle) { from = middle + 1 } else { to = middle }
    }
    rows.item(from)
}

/// The topmost message in view, and how far its top is below the view's.
fn topmost(log: &Element, first: Option<Element>) -> Option<(MessageId, f64)> {
    let mut element = first?;
    loop {
        if let Some(id) = element.id().strip_prefix("m-").and_then(|id| MessageId::parse(id).ok()) {
            return Some((id, offset(log, &element)));
        }
        element = element.next_element_sibling()?;
    }
}

/// Whether a line that names a day stands where the floating date would.
fn is_day_at_top(log: &Element, first: Option<Element>) -> bool {
    let mut row = first;
    while let Some(element) = row.filter(|element| offset(log, element) < FLOATING) {
        if element.matches(".separator:not(.unread)").unwrap_or(false) {
            return true;
        }
        row = element.next_element_sibling();
    }
    false
}
