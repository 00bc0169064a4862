//! Somebody who uses Kith without a browser: `chat::Client`, the core that is shipped, with its tables in memory and a
//! WebSocket to the broker. Orders come as lines of JSON on standard input (see [`orders`]), and what happens is told
//! as lines of JSON on standard output (see [`report`]). It ends with its standard input.

mod clock;
mod orders;
mod report;
mod robot;
mod socket;

use std::{
    io::{self, BufRead},
    process::ExitCode,
    sync::mpsc::{self, Sender},
    thread,
};

use anyhow::{Context, Result};

use crate::{orders::Order, robot::Robot, socket::Heard};

/// What comes to the robot: from whoever orders it about, and from its socket.
enum News {
    Order(Order),
    /// By the connection with this number.
    Socket(usize, Heard),
    /// No more orders will come.
    Over(Result<()>),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kith-robot: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let (news, inbox) = mpsc::channel();
    let orders = news.clone();
    thread::spawn(move || {
        let over = read_orders(&orders);
        // Nobody listens any more: then the program is about to end.
        let _ = orders.send(News::Over(over));
    });
    Robot::new(news)?.run(&inbox)
}

fn read_orders(news: &Sender<News>) -> Result<()> {
    for line in io::stdin().lock().lines() {
        let line = line?;
        let order = serde_json::from_str(&line).with_context(|| format!("no order: {line}"))?;
        if news.send(News::Order(order)).is_err() {
            break;
        }
    }
    Ok(())
}
