//! Sixty-four at once: nobody gets a credit twice, nobody is refused one that is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::json;
use tokio::task::JoinSet;

use super::{CREDITS, amounts, change, ledger_of, left};
use crate::conformance::service::{Service, judge};
use crate::support::{Answer, Program, TestApp};

const SPENDERS: usize = 64;

/// Sixty-four programs that ask until they are refused; how often they were let through.
async fn spend<F, A>(ask: F) -> i64
where
    F: Fn(usize) -> A + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    let (ask, mut spenders) = (Arc::new(ask), JoinSet::new());
    for number in 0..SPENDERS {
        let ask = Arc::clone(&ask);
        spenders.spawn(async move {
            let mut through = 0;
            loop {
                let answer = ask(number).await;
                match answer.status {
                    200 => through += 1,
                    402 => return through,
                    other => panic!("{other}: {}", answer.body),
                }
            }
        });
    }
    spenders.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_credits_are_a_hundred_requests() {
    let service = Service::start("kodisc").await;
    let keys = [service.mint("live", &[]).await, service.mint("live", &[]).await];
    let programs = keys.clone().map(|key| service.app.program(&key));
    let through = spend(move |number| {
        let program = programs[number % 2].clone();
        async move { judge(&program, "POST", "/api/v2/jobs").await }
    })
    .await;
    assert_eq!(through, 100);
    assert_eq!(left(&service, &keys[0]).await, 0);
    assert_eq!(amounts(&ledger_of(&service).await).len(), 101);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_credits_are_thirty_three_changes_of_three() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    let through = spend(move |_| {
        let backend = backend.clone();
        async move { change(&backend, -3).await }
    })
    .await;
    assert_eq!(through, 33);
    assert_eq!(amounts(&ledger_of(&service).await).iter().sum::<i64>(), 1);
}

/// Through both doors at once, on two nodes where the database can be shared, while more is granted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_granted_meanwhile_is_spent_too_and_no_more() {
    let service = Service::start("kodisc").await;
    let profile = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/kodisc.toml");
    let other = match service.app.database_url() {
        None => None,
        Some(url) => {
            let settings = [("KEYHATCH_DATABASE_URL", url.as_str()), ("KEYHATCH_PROFILE", profile)];
            Some(TestApp::start_with(&settings).await)
        }
    };
    let key = service.mint("live", &[]).await;
    let here = service.app.program(&key);
    let there = other.as_ref().map_or_else(|| here.clone(), |other| other.program(&key));
    let backend = service.app.backend().await;
    let (through, granted) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let mut asking = JoinSet::new();
    for number in 0..SPENDERS {
        let (program, backend) = (
            if number % 2 == 0 { here.clone() } else { there.clone() },
            backend.clone(),
        );
        let (through, granted) = (Arc::clone(&through), Arc::clone(&granted));
        asking.spawn(async move {
            for turn in 0..8 {
                let amount = match (number + turn) % 4 {
                    0 => 5,
                    1 => -2,
                    _ => -1,
                };
                let answer = if amount == -1 {
                    judge(&program, "POST", "/api/v2/jobs").await
                } else {
                    once(&backend, &format!("{number}-{turn}"), amount).await
                };
                match (answer.status, amount) {
                    (200, 1..) => granted.fetch_add(amount, Ordering::Relaxed),
                    (200, _) => through.fetch_add(-amount, Ordering::Relaxed),
                    (402, ..0) => 0,
                    (other, _) => panic!("{other}: {}", answer.body),
                };
            }
        });
    }
    asking.join_all().await;
    let (through, granted) = (through.load(Ordering::Relaxed), granted.load(Ordering::Relaxed));
    assert_eq!(granted, 5 * 128);
    assert_eq!(left(&service, &key).await, 100 + granted - through);
    let spent: i64 = amounts(&ledger_of(&service).await)
        .iter()
        .filter(|amount| **amount < 0)
        .sum();
    assert_eq!(-spent, through);
}

/// Twice, with one idempotency key.
async fn once(backend: &Program, key: &str, amount: i64) -> Answer {
    let body = json!({"workspace": "acme", "amount": amount, "idempotency_key": key});
    let (first, second) = tokio::join!(backend.post(CREDITS, &body), backend.post(CREDITS, &body));
    if first.status == 200 && second.status == 200 {
        assert_eq!(first.body, second.body);
    }
    // When a grant comes in between, the second may fit where the first did not.
    if first.status == 200 { first } else { second }
}
