//! What is measured: each question beside the floor in turn; and how good keys fare while something else is going on.

mod beside;
mod stale;

use std::ops::Range;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::data::Data;
use crate::floor::IDENTITY_ADDRESS;
use crate::load::{self, Pace, Request};
use crate::options::Options;
use crate::process::Server;
use crate::processors::Processors;
use crate::report::{Line, Turn, heading, median};
use crate::wrk;

pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let processors = Processors::take(options.processors)?;
    for &keys in &options.keys {
        let data = Data::with_keys(keys)?;
        println!(
            "\n{keys} keys, asked for {}; processors: {}{}",
            if options.zipf { "by Zipf" } else { "all alike" },
            processors.count(),
            match (options.pinned, options.wrk) {
                (true, _) => ", a worker and a thread of the load on each",
                (_, true) => "; asked by wrk",
                _ => "",
            }
        );
        in_turn(options, &processors, &data)?;
        if options.sign_ins || options.unknown {
            beside::run(options, &data)?;
        }
    }
    if options.stale {
        stale::run(options, &Data::with_keys(1_000)?)?;
    }
    Ok(())
}

fn in_turn(options: &Options, processors: &Processors, data: &Data) -> anyhow::Result<()> {
    if data.count() >= MANY {
        memory(data)?;
    }
    let (floor, server) = (Server::floor()?, Server::keyhatch(&data.directory)?);
    warm(&server, data, 0..data.count())?;
    if options.pinned {
        floor.spread_over(processors)?;
        server.spread_over(processors)?;
    }
    heading();
    for &connections in &options.connections {
        let turn = |server: &Server, request: &Request, seed: u64| {
            turn(options, processors, data, server, request, connections, seed)
        };
        let asked: Vec<_> = questions(data)
            .into_iter()
            .filter(|question| options.asks(question.name))
            .collect();
        let mut lines: Vec<Line> = asked
            .iter()
            .map(|question| Line {
                name: format!("{}, {connections} connections", question.name),
                turns: Vec::new(),
            })
            .collect();
        let mut floors = Vec::new();
        for round in 0..options.rounds {
            // In another order each time: whatever comes first or last has it each once.
            let mut order: Vec<usize> = (0..asked.len()).collect();
            order.rotate_left(round % asked.len().max(1));
            for place in order {
                let Question { request, of, .. } = &asked[place];
                // The same bytes, but for the path: what is read and thrown away is alike.
                let beside = turn(&floor, &request.to_floor(), 0)?;
                let of = match of {
                    Of::Keyhatch => &server,
                    Of::Floor => &floor,
                };
                // Other keys than those before it: what was asked for a moment ago is still in a cache.
                let measured = turn(of, request, (round * asked.len() + place) as u64)?;
                lines[place].turns.push((measured, beside));
                floors.push((beside, beside));
            }
        }
        let floor_line = Line {
            name: format!("empty handler, {connections} connections"),
            turns: floors,
        };
        floor_line.print();
        lines.iter().for_each(Line::print);
    }
    Ok(())
}

fn turn(
    options: &Options,
    processors: &Processors,
    data: &Data,
    server: &Server,
    request: &Request,
    connections: usize,
    seed: u64,
) -> anyhow::Result<Turn> {
    let before = server.used()?;
    let threads = options.threads.unwrap_or(processors.count()).clamp(1, connections);
    let (answered, per_second, p50, p99) = if options.wrk {
        let (load, keys) = ((threads, connections), (data, options.zipf, seed));
        let measured = wrk::run(load, options.turn(), server.address, request, keys)?;
        let per_second = measured.answered as f64 / measured.took.as_secs_f64();
        (measured.answered, per_second, measured.p50, measured.p99)
    } else {
        let keys = |thread: u64| pick(data, options.zipf, seed << 8 | thread);
        let on = options.pinned.then_some(processors);
        let outcome = load::run_from(threads, on, server.address, request, connections, options.turn(), keys)?;
        (
            outcome.answered,
            outcome.per_second(),
            outcome.latency(500),
            outcome.latency(990),
        )
    };
    let cpu = server.used()?.cpu.saturating_sub(before.cpu);
    Ok(Turn {
        per_second,
        p50,
        p99,
        cpu: cpu.as_secs_f64() * 1e6 / answered as f64,
    })
}

/// Asks for each of these keys once.
fn warm(server: &Server, data: &Data, numbers: Range<usize>) -> anyhow::Result<()> {
    let (times, enough) = (Pace::Times(numbers.len() as u64), Duration::from_secs(600));
    let mut numbers = numbers.cycle();
    let each = |place: &mut [u8]| {
        let number = numbers.next().unwrap_or_default();
        place[..data.length].copy_from_slice(data.text(number));
    };
    load::run(server.address, &me(data), 64, times, enough, each)?;
    Ok(())
}

/// From how many keys on their memory can be told from the rest.
const MANY: usize = 100_000;

/// What the second half of the keys takes: everything that does not depend on their number is there by then. In a server of its own,
/// whose memory comes in small pages: huge ones come and go whole, whatever part of them is used, and that is more than keys take.
fn memory(data: &Data) -> anyhow::Result<()> {
    let server = &Server::with_small_pages(&data.directory)?;
    let half = data.count() / 2;
    warm(server, data, 0..half)?;
    let before = settle(server, data)?;
    warm(server, data, half..data.count())?;
    let used = server.used()?.memory;
    let each = |memory: u64| memory.saturating_sub(before) / (data.count() - half) as u64;
    println!(
        "memory for each key: {} bytes, and {} bytes until its use is written down",
        each(settle(server, data)?),
        each(used)
    );
    Ok(())
}

/// The memory that stays in use, once what was counted is written down (that begins within a minute, and then takes as long as
/// the disk takes). Meanwhile there is a request now and then.
fn settle(server: &Server, data: &Data) -> anyhow::Result<u64> {
    let wait = |seconds: usize| {
        for _ in 0..seconds {
            let second = Duration::from_secs(1);
            load::run(server.address, &me(data), 4, Pace::Steady(200), second, |place| {
                place[..data.length].copy_from_slice(data.text(0));
            })?;
        }
        anyhow::Ok(server.used()?.memory)
    };
    let mut used = wait(65)?;
    // Until it has stayed the same twice: what is written down is let go of a little later.
    let mut same = 0;
    for _ in 0..10 {
        let before = std::mem::replace(&mut used, wait(10)?);
        same = if used > before - before / 200 { same + 1 } else { 0 };
        if same == 2 {
            break;
        }
    }
    Ok(used)
}

/// Writes a key at random, into the place for it.
pub(crate) fn pick(data: &Data, zipf: bool, seed: u64) -> impl FnMut(&mut [u8]) + use<'_> {
    let mut random = StdRng::seed_from_u64(seed);
    let count = data.count();
    // The inverse of Zipf's distribution with exponent 1, taken as continuous.
    let scale = ((count + 1) as f64).ln();
    move |place| {
        let number = if zipf {
            ((random.random::<f64>() * scale).exp() as usize).saturating_sub(1)
        } else {
            random.random_range(0..count)
        };
        place[..data.length].copy_from_slice(data.text(number.min(count - 1)));
    }
}

/// What is asked, and of whom.
struct Question {
    name: &'static str,
    request: Request,
    of: Of,
}

enum Of {
    Keyhatch,
    /// Of the empty handler: what the answer costs without a verdict.
    Floor,
}

fn questions(data: &Data) -> Vec<Question> {
    let question = |name, request, of| Question { name, request, of };
    vec![
        question("identity", forward(data).to(IDENTITY_ADDRESS), Of::Floor),
        question("forward", forward(data), Of::Keyhatch),
        question("me", me(data), Of::Keyhatch),
        question("verify", verify(data), Of::Keyhatch),
    ]
}

pub(crate) fn me(data: &Data) -> Request {
    with_key(
        data,
        "GET /api/v1/me HTTP/1.1\r\nHost: keyhatch\r\nUser-Agent: benchmark/1.0\r\nAccept: */*\r\nAuthorization: Bearer {key}\r\n\r\n",
    )
}

fn forward(data: &Data) -> Request {
    with_key(
        data,
        "GET /gateway/forward HTTP/1.1\r\nHost: keyhatch\r\nUser-Agent: benchmark/1.0\r\nAccept: */*\r\nAuthorization: Bearer {key}\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Uri: /api/v1/shipments/7\r\n\r\n",
    )
}

fn verify(data: &Data) -> Request {
    let body = r#"{"key":"{key}","method":"GET","path":"/api/v1/shipments/7"}"#;
    let length = body.len() - "{key}".len() + data.length;
    let token = &data.service_token;
    with_key(
        data,
        &format!(
            "POST /provider/v1/keys/verify HTTP/1.1\r\nHost: keyhatch\r\nUser-Agent: benchmark/1.0\r\nAccept: */*\r\n\
             Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        ),
    )
}

fn with_key(data: &Data, text: &str) -> Request {
    let key_at = text.find("{key}");
    Request {
        bytes: text.replace("{key}", &"0".repeat(data.length)).into_bytes(),
        key_at,
        status: 200,
    }
}

/// The middle p99 of some turns.
pub(crate) fn middle_p99(turns: &[f64]) -> f64 {
    median(turns.to_vec())
}
