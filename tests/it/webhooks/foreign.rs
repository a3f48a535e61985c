//! What we sign, others verify: the libraries of Standard Webhooks and of Svix, in Python and in JavaScript.
//!
//! `scripts/test` installs them below `target/verifiers`. A library that is missing is a failure: then nobody has looked.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyhatch::clock::{Clock, SystemClock};
use keyhatch::model::signing_secret::SigningSecret;
use keyhatch::model::timestamp::Timestamp;
use keyhatch::model::webhook::signature::sign;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::json;
use zeroize::Zeroizing;

use super::customer::Received;

const PAYLOADS: usize = 1_000;

/// What receivers may find in `data`, before anything random.
const DATA: [&str; 21] = [
    "null",
    "{}",
    "[]",
    "\"\"",
    "0",
    "-0.0",
    "false",
    "12345678901234567890123456789012345678901234567890",
    "0.1000000000000000055511151231257827021181583404541015625",
    "-1.7976931348623157e308",
    "5e-324",
    "9007199254740993",
    "1E+2",
    "{\"a\":1,\"a\":2,\"\":3}",
    " [ 1 ,\t2 ]\n",
    "\"Zażółć gęślą jaźń, 日本語, עברית, \u{202e}, 👩‍👩‍👧‍👦\"",
    "\"\\u0000\\u001f\\\"\\\\\\/\\b\"",
    "\"\\ud83d\\ude00 and half of one: \\ud83d\"",
    "\"\u{2028}\u{2029}\u{feff}\u{7f}\u{80}\u{fffd}\u{ffff}\u{10ffff}\"",
    "\"e\u{301} and \u{e9} are not the same bytes\"",
    "{\"constructor\":{\"__proto__\":{}}}",
];

#[test]
fn the_libraries_of_receivers_agree_in_python() {
    agree(&mut python());
}

#[test]
fn the_libraries_of_receivers_agree_in_javascript() {
    agree(&mut javascript());
}

fn python() -> Command {
    let mut command = Command::new(verifiers().join("python/bin/python"));
    command.arg(script("verify.py"));
    command
}

fn javascript() -> Command {
    let mut command = Command::new("node");
    command.arg(script("verify.mjs")).arg(verifiers().join("node"));
    command
}

/// Deliveries, each with a secret, and whether it is signed with that.
#[derive(Default)]
pub struct Believed(Vec<String>);

impl Believed {
    pub fn expect(&mut self, received: &Received, secret: &str, verifies: bool) {
        let case = json!({
            "why": "a delivery", "secret": secret, "headers": received.headers, "body": received.body, "verifies": verifies,
        });
        self.0.push(case.to_string());
    }

    /// Expects that the libraries say the same. They take their time: nothing else goes on meanwhile.
    pub fn ask_the_libraries(&self) {
        for mut command in [python(), javascript()] {
            look(&mut command, &self.0, "deliveries");
        }
    }
}

/// Where `scripts/test` puts the libraries.
fn verifiers() -> PathBuf {
    let place = std::env::var_os("KEYHATCH_TEST_VERIFIERS").map(PathBuf::from);
    let place = place.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/verifiers"));
    assert!(
        place.is_dir(),
        "{} is missing: scripts/test sqlite installs it",
        place.display()
    );
    place
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/webhooks/verifiers")
        .join(name)
}

/// Payloads of all kinds, others in each run.
fn agree(command: &mut Command) {
    let seed = u64::from_be_bytes(keyhatch::random::bytes(&keyhatch::random::SystemRandom));
    look(command, &lines(seed), &format!("the seed was {seed}"));
}

/// Hands everything over and expects that each library has looked at all of it, and has nothing to say.
fn look(command: &mut Command, lines: &[String], about: &str) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; scripts/test sqlite installs it"));
    let mut input = child.stdin.take().unwrap();
    let all = lines.join("\n") + "\n";
    let writing = std::thread::spawn(move || input.write_all(all.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}");
    writing.join().unwrap().unwrap();
    let expected = format!("standardwebhooks {0}\nsvix {0}\n", lines.len());
    assert_eq!(said.replace('\r', ""), expected, "{about}");
}

/// Each payload in a normal time, in an overlap, after a rotation, and changed on the way.
fn lines(seed: u64) -> Vec<String> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut lines = Vec::new();
    // The libraries look at their own clock.
    let now = SystemClock.now();
    for number in 0..PAYLOADS {
        let (old, new) = (secret(&mut random), secret(&mut random));
        let id = format!("msg_{:022x}", random.random::<u64>());
        let at = now.plus(random.random_range(-100_000..100_000));
        let body = body(&mut random, number, at);
        let with = |secret| sign(secret, &id, at, body.as_bytes());
        let (alone, both) = (with(&new), format!("{} {}", with(&new), with(&old)));
        let mut add = |why: &str, secret: &SigningSecret, signature: &str, body: &str, verifies: bool| {
            let headers = json!({
                "webhook-id": id, "webhook-timestamp": at.seconds().to_string(), "webhook-signature": signature,
            });
            let case = json!({
                "why": why, "secret": secret.expose_secret(), "headers": headers, "body": body, "verifies": verifies,
            });
            lines.push(case.to_string());
        };
        add("signed with it", &new, &alone, &body, true);
        add("an overlap, by the new secret", &new, &both, &body, true);
        add("an overlap, by the old secret", &old, &both, &body, true);
        add("rotated away", &old, &alone, &body, false);
        add("changed on the way", &new, &both, &format!("{body} "), false);
    }
    lines
}

fn secret(random: &mut StdRng) -> SigningSecret {
    let mut bytes = Zeroizing::new([0; 32]);
    random.fill_bytes(bytes.as_mut_slice());
    SigningSecret::from_random(&bytes)
}

/// What a delivery carries. Its data is passed on as it was sent, so it is made as text.
fn body(random: &mut StdRng, number: usize, at: Timestamp) -> String {
    let data = match DATA.get(number) {
        Some(data) => (*data).to_owned(),
        None => value(random, 4),
    };
    format!(
        "{{\"type\":\"test.{number}\",\"timestamp\":\"{}\",\"data\":{data}}}",
        at.rfc3339()
    )
}

/// Any JSON.
fn value(random: &mut StdRng, depth: usize) -> String {
    let count = random.random_range(0..6);
    match random.random_range(0..if depth == 0 { 3 } else { 6 }) {
        0 => DATA[random.random_range(0..DATA.len())].to_owned(),
        1 => text(random, 40),
        2 => {
            let digits: String = (0..random.random_range(1..60))
                .map(|_| random.random_range('0'..='9'))
                .collect();
            format!("-1{digits}.{digits}e{}", random.random_range(-9..9))
        }
        3 => {
            let parts: Vec<String> = (0..count).map(|_| value(random, depth - 1)).collect();
            format!("[{}]", parts.join(","))
        }
        4 => {
            let parts = (0..count).map(|_| format!("{}:{}", text(random, 8), value(random, depth - 1)));
            let parts: Vec<String> = parts.collect();
            format!("{{{}}}", parts.join(", "))
        }
        _ => text(random, 4_000),
    }
}

/// A string of any characters there are.
fn text(random: &mut StdRng, longest: usize) -> String {
    let length = random.random_range(0..longest);
    let text: String = (0..length).map(|_| random.random::<char>()).collect();
    serde_json::to_string(&text).unwrap()
}
