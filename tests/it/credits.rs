//! Credits: exact, whoever spends them, and however many at once.

mod killed;
mod low;
mod pages;
mod provider;
mod race;
mod verification;

use keyhatch::model::credits::CreditEntry;
use keyhatch::model::ids::WorkspaceId;
use keyhatch::store;
use keyhatch::store::Db;
use serde_json::{Value, json};

use crate::conformance::service::Service;
use crate::support::{Answer, Program};

const CREDITS: &str = "/provider/v1/credits";

/// A service with a profile of its own: one of those that come along, changed.
async fn service_with(profile: &str, changes: &[(&str, &str)]) -> (Service, tempfile::NamedTempFile) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let mut text = std::fs::read_to_string(folder.join(format!("{profile}.toml"))).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    (Service::with_file(file.path(), None).await, file)
}

async fn change(backend: &Program, amount: i64) -> Answer {
    backend
        .post(CREDITS, &json!({"workspace": "acme", "amount": amount}))
        .await
}

/// What `/me` says is left.
async fn left(service: &Service, key: &str) -> i64 {
    let me = service.me(key).await;
    assert_eq!(me.status, 200, "{}", me.body);
    me.json()["credits"]["balance"].as_i64().unwrap()
}

/// A request that costs one credit.
async fn job(service: &Service, key: &str) -> u16 {
    service.status(key, "POST", "/api/v2/jobs").await
}

/// The whole ledger, oldest first, after it was found to add up.
async fn ledger(db: &Db, workspace: WorkspaceId) -> Vec<CreditEntry> {
    let mut entries = store::credits::list(db.reader(), workspace, None, 1_000_000)
        .await
        .unwrap();
    entries.reverse();
    let mut sum = 0;
    for (place, entry) in entries.iter().enumerate() {
        sum += entry.amount;
        assert_eq!(
            entry.number,
            place as i64 + 1,
            "no line is missing, none is there twice"
        );
        assert_eq!(entry.balance, sum, "{entry:?}");
        assert!(sum >= 0, "{entry:?}");
    }
    let balance = store::credits::balance(db.reader(), workspace).await.unwrap();
    assert_eq!(balance, Some(sum), "the ledger sums to the balance");
    entries
}

async fn ledger_of(service: &Service) -> Vec<CreditEntry> {
    ledger(&service.app.app.db, service.workspace.id).await
}

fn amounts(entries: &[CreditEntry]) -> Vec<i64> {
    entries.iter().map(|entry| entry.amount).collect()
}

fn field(answer: &Answer, name: &str) -> Value {
    assert_eq!(answer.status, 422, "{}", answer.body);
    answer.json()["fields"][name].clone()
}
