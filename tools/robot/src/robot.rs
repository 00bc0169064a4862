//! One queue of inputs, one consumer, one match on [`Effect`]: what `browser/driver.rs` is to the page.

use std::{
    collections::VecDeque,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use kith::chat::{
    Change, Client, Command, Effect, Input,
    account::{Defaults, Welcome},
    change::Phase,
    id::{ConversationId, MessageId, UserId},
    input::{PhoneError, PictureError},
    memory::Memory,
};
use kith::time::utc_day;

use crate::{
    News,
    clock::Clock,
    orders::{Begin, Order},
    report::Report,
    socket::{self, Heard, Writer},
};

/// Somebody on the core.
pub(crate) struct Robot {
    client: Client,
    defaults: Defaults,
    /// What to begin with, where nobody has begun yet.
    welcome: Welcome,
    begun: bool,
    disk: Memory,
    queue: VecDeque<Input>,
    /// The conversation in view, and what is to be done there as soon as it is.
    opened: Option<ConversationId>,
    at_sight: Vec<Command>,
    writer: Option<Box<Writer>>,
    /// How many connections were opened: what an earlier one still says does not count.
    connection: usize,
    clock: Clock,
    report: Report,
    news: Sender<News>,
}

impl Robot {
    /// Nobody yet: waits for [`Order::Begin`].
    pub(crate) fn new(news: Sender<News>) -> Result<Self> {
        let defaults = Defaults::default();
        Ok(Self {
            client: new_client(&defaults)?,
            defaults,
            welcome: Welcome::default(),
            begun: false,
            disk: Memory::default(),
            queue: VecDeque::new(),
            opened: None,
            at_sight: Vec::new(),
            writer: None,
            connection: 0,
            clock: Clock::start(),
            report: Report::default(),
            news,
        })
    }

    /// Does what comes, until nothing more will.
    pub(crate) fn run(mut self, inbox: &Receiver<News>) -> Result<()> {
        loop {
            match self.wait(inbox) {
                Ok(News::Order(order)) => self.obey(order)?,
                Ok(News::Socket(number, heard)) if number == self.connection => self.hear(heard),
                Ok(News::Socket(..)) => {}
                Ok(News::Over(over)) => {
                    self.queue.push_back(Input::Leaving);
                    self.drain();
                    return over;
                }
                Err(RecvTimeoutError::Timeout) => self.queue.push_back(Input::Timeout),
                // It has a sender itself.
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            self.drain();
        }
    }

    fn wait(&self, inbox: &Receiver<News>) -> Result<News, RecvTimeoutError> {
        match self.client.poll_timeout() {
            Some(deadline) => {
                let now = self.clock.instant();
                if deadline <= now {
                    return Err(RecvTimeoutError::Timeout);
                }
                inbox.recv_timeout(deadline.since(now).max(Duration::from_millis(1)))
            }
            None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    fn obey(&mut self, order: Order) -> Result<()> {
        if let Order::Begin(begin) = order {
            return self.begin(begin);
        }
        if !self.begun {
            bail!("the first order is to begin");
        }
        match order {
            Order::Begin(_) => {}
            Order::Ask { address } => self.command(Command::AddContact(address.into())),
            Order::Accept { from } => self.command(Command::Accept(user(&from)?)),
            Order::Invite => self.command(Command::MakeInvite),
            Order::Open { with } => self.open(ConversationId(user(&with)?)),
            Order::Send { to, texts } => self.send(ConversationId(user(&to)?), texts)?,
            Order::Leave => {
                self.queue.push_back(Input::Leaving);
                self.drain();
                self.report.left();
            }
            Order::Return => self.queue.push_back(Input::Returned),
            Order::Restart => {
                self.forget_socket();
                self.queue.clear();
                self.opened = None;
                self.report.restart();
                self.start()?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, begin: Begin) -> Result<()> {
        let Begin { name, handle, broker, root, region } = begin;
        if self.begun {
            bail!("a robot begins once");
        }
        self.begun = true;
        self.welcome = Welcome { name: name.into(), handle: handle.into(), ..Welcome::default() };
        self.defaults = Defaults {
            broker: broker.into(),
            root: root.into(),
            region: region.into(),
            brand: "Kith".into(),
            page: "http://robot.invalid/".into(),
            ..Defaults::default()
        };
        self.start()
    }

    /// As a page that is loaded.
    fn start(&mut self) -> Result<()> {
        self.client = new_client(&self.defaults)?;
        self.queue.push_back(Input::Claimed { volatile: false });
        Ok(())
    }

    fn open(&mut self, conversation: ConversationId) {
        if self.opened.replace(conversation) != Some(conversation) {
            self.at_sight = vec![Command::AtLatest(true)];
            self.command(Command::Open(Some(conversation)));
        }
    }

    fn send(&mut self, conversation: ConversationId, texts: Vec<String>) -> Result<()> {
        self.open(conversation);
        let mut last = None;
        for text in texts {
            let id = MessageId(random_bytes()?);
            last = Some(id);
            let send = Command::Send { id, conversation, text: text.into() };
            // Not before the view is at the end: it would stay where it is, and not follow them.
            if self.at_sight.is_empty() { self.command(send) } else { self.at_sight.push(send) }
        }
        if let Some(last) = last {
            self.report.expect(last);
        }
        Ok(())
    }

    fn command(&mut self, command: Command) {
        self.queue.push_back(Input::Command(command));
    }

    fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::Opened(writer) => {
                self.writer = Some(writer);
                self.queue.push_back(Input::Opened);
            }
            Heard::Received(bytes) => self.queue.push_back(Input::Received(bytes)),
            Heard::Closed(closed) => {
                self.forget_socket();
                self.queue.push_back(Input::Closed(closed));
            }
        }
    }

    fn drain(&mut self) {
        while let Some(input) = self.queue.pop_front() {
            self.client.handle(input, self.clock.now());
            while let Some(effect) = self.client.poll_effect() {
                self.perform(effect);
            }
        }
        if let Some(writer) = &mut self.writer {
            writer.flush();
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Connect(address) => {
                self.forget_socket();
                socket::open(self.connection, address, self.news.clone());
            }
            Effect::Transmit(packet) => {
                if let Some(writer) = &mut self.writer {
                    writer.send(packet);
                }
            }
            Effect::Close => self.forget_socket(),
            Effect::Save(ticket, batch) => {
                self.disk.save(&batch);
                self.report.saved(&batch);
                self.queue.push_back(Input::Saved(ticket));
            }
            Effect::Load(ticket, query) => {
                self.queue.push_back(Input::Loaded(ticket, self.disk.load(&query)))
            }
            Effect::Claim => self.queue.push_back(Input::Claimed { volatile: false }),
            // It says better what is wrong, and nobody reads that here.
            Effect::Probe(ticket, _) => self.queue.push_back(Input::Probed(ticket, false)),
            Effect::ParsePhone(ticket, text, region) => {
                let number = kith_phone::parse(&text, &region).map(Into::into).map_err(phone_error);
                self.queue.push_back(Input::Phone(ticket, number));
            }
            // No order gives one a picture.
            Effect::EncodePicture(ticket, _) => {
                self.queue.push_back(Input::Picture(ticket, Err(PictureError::Unreadable)));
            }
            // No order leads to these: a robot has no passphrase, no backup, no camera and no look.
            Effect::Unlock(_)
            | Effect::CheckPassphrase(_)
            | Effect::ChangePassphrase { .. }
            | Effect::Lock
            | Effect::Erase
            | Effect::SealBackup(..)
            | Effect::OpenBackup(..)
            | Effect::Survey
            | Effect::Persist
            | Effect::OpenCamera(_)
            | Effect::CloseCamera
            | Effect::Theme(_) => {}
            Effect::Show(change) | Effect::ShowIn(_, change) => self.show(change),
            Effect::Took(_) => {}
        }
    }

    /// What a person would do at the sight of it, and then it is told.
    fn show(&mut self, change: Change) {
        if let Change::Phase(Phase::Welcome(_)) = &change {
            self.command(Command::Start(self.welcome.clone()));
        }
        if matches!(&change, Change::Page(page) if Some(page.conversation) == self.opened) {
            std::mem::take(&mut self.at_sight).into_iter().for_each(|command| self.command(command));
        }
        self.report.apply(change);
    }

    /// What the connection still says is not listened to, nor what it has said already.
    fn forget_socket(&mut self) {
        self.writer = None;
        self.connection += 1;
        self.queue.retain(|input| {
            !matches!(input, Input::Opened | Input::Received(_) | Input::Closed(_) | Input::Congested(_))
        });
    }
}

fn new_client(defaults: &Defaults) -> Result<Client> {
    Ok(Client::new(random_bytes()?, defaults.clone(), utc_day))
}

fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

fn user(id: &str) -> Result<UserId> {
    UserId::parse(id).with_context(|| format!("no id: {id}"))
}

fn phone_error(error: kith_phone::PhoneError) -> PhoneError {
    match error {
        kith_phone::PhoneError::Empty | kith_phone::PhoneError::NotANumber => PhoneError::NotANumber,
        kith_phone::PhoneError::NoCountry => PhoneError::NoCountry,
        kith_phone::PhoneError::UnknownCountry => PhoneError::UnknownCountry,
        kith_phone::PhoneError::TooShort => PhoneError::TooShort,
        kith_phone::PhoneError::TooLong => PhoneError::TooLong,
        kith_phone::PhoneError::Invalid => PhoneError::Invalid,
    }
}
