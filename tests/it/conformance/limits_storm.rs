//! 64 clients at once never get more than a limit allows, in no stretch of time as long as its period.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyhatch::model::timestamp::{HOUR, MINUTE};

use super::service::{Service, judge};
use crate::support::Program;

/// From when to when a request that was let through may have been judged.
type Judged = (i64, i64);

/// Asserts that no stretch of time as long as `period` certainly holds more than `count`.
fn assert_no_window_holds_more(judged: &[Judged], count: usize, period: i64) {
    let mut judged = judged.to_vec();
    judged.sort_unstable();
    for (index, (first, _)) in judged.iter().enumerate() {
        let begun = judged[index..].iter().take_while(|(before, _)| before - first < period);
        let within = begun.filter(|(_, after)| after - first < period).count();
        assert!(within <= count, "{within} within {period} ms from {first}");
    }
}

/// 64 clients who never pause, each with one of these keys, for four periods of a limit. Time runs fast, and memory is shaken.
async fn storm(service: Service, keys: Vec<String>, path: &'static str, count: usize, period: i64) {
    let (service, over) = (Arc::new(service), Arc::new(AtomicBool::new(false)));
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..64 {
        let (service, over) = (Arc::clone(&service), Arc::clone(&over));
        let program = Program::new(&service.app.address, Some(&keys[number % keys.len()]));
        clients.spawn(async move {
            let mut allowed = Vec::new();
            while !over.load(Ordering::Relaxed) {
                let before = service.app.app.now().millis();
                let answer = judge(&program, "POST", path).await;
                match answer.status {
                    200 => allowed.push((before, service.app.app.now().millis())),
                    429 => {}
                    other => panic!("{other}: {}", answer.body),
                }
            }
            allowed
        });
    }
    let app = &service.app.app;
    let began = app.now().millis();
    for turn in 0.. {
        if app.now().millis() > began + 4 * period {
            break;
        }
        tokio::time::sleep(Duration::from_millis(7)).await;
        service.app.clock.advance_millis(period / 120 + turn % 13);
        match turn % 17 {
            3 => app.records.forget_all(),
            9 => app.records.sweep(app.now()),
            // Without a lease the database is asked.
            14 => app.records.lease.end(),
            _ => {}
        }
    }
    over.store(true, Ordering::Relaxed);
    let allowed = clients.join_all().await.into_iter().flatten().collect::<Vec<_>>();
    assert_no_window_holds_more(&allowed, count, period);
    // They are not simply kept out: whoever never pauses gets all of it, each time it is forgotten.
    assert!(allowed.len() >= 3 * count, "{} in four periods", allowed.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_64_clients_with_one_key_get_more_than_the_key_may_in_any_window() {
    let service = Service::start("codivupload").await;
    let key = service.mint("workspace", &[]).await;
    storm(service, vec![key], "/v1/posts", 100, MINUTE).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_64_clients_with_eight_keys_get_more_than_the_workspace_may_in_any_window() {
    let service = Service::start("codivupload").await;
    let mut keys = Vec::new();
    for _ in 0..8 {
        keys.push(service.mint("workspace", &[]).await);
    }
    storm(service, keys, "/v1/upload-media", 50, HOUR).await;
}
