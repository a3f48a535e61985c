//! How good keys fare at a steady 5,000 requests a second while people sign in, or while somebody tries unknown keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::{me, middle_p99, pick};
use crate::data::{self, Data};
use crate::load::{self, Pace, Request};
use crate::options::Options;
use crate::process::Server;

const RATE: u32 = 5_000;
const CONNECTIONS: usize = 16;

pub(super) fn run(options: &Options, data: &Data) -> anyhow::Result<()> {
    let server = Server::keyhatch(&data.directory)?;
    super::warm(&server, data, 0..data.count())?;
    let p99 = |seed: u64| -> anyhow::Result<f64> {
        let keys = pick(data, options.zipf, seed);
        let outcome = load::run(
            server.address,
            &me(data),
            CONNECTIONS,
            Pace::Steady(RATE),
            options.turn(),
            keys,
        )?;
        Ok(outcome.latency(990))
    };
    let compare = |name: &str, disturb: &(dyn Fn(&AtomicBool) -> anyhow::Result<u64> + Sync)| -> anyhow::Result<()> {
        let (mut calm, mut disturbed, mut done) = (Vec::new(), Vec::new(), 0);
        for round in 0..options.rounds as u64 {
            calm.push(p99(2 * round)?);
            let stop = Arc::new(AtomicBool::new(false));
            done += std::thread::scope(|scope| -> anyhow::Result<u64> {
                let busy = scope.spawn(|| disturb(&stop));
                let measured = p99(2 * round + 1);
                stop.store(true, Ordering::Relaxed);
                let done = busy
                    .join()
                    .map_err(|_| anyhow::anyhow!("the disturbance broke off"))??;
                disturbed.push(measured?);
                Ok(done)
            })?;
        }
        let ratios: Vec<f64> = disturbed
            .iter()
            .zip(&calm)
            .map(|(with, without)| with / without)
            .collect();
        println!(
            "{name}: p99 {:.0} µs, calm {:.0} µs, {:.2}×; {done} times in {} rounds",
            middle_p99(&disturbed),
            middle_p99(&calm),
            middle_p99(&ratios),
            options.rounds
        );
        Ok(())
    };
    if options.unknown {
        compare("a flood of unknown keys beside 5,000 good ones a second", &|stop| {
            flood(&server, stop)
        })?;
    }
    if options.sign_ins {
        compare("20 sign-ins a second beside 5,000 good keys", &|stop| {
            sign_in(&server, stop)
        })?;
    }
    Ok(())
}

/// Well-formed keys that nobody has, as fast as four connections get their refusals, 20,000 different ones.
fn flood(server: &Server, stop: &AtomicBool) -> anyhow::Result<u64> {
    let unknown = data::unknown(20_000)?;
    let text = "GET /api/v1/me HTTP/1.1\r\nHost: keyhatch\r\nAuthorization: Bearer {key}\r\n\r\n";
    let request = Request {
        key_at: text.find("{key}"),
        bytes: text.replace("{key}", &unknown[0]).into_bytes(),
        status: 401,
    };
    let (mut next, mut answered) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        let key = |place: &mut [u8]| {
            let key = &unknown[next % unknown.len()];
            place[..key.len()].copy_from_slice(key.as_bytes());
            next += 1;
        };
        answered += load::run(
            server.address,
            &request,
            4,
            Pace::Closed,
            Duration::from_millis(250),
            key,
        )?
        .answered;
    }
    Ok(answered)
}

/// How many people have tried to sign in so far.
static PEOPLE: AtomicU64 = AtomicU64::new(0);

/// People with wrong passwords, each from an address of their own: a wrong one costs as much as a right one.
fn sign_in(server: &Server, stop: &AtomicBool) -> anyhow::Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let url = format!("http://{}/sign-in", server.address);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().cookie_store(true).build()?;
        let page = client.get(&url).send().await?.text().await?;
        let csrf = page
            .split("name=\"csrf\" value=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let csrf = csrf.unwrap_or_default().to_owned();
        let mut every = tokio::time::interval(Duration::from_millis(50));
        let mut waiting = tokio::task::JoinSet::new();
        while !stop.load(Ordering::Relaxed) {
            every.tick().await;
            // Somebody else each time, also in later rounds: else the throttle answers instead of the hashing.
            let number = PEOPLE.fetch_add(1, Ordering::Relaxed);
            let fields = [
                ("csrf", csrf.clone()),
                ("email", format!("person-{number}@example.com")),
                ("password", "not the right passphrase".to_owned()),
            ];
            let request = client
                .post(&url)
                .header("origin", format!("http://{}", server.address))
                .header(
                    "x-forwarded-for",
                    format!("10.{}.{}.7", number / 250 % 250, number % 250),
                )
                .form(&fields);
            waiting.spawn(async move { request.send().await.map(|answer| answer.status().as_u16()) });
        }
        let mut hashed = 0;
        while let Some(answer) = waiting.join_next().await {
            match answer?? {
                422 => hashed += 1,
                503 => {}
                other => anyhow::bail!("a sign-in was answered with {other}"),
            }
        }
        Ok(hashed)
    })
}
