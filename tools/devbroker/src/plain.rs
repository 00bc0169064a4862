//! Plain HTTP where a WebSocket should come: somebody looks in a browser whether anything answers here, or the page does.
//! Without an answer it would look like a closed port.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

/// The longest request that is looked at.
const MAX_HEAD: usize = 8 << 10;
/// How long to wait for more of one: nothing tells that there is more to peek at.
const AGAIN: Duration = Duration::from_millis(5);

/// Answers a request for no WebSocket, and tells whether it was one. What asks for a WebSocket stays unread.
pub(crate) async fn answer(stream: &mut TcpStream, path: &str) -> io::Result<bool> {
    let mut head = vec![0; MAX_HEAD];
    let length = loop {
        let seen = stream.peek(&mut head).await?;
        if let Some(at) = head[..seen].windows(4).position(|end| end == b"\r\n\r\n") {
            break at + 4;
        }
        if seen == 0 || seen == MAX_HEAD {
            return Ok(false);
        }
        time::sleep(AGAIN).await;
    };
    let text = String::from_utf8_lossy(&head[..length]).into_owned();
    if wants_websocket(&text) {
        return Ok(false);
    }
    // What is left unread would make of the answer a reset connection.
    stream.read_exact(&mut head[..length]).await?;
    stream.write_all(response(&text, path).as_bytes()).await?;
    stream.shutdown().await?;
    Ok(true)
}

fn wants_websocket(head: &str) -> bool {
    let headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    let mut upgrades = headers.filter(|(name, _)| name.trim().eq_ignore_ascii_case("upgrade"));
    upgrades.any(|(_, value)| value.trim().eq_ignore_ascii_case("websocket"))
}

fn response(head: &str, path: &str) -> String {
    let target = head.split(' ').nth(1).unwrap_or_default();
    let (status, words) = if target.split('?').next() == Some(path) {
        (
            "426 Upgrade Required\r\nUpgrade: websocket",
            "An MQTT broker: it speaks WebSocket here.\n".to_owned(),
        )
    } else {
        ("404 Not Found", format!("An MQTT broker: it speaks WebSocket at {path}, and nothing else.\n"))
    };
    format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{words}",
        words.len()
    )
}
