//! Faults of the storage: what was acknowledged is there, what was revoked stays revoked, and nobody is lied to meanwhile.

mod chaos;
mod desk;
mod disk;
mod gone;
mod held;
mod line;
mod storage;
mod vanished;
mod world;

use crate::support::Answer;

/// Whether an answer is "not now", in full.
fn assert_not_now(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 503, "{what}: {}", answer.body);
    assert!(
        answer.headers.contains_key("retry-after"),
        "{what}: {:?}",
        answer.headers
    );
    let is_page = answer.headers["content-type"]
        .to_str()
        .unwrap()
        .starts_with("text/html");
    if is_page {
        assert!(
            answer.body.contains("Not available right now"),
            "{what}: {}",
            answer.body
        );
    } else {
        assert_eq!(answer.json()["code"], "unavailable", "{what}: {}", answer.body);
    }
}
