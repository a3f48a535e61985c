//! A customer's server that webhooks are sent to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// Starts one; returns its address. `/takes` takes what comes, `/gone` wants nothing more, and everything else fails.
pub fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(&stream));
        }
    });
    address
}

fn answer(stream: &TcpStream) -> Option<()> {
    let mut request = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    request.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        request.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(found) = line.strip_prefix("content-length:") {
            length = found.trim().parse().ok()?;
        }
    }
    request.read_exact(&mut vec![0; length]).ok()?;
    let (status, body) = match first.split(' ').nth(1)? {
        "/takes" => ("200 OK", r#"{"taken": true}"#),
        "/gone" => ("410 Gone", ""),
        _ => (
            "500 Internal Server Error",
            "Traceback (most recent call last): the database is on fire",
        ),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    stream.write_all(format!("{head}{body}").as_bytes()).ok()
}
