//! How many messages a second this server takes: it must never be what a bench of the product measures.
//!
//! `cargo bench -p bot-api`: bare keep-alive connections, one request in flight on each; the server has one thread.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its table and may stop at a mistake"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use bot_api::{BotApi, NewPerson, Options};

/// Requests of each round, over all connections.
const REQUESTS: usize = 60_000;

fn main() {
    println!("{:>12} {:>12} {:>14}", "connections", "messages/s", "µs a message");
    for connections in [1, 4, 16, 64] {
        let api = BotApi::start(Options::unlimited()).unwrap();
        api.person(NewPerson::new(1001, "Mina")).says("/start").unwrap();
        let started = Instant::now();
        let clients: Vec<_> = (0..connections)
            .map(|_| {
                let api = api.clone();
                std::thread::spawn(move || client(&api, REQUESTS / connections))
            })
            .collect();
        clients.into_iter().for_each(|client| client.join().unwrap());
        let seconds = started.elapsed().as_secs_f64();
        let sent = api.sent_count(1001);
        println!("{connections:>12} {:>12.0} {:>14.1}", sent as f64 / seconds, seconds * 1e6 / sent as f64);
    }
}

/// Sends one message after the other on one connection.
fn client(api: &BotApi, messages: usize) {
    let body =
        r#"{"chat_id":1001,"text":"<b>Published</b> on instagram: Sunday\u2019s cake","parse_mode":"HTML"}"#;
    let head = format!(
        "POST /bot{}/SendMessage HTTP/1.1\r\nhost: telegram\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        api.token(),
        body.len()
    );
    let request = format!("{head}{body}");
    let stream = TcpStream::connect(api.address()).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    for _ in 0..messages {
        writer.write_all(request.as_bytes()).unwrap();
        read_answer(&mut reader);
    }
}

fn read_answer(reader: &mut BufReader<TcpStream>) {
    let mut length = 0;
    let mut line = String::new();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    assert!(body.starts_with(b"{\"ok\":true"), "{}", String::from_utf8_lossy(&body));
}
