//! What a peer may do with its connection: how it ends its lines, how long it may take, and how many it may have.

mod lines;
mod many;
mod slow;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection that waits for answers, but not without end.
pub fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Sends this, and hands back all that comes until the other side closes (or says nothing for a while).
pub fn exchange(address: &str, request: &[u8]) -> String {
    let mut stream = connect(address);
    stream.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    stream.write_all(request).unwrap();
    rest(&mut stream)
}

/// All that comes until the other side closes (or says nothing for as long as the connection waits).
pub fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut some = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut some) {
        answer.extend_from_slice(&some[..length]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The statuses of the answers among this.
pub fn statuses(answers: &str) -> Vec<&str> {
    let begin = answers.match_indices("HTTP/1.1 ");
    begin
        .map(|(at, begin)| &answers[at + begin.len()..at + begin.len() + 3])
        .collect()
}
