//! The screens on a page of their own, looked at as a person would: by role, name and text.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use kith::chat::account::{Account, Preferences, Server};
use kith::chat::change::{Connection, Page, Phase, View};
use kith::chat::contact::Profile;
use kith::chat::conversation::Conversation;
use kith::chat::id::{ConversationId, MessageId, UserId};
use kith::chat::message::{Body, Delivery, Message, Position, Row};
use kith::chat::{Change, Command};
use kith::time::Timestamp;
use kith::ui::{State, mount_to};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, Element, Event, EventInit, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent,
    KeyboardEventInit,
};

pub(crate) const ME: UserId = UserId([1; 16]);
pub(crate) const ADA: UserId = UserId([10; 16]);
pub(crate) const CHAT: ConversationId = ConversationId(ADA);

/// The messenger with one conversation open.
pub(crate) struct Screen {
    pub(crate) root: HtmlElement,
    pub(crate) state: State,
    commands: Rc<RefCell<Vec<Command>>>,
    _mounted: Box<dyn Any>,
}

impl Screen {
    /// With these rows, this draft, and Enter sending or not.
    pub(crate) async fn open(rows: Vec<Row>, draft: &str, enter_sends: bool) -> Self {
        let screen = Self::mount(&format!("#/chats/{CHAT}"));
        screen.begin(rows, draft, enter_sends).await;
        screen
    }

    /// Somebody is here, and has a conversation.
    pub(crate) async fn begin(&self, rows: Vec<Row>, draft: &str, enter_sends: bool) {
        let Self { state, .. } = self;
        state.apply(Change::Account(Box::new(account(enter_sends))));
        state.apply(Change::Connection(Connection::Connected));
        state.apply(Change::Conversation(Box::new(conversation(draft))));
        state.apply(Change::Phase(Phase::Ready));
        state.apply(Change::Page(page(rows, false, View::Latest)));
        pause(50).await;
    }

    /// The app as it begins, at a place of its own.
    pub(crate) fn mount(fragment: &str) -> Self {
        Self::mount_in(&document().body().expect("a body"), fragment)
    }

    /// The same in an element, of another page perhaps.
    pub(crate) fn mount_in(parent: &HtmlElement, fragment: &str) -> Self {
        let window = web_sys::window().expect("a page");
        window.location().set_hash(fragment).expect("a fragment");
        let root: HtmlElement = document().create_element("div").expect("a div").unchecked_into();
        parent.append_child(&root).expect("a parent");
        let state = State::new("Kith");
        let commands = Rc::new(RefCell::new(Vec::new()));
        let log = commands.clone();
        let mounted = mount_to(root.clone(), state, move |command| log.borrow_mut().push(command), new_id);
        Self { root, state, commands, _mounted: Box::new(mounted) }
    }

    /// What was dispatched since the last time, without what every opening brings.
    pub(crate) fn commands(&self) -> Vec<Command> {
        let all = self.commands.take();
        let is_wanted = |command: &Command| !matches!(command, Command::Open(_) | Command::AtLatest(_));
        all.into_iter().filter(is_wanted).collect()
    }

    pub(crate) fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).expect("a selector")
    }

    pub(crate) fn all(&self, selector: &str) -> Vec<Element> {
        let found = self.root.query_selector_all(selector).expect("a selector");
        (0..found.length()).filter_map(|at| found.get(at)).map(JsCast::unchecked_into).collect()
    }

    /// What can be read in an element, wherever it stands.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.find(selector).and_then(|element| element.text_content()).unwrap_or_default()
    }

    /// Presses the button with these words.
    pub(crate) async fn click(&self, label: &str) {
        let is = |button: &Element| button.text_content().is_some_and(|text| text.trim() == label);
        let button = self.all("button").into_iter().find(is);
        button.unwrap_or_else(|| panic!("no button {label:?}")).unchecked_into::<HtmlElement>().click();
        pause(20).await;
    }

    /// Puts a text into the field that the selector finds, as typing does.
    pub(crate) async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).unwrap_or_else(|| panic!("no field {selector:?}"));
        match field.dyn_ref::<HtmlTextAreaElement>() {
            Some(area) => area.set_value(text),
            None => field.unchecked_ref::<HtmlInputElement>().set_value(text),
        }
        let init = EventInit::new();
        init.set_bubbles(true);
        let event = Event::new_with_event_init_dict("input", &init).expect("an event");
        field.dispatch_event(&event).expect("an event");
        pause(10).await;
    }

    pub(crate) fn composer(&self) -> HtmlTextAreaElement {
        self.find("textarea[aria-label='Message']").expect("a textbox \"Message\"").unchecked_into()
    }

    /// Puts a text into the composer as typing does.
    pub(crate) async fn write(&self, text: &str) {
        self.fill("textarea[aria-label='Message']", text).await;
    }

    /// Presses a key in the composer; says whether the browser would still do its own thing.
    pub(crate) async fn press(&self, key: &str, with: impl Fn(&KeyboardEventInit)) -> bool {
        let init = KeyboardEventInit::new();
        init.set_key(key);
        init.set_bubbles(true);
        init.set_cancelable(true);
        with(&init);
        let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("a key");
        let goes_on = self.composer().dispatch_event(&event).expect("a key");
        pause(10).await;
        goes_on
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.root.remove();
    }
}

/// The texts of the messages that were sent.
pub(crate) fn sent(commands: &[Command]) -> Vec<String> {
    let text = |command: &Command| match command {
        Command::Send { conversation: CHAT, text, .. } => Some(text.to_string()),
        _ => None,
    };
    commands.iter().filter_map(text).collect()
}

pub(crate) fn row(n: u8, own: bool, text: &str) -> Row {
    let id = MessageId([n; 16]);
    let sent_at = Timestamp(1_790_000_000_000 + u64::from(n) * 60_000);
    let author = if own { ME } else { ADA };
    let message = Message {
        id,
        conversation: CHAT,
        author,
        position: Position { hlc: sent_at.0 << 16, author, id },
        sent_at,
        body: Body::Text(text.into()),
        edited: false,
        delivery: own.then_some(Delivery::Sent),
    };
    Row::alone(message)
}

pub(crate) fn page(rows: Vec<Row>, older: bool, view: View) -> Page {
    Page { conversation: CHAT, rows, older, newer: false, view }
}

pub(crate) fn conversation(draft: &str) -> Conversation {
    Conversation {
        id: CHAT,
        title: "Ada".into(),
        picture: None,
        latest: None,
        unread: 0,
        draft: draft.into(),
        typing: false,
        failed: false,
        unreadable: false,
        waiting: false,
        pinned: false,
        muted: None,
        activity: Timestamp(0),
    }
}

pub(crate) fn account(enter_sends: bool) -> Account {
    Account {
        id: ME,
        code: Arc::from("C2F1 081E F677 1FB0 EBCE"),
        handle: None,
        profile: Profile { name: "Grace".into(), ..Profile::default() },
        contacts_only: false,
        server: Server::default(),
        invite: Arc::from(""),
        preferences: Preferences { enter_sends: Some(enter_sends), ..Preferences::default() },
    }
}

/// Lets the page do what it has put off.
pub(crate) async fn pause(millis: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let window = web_sys::window().expect("a page");
        window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis).expect("a timer");
    });
    JsFuture::from(promise).await.expect("a timer never fails");
}

pub(crate) fn document() -> Document {
    web_sys::window().and_then(|window| window.document()).expect("a page")
}

fn new_id() -> MessageId {
    MessageId(std::array::from_fn(|_| (js_sys::Math::random() * 256.0) as u8))
}
