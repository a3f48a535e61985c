//! Keys are revoked while they are asked for: what began after the answer to the revocation must be refused.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::data::Data;
use crate::options::Options;
use crate::process::Server;

/// How many ask for one key at once.
const ASKING: usize = 8;

pub(super) fn run(options: &Options, data: &Data) -> anyhow::Result<()> {
    let server = Server::keyhatch(&data.directory)?;
    let rounds = options.rounds * 10;
    let maker = std::str::from_utf8(data.text(0))?;
    let (mut accepted_before, mut accepted_after, mut refused) = (0, 0, 0);
    for round in 0..rounds {
        let name = format!("to be revoked {round} {}", std::process::id());
        let body = format!(r#"{{"name":"{name}","type":"secret","environment":"live"}}"#);
        let made = exchange(server.address, &request("POST", "/api/v1/api-keys", maker, &body))?;
        let made: serde_json::Value = serde_json::from_str(made.split("\r\n\r\n").nth(1).unwrap_or_default())?;
        let (Some(id), Some(key)) = (made["id"].as_str(), made["key"].as_str()) else {
            anyhow::bail!("no key was made: {made}");
        };
        let (revoked, done) = (AtomicBool::new(false), AtomicBool::new(false));
        let [before, after, no] = [const { AtomicU64::new(0) }; 3];
        std::thread::scope(|scope| -> anyhow::Result<()> {
            for _ in 0..ASKING {
                scope.spawn(|| -> anyhow::Result<()> {
                    let mut stream = TcpStream::connect(server.address)?;
                    let ask = request("GET", "/api/v1/me", key, "");
                    while !done.load(Ordering::SeqCst) {
                        let is_after = revoked.load(Ordering::SeqCst);
                        let ok = exchange_over(&mut stream, &ask)?.starts_with("HTTP/1.1 200");
                        let counter = match (ok, is_after) {
                            (true, true) => &after,
                            (true, false) => &before,
                            (false, _) => &no,
                        };
                        counter.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(())
                });
            }
            std::thread::sleep(Duration::from_millis(20));
            let answer = exchange(
                server.address,
                &request("DELETE", &format!("/api/v1/api-keys/{id}"), maker, ""),
            )?;
            revoked.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(20));
            done.store(true, Ordering::SeqCst);
            anyhow::ensure!(answer.starts_with("HTTP/1.1 204"), "not revoked: {answer}");
            Ok(())
        })?;
        accepted_before += before.into_inner();
        accepted_after += after.into_inner();
        refused += no.into_inner();
    }
    println!(
        "\n{rounds} keys revoked under load: {accepted_before} accepted before, {refused} refused, {accepted_after} accepted \
         that began after the answer"
    );
    anyhow::ensure!(accepted_after == 0, "stale verdicts");
    Ok(())
}

fn request(method: &str, path: &str, key: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: keyhatch\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn exchange(address: SocketAddr, request: &str) -> anyhow::Result<String> {
    exchange_over(&mut TcpStream::connect(address)?, request)
}

fn exchange_over(stream: &mut TcpStream, request: &str) -> anyhow::Result<String> {
    stream.write_all(request.as_bytes())?;
    let (mut answer, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut buffer)?;
        answer.push_str(std::str::from_utf8(&buffer[..count])?);
        let Some((head, body)) = answer.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_ascii_lowercase();
        let length = head
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next());
        if count == 0 || body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0) {
            return Ok(answer);
        }
    }
}
