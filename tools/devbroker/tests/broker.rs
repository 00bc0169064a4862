//! The broker as a process, spoken to over a raw WebSocket.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tungstenite::{ClientRequestBuilder, Error, Message, WebSocket, client::IntoClientRequest, http::Uri};

struct Broker {
    process: Child,
    url: String,
}

impl Broker {
    fn start(options: &[&str]) -> Self {
        Self::start_with(options, Stdio::inherit())
    }

    fn start_with(options: &[&str], stderr: Stdio) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_kith-devbroker"))
            .args(["--listen", "127.0.0.1:0", "--watch-stdin"])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("the broker starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("listening ").expect("the ready line").to_owned();
        Self { process, url }
    }

    fn with_store(store: &Path) -> Self {
        Self::start(&["--store", store.to_str().expect("UTF-8")])
    }

    fn connect(&self, origin: Option<&str>) -> Result<Client, Error> {
        let uri: Uri = self.url.parse().expect("a URL");
        let authority = uri.authority().expect("an authority").to_string();
        let mut request = ClientRequestBuilder::new(uri).with_sub_protocol("mqtt");
        if let Some(origin) = origin {
            request = request.with_header("Origin", origin);
        }
        let stream = TcpStream::connect(authority)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        match tungstenite::client(request.into_client_request()?, stream) {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["Sec-WebSocket-Protocol"], "mqtt");
                Ok(Client(socket))
            }
            Err(tungstenite::HandshakeError::Failure(error)) => Err(error),
            Err(interrupted) => panic!("{interrupted}"),
        }
    }

    /// What a parent does that goes away.
    fn stop(&mut self) {
        drop(self.process.stdin.take());
        let deadline = Instant::now() + Duration::from_secs(10);
        while self.process.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "it still runs");
            thread::sleep(Duration::from_millis(20));
        }
        assert!(self.process.wait().unwrap().success());
    }

    fn session(&self, id: &str) -> (Client, bool) {
        let mut client = self.connect(None).expect("the handshake");
        let session_present = client.open(id);
        (client, session_present)
    }
}

impl Drop for Broker {
    /// SIGKILL: nothing can be put away at the last moment.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Client(WebSocket<TcpStream>);

impl Client {
    fn send(&mut self, packet: Vec<u8>) {
        self.0.send(Message::binary(packet)).expect("sent");
    }

    fn receive(&mut self) -> Vec<u8> {
        loop {
            if let Message::Binary(bytes) = self.0.read().expect("a packet") {
                return bytes.to_vec();
            }
        }
    }

    /// CONNECT of MQTT 3.1.1 with Clean Session 0; tells Session Present.
    fn open(&mut self, id: &str) -> bool {
        let body = [b"\0\x04MQTT\x04\0\0\x3c".to_vec(), string(id)].concat();
        self.send(packet(0x10, &body));
        let connack = self.receive();
        assert_eq!((connack.len(), connack[0], connack[3]), (4, 0x20, 0), "CONNACK: accepted");
        connack[2] == 1
    }

    fn subscribe(&mut self, filter: &str) {
        self.send(packet(0x82, &[vec![0, 1], string(filter), vec![1]].concat()));
        assert_eq!(self.receive(), [0x90, 3, 0, 1, 1], "SUBACK: QoS 1");
    }

    /// QoS 1, and waits for the PUBACK.
    fn publish(&mut self, topic: &str, payload: &str, retain: bool) {
        let body = [string(topic), vec![0, 7], payload.into()].concat();
        self.send(packet(0x32 | u8::from(retain), &body));
        assert_eq!(self.receive(), [0x40, 2, 0, 7], "PUBACK");
    }

    fn expect_publish(&mut self, topic: &str, payload: &str) {
        let packet = self.receive();
        assert_eq!(packet[0] >> 4, 3, "PUBLISH");
        let text = String::from_utf8_lossy(&packet);
        assert!(text.contains(topic) && text.ends_with(payload), "{text:?}");
    }
}

fn string(text: &str) -> Vec<u8> {
    [&u16::try_from(text.len()).expect("short").to_be_bytes(), text.as_bytes()].concat()
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    [&[first, u8::try_from(body.len()).expect("short")], body].concat()
}

/// What `--store` promises: everything older than the broker's flush.
fn let_the_broker_write() {
    thread::sleep(Duration::from_millis(200));
}

#[test]
fn session_queue_and_retained_message_survive_a_kill() {
    let store = tempfile::tempdir().unwrap();
    let broker = Broker::with_store(store.path());
    let (mut ada, session_present) = broker.session("ada");
    assert!(!session_present);
    ada.subscribe("inbox/#");
    drop(ada);
    let (mut bob, _) = broker.session("bob");
    bob.publish("inbox/ada", "while she was away", false);
    bob.publish("profile/bob", "Bob", true);
    let_the_broker_write();
    drop(broker);

    let broker = Broker::with_store(store.path());
    let (mut ada, session_present) = broker.session("ada");
    assert!(session_present);
    ada.expect_publish("inbox/ada", "while she was away");
    let (mut carol, _) = broker.session("carol");
    carol.subscribe("profile/+");
    carol.expect_publish("profile/bob", "Bob");
}

#[test]
fn a_second_broker_on_the_same_store_is_refused() {
    let store = tempfile::tempdir().unwrap();
    let _broker = Broker::with_store(store.path());
    let second = Command::new(env!("CARGO_BIN_EXE_kith-devbroker"))
        .args(["--listen", "127.0.0.1:0", "--store"])
        .arg(store.path())
        .output()
        .unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another broker"));
}

#[test]
fn a_foreign_origin_is_refused() {
    let broker = Broker::start(&["--origin", "http://127.0.0.1:8080"]);
    assert!(broker.connect(Some("http://127.0.0.1:8080")).is_ok());
    for origin in ["http://evil.example", "http://127.0.0.1:8081", "null"] {
        match broker.connect(Some(origin)) {
            Err(Error::Http(response)) => assert_eq!(response.status(), 403, "{origin}"),
            Err(error) => panic!("{origin}: {error}"),
            Ok(_) => panic!("{origin} was let in"),
        }
    }
}

/// What comes back for a request as a browser's `fetch` makes it.
fn ask(broker: &Broker, parts: &[&str]) -> String {
    let address = broker.url.trim_start_matches("ws://").trim_end_matches("/mqtt");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    for part in parts {
        stream.write_all(part.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(30));
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn plain_http_is_answered() {
    let broker = Broker::start(&[]);
    for (parts, status) in [
        (&["GET /mqtt HTTP/1.1\r\nHost: x\r\n\r\n"][..], "426 Upgrade Required\r\nUpgrade: websocket\r\n"),
        (&["GET /mqtt?x HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n"], "426 Upgrade Required\r\n"),
        (&["GET /mqt HTTP/1.1\r\nHost: x\r\n\r\n"], "404 Not Found\r\n"),
        (&["GET / HTTP/1.1\r\nHo", "st: x\r\n", "\r\n"], "404 Not Found\r\n"),
    ] {
        let answer = ask(&broker, parts);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{parts:?}: {answer:?}");
    }
    // A handshake in pieces is none of these.
    let answer = ask(
        &broker,
        &[
            "GET /mqt HTTP/1.1\r\nHost: x\r\nupgrade: WebSocket\r\n",
            &[
                "Connection: Upgrade\r\n",
                "Sec-WebSocket-Version: 13\r\n",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            ]
            .concat(),
        ],
    );
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer:?}");
    broker.session("ada");
}

#[test]
fn who_is_refused_is_told_of_with_the_way_out() {
    let mut broker = Broker::start_with(&["--origin", "http://127.0.0.1:8080"], Stdio::piped());
    assert!(broker.connect(Some("http://vm.:8080")).is_err());
    let mut line = String::new();
    BufReader::new(broker.process.stderr.take().expect("piped")).read_line(&mut line).expect("a line");
    for words in ["http://vm.:8080", "http://127.0.0.1:8080", "--lan"] {
        assert!(line.contains(words), "{line}");
    }
}

#[test]
fn a_client_that_never_finishes_its_handshake_keeps_nobody_out() {
    let broker = Broker::start(&[]);
    let address = broker.url.trim_start_matches("ws://").trim_end_matches("/mqtt").to_owned();
    let _silent = TcpStream::connect(address).unwrap();
    thread::sleep(Duration::from_millis(100));
    broker.session("ada");
}

#[test]
fn a_taken_port_is_named() {
    let broker = Broker::start(&[]);
    let address = broker.url.trim_start_matches("ws://").trim_end_matches("/mqtt");
    let second =
        Command::new(env!("CARGO_BIN_EXE_kith-devbroker")).args(["--listen", address]).output().unwrap();
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("is taken"));
}

#[test]
fn the_broker_ends_with_its_parent_and_loses_nothing() {
    let store = tempfile::tempdir().unwrap();
    let mut broker = Broker::with_store(store.path());
    let (mut ada, _) = broker.session("ada");
    ada.subscribe("inbox/#");
    drop(ada);
    let (mut bob, _) = broker.session("bob");
    for number in 0..100 {
        bob.publish("inbox/ada", &format!("message {number}"), false);
    }
    broker.stop();

    let broker = Broker::with_store(store.path());
    let (mut ada, session_present) = broker.session("ada");
    assert!(session_present);
    // Twenty of them: a client that acknowledges nothing gets no more than the broker's window.
    for number in 0..20 {
        ada.expect_publish("inbox/ada", &format!("message {number}"));
    }
}
