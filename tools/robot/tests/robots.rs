//! Robots as processes, on the embedded broker.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use std::{
    cell::RefCell,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

/// A program that is spoken to in lines. It ends with its standard input.
struct Program {
    process: Child,
    orders: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Program {
    fn start(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (told, lines) = channel();
        let stdout = BufReader::new(process.stdout.take().expect("piped"));
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        Self { orders: process.stdin.take(), process, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.process.wait();
    }
}

/// Where the embedded broker is: beside the robot, built here where only the robot's tests were asked for.
fn devbroker() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_kith-robot")).with_file_name("kith-devbroker");
    if !program.is_file() {
        let built =
            Command::new(env!("CARGO")).args(["build", "--package", "kith-devbroker"]).status().unwrap();
        assert!(built.success());
    }
    program
}

fn broker() -> (Program, String) {
    let program =
        Program::start(Command::new(devbroker()).args(["--listen", "127.0.0.1:0", "--watch-stdin"]));
    let url = program.line().strip_prefix("listening ").expect("the ready line").to_owned();
    (program, url)
}

struct Robot {
    program: Program,
    /// What was told and not waited for yet.
    told: RefCell<Vec<Value>>,
    id: String,
    invite: String,
}

impl Robot {
    fn nobody() -> Self {
        let program = Program::start(&mut Command::new(env!("CARGO_BIN_EXE_kith-robot")));
        Self { program, told: RefCell::default(), id: String::new(), invite: String::new() }
    }

    fn begin(name: &str, handle: &str, broker: &str) -> Self {
        let mut robot = Self::nobody();
        robot.order(json!({ "order": "begin", "name": name, "handle": handle, "broker": broker }));
        let began = robot.wait_for(json!({ "event": "began" }));
        let text = |field: &str| began[field].as_str().expect("a text").to_owned();
        (robot.id, robot.invite) = (text("id"), text("invite"));
        robot
    }

    fn order(&mut self, order: Value) {
        writeln!(self.program.orders.as_mut().expect("running"), "{order}").expect("it reads");
    }

    fn send(&mut self, to: &Self, texts: &[&str]) {
        self.order(json!({ "order": "send", "to": to.id, "texts": texts }));
    }

    /// The next event that says all of this; those of its kind that came before are forgotten.
    fn wait_for(&self, wanted: Value) -> Value {
        let wanted = wanted.as_object().expect("an object").clone();
        let mut told = self.told.borrow_mut();
        let mut from = 0;
        loop {
            let says = |event: &Value| wanted.iter().all(|(name, value)| event[name] == *value);
            if let Some(at) = told[from..].iter().position(says).map(|at| from + at) {
                let event = told[at].clone();
                let mut place = 0..;
                told.retain(|other| place.next() > Some(at) || other["event"] != event["event"]);
                return event;
            }
            from = told.len();
            let event: Value = serde_json::from_str(&self.program.line()).expect("JSON");
            assert_ne!(event["event"], "refused", "{event}");
            told.push(event);
        }
    }

    fn hear(&self, from: &Self, text: &str) {
        self.wait_for(json!({ "event": "message", "with": from.id, "text": text }));
    }
}

/// Two who have met; Bob looks at their conversation.
fn friends(broker: &str) -> (Robot, Robot) {
    let (mut ada, mut bob) = (Robot::begin("Ada", "", broker), Robot::begin("Bob", "", broker));
    ada.order(json!({ "order": "ask", "address": bob.id }));
    bob.wait_for(json!({ "event": "request", "from": ada.id, "name": "Ada" }));
    bob.order(json!({ "order": "accept", "from": ada.id }));
    let (asker, accepter) = (ada.id.clone(), bob.id.clone());
    for (robot, other) in [(&ada, &accepter), (&bob, &asker)] {
        robot.wait_for(
            json!({ "event": "contact", "id": other, "relation": "Friend", "presence": "Online", "keys": "FirstUse" }),
        );
    }
    bob.order(json!({ "order": "open", "with": asker }));
    (ada, bob)
}

#[test]
fn two_robots_meet_and_talk() {
    let (_broker, url) = broker();
    let (mut ada, mut bob) = friends(&url);
    ada.send(&bob, &["Hello", "Bob"]);
    bob.hear(&ada, "Hello");
    bob.hear(&ada, "Bob");
    ada.wait_for(json!({ "event": "sent", "to": bob.id }));
    ada.wait_for(json!({ "event": "delivered" }));
    ada.wait_for(json!({ "event": "read", "by": bob.id }));
    bob.send(&ada, &["Hello, Ada"]);
    ada.hear(&bob, "Hello, Ada");
}

#[test]
fn a_robot_that_falls_over_goes_on_with_what_is_stored() {
    let (_broker, url) = broker();
    let (mut ada, mut bob) = friends(&url);
    ada.send(&bob, &["Before"]);
    bob.hear(&ada, "Before");
    bob.order(json!({ "order": "restart" }));
    let again = bob.wait_for(json!({ "event": "began" }));
    assert_eq!(again["id"], bob.id.as_str());
    bob.send(&ada, &["After"]);
    ada.hear(&bob, "After");
    ada.send(&bob, &["Welcome back"]);
    bob.hear(&ada, "Welcome back");
}

#[test]
fn what_is_written_to_one_who_is_away_is_sent_and_later_delivered() {
    let (_broker, url) = broker();
    let (mut ada, mut bob) = friends(&url);
    bob.order(json!({ "order": "leave" }));
    bob.wait_for(json!({ "event": "left" }));
    ada.wait_for(json!({ "event": "contact", "id": bob.id, "presence": "Offline" }));
    // More than a view of the conversation holds.
    let texts: Vec<String> = (1..=300).map(|number| format!("Number {number}")).collect();
    ada.send(&bob, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    ada.wait_for(json!({ "event": "sent", "to": bob.id }));
    bob.order(json!({ "order": "return" }));
    bob.hear(&ada, "Number 300");
    ada.wait_for(json!({ "event": "delivered" }));
}

#[test]
fn an_invite_makes_contacts_who_are_verified() {
    let (_broker, url) = broker();
    let mut ada = Robot::begin("Ada", "ada@example.org", &url);
    let mut bob = Robot::begin("Bob", "+48 555 555 555", &url);
    assert!(ada.invite.contains(&ada.id));
    ada.order(json!({ "order": "invite" }));
    let link = ada.wait_for(json!({ "event": "invite" }))["link"].clone();
    bob.order(json!({ "order": "ask", "address": link }));
    for (robot, other) in [(&ada, &bob), (&bob, &ada)] {
        robot.wait_for(
            json!({ "event": "contact", "id": other.id, "relation": "Friend", "keys": "Verified" }),
        );
    }
}

#[test]
fn an_order_that_is_none_ends_the_robot() {
    for line in
        ["{}", "{\"order\":\"dance\"}", "{\"order\":\"invite\"}", "{\"order\":\"begin\",\"name\":\"Ada\"}"]
    {
        let mut robot = Robot::nobody();
        writeln!(robot.program.orders.as_mut().expect("running"), "{line}").expect("it reads");
        assert!(!robot.program.process.wait().unwrap().success(), "{line}");
    }
}
