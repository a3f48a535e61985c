//! The balance and the ledger on pages: who sees them, and what they say.

use serde_json::json;

use super::{CREDITS, amounts, change, job, ledger_of, left, service_with};
use crate::conformance::service::Service;

const PAGE: &str = "/w/acme/credits";

#[tokio::test]
async fn members_see_the_balance_and_each_change() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    let made = service.make(&[("name", "worker <a>")]).await;
    assert_eq!(job(&service, &made.text).await, 200);
    let gift = json!({"workspace": "acme", "amount": 2_000, "reason": "Sorry <b>for</b> the wait"});
    assert_eq!(backend.post(CREDITS, &gift).await.status, 200);
    let page = service.alice.get(PAGE).await;
    assert_eq!(page.text("h1"), "Credits");
    let facts = page.text("dl.definition");
    assert!(
        facts.contains("2,099 credits") && facts.contains("1 for POST /api/v2/jobs"),
        "{facts}"
    );
    let rows = page.texts("tbody tr");
    assert_eq!(rows.len(), 3);
    assert!(
        rows[0].contains("By Kodisc") && rows[0].contains("+2,000") && rows[0].contains("2,099"),
        "{rows:?}"
    );
    assert!(rows[0].contains("Sorry <b>for</b> the wait"), "{rows:?}");
    assert!(rows[1].contains("POST /api/v2/jobs") && rows[1].contains("−1") && rows[1].contains("worker <a>"));
    assert!(rows[2].contains("Start") && rows[2].contains("+100"));
    assert_eq!(page.attribute("tbody a", "href"), Some(made.url.clone()));
    let overview = service.alice.get("/w/acme").await;
    assert!(
        overview.text("main").contains("Credits left: 2,099"),
        "{}",
        overview.body
    );
    assert_eq!(
        overview.attribute("main a[href$=credits]", "href").as_deref(),
        Some(PAGE)
    );
    assert_eq!(
        overview.attribute(".sections a[href$=credits]", "href").as_deref(),
        Some(PAGE)
    );
    let sam = service.app.person("sam").await;
    let desk = [("display_prefix", &made.text[..16])];
    let found = sam.submit("/staff", "/staff/lookups", &desk).await;
    assert!(
        found.text("dl.definition").contains("Balance 2,099 credits"),
        "{}",
        found.body
    );
}

#[tokio::test]
async fn every_member_and_nobody_else_reads_it() {
    let service = Service::start("kodisc").await;
    for role in ["viewer", "developer", "admin"] {
        let person = service.app.person(role).await;
        assert_eq!(person.get(PAGE).await.status, 404);
        service.app.join(&service.workspace, &person, role).await;
        assert_eq!(person.get(PAGE).await.status, 200, "{role}");
    }
    let charlie = service.app.person("charlie").await;
    service.app.workspace(&charlie, "Other").await;
    assert_eq!(charlie.get(PAGE).await.status, 404);
    assert_eq!(service.app.browser().get(PAGE).await.status, 303);
}

#[tokio::test]
async fn a_long_ledger_has_pages() {
    let service = Service::start("kodisc").await;
    let backend = service.app.backend().await;
    for _ in 0..60 {
        assert_eq!(change(&backend, -1).await.status, 200);
    }
    let newest = service.alice.get(PAGE).await;
    assert_eq!(newest.texts("tbody tr").len(), 50);
    assert_eq!(newest.text(".pagination .hint"), "1–50 of 61 entries");
    let next = newest.attribute(".pagination a[rel=next]", "href").unwrap();
    let older = service.alice.get(&next).await;
    assert_eq!(older.texts("tbody tr").len(), 11);
    assert_eq!(older.text(".pagination .hint"), "51–61 of 61 entries");
    assert!(
        older.text("dl.definition").contains("40 credits"),
        "the balance is that of now"
    );
    assert_eq!(older.attribute(".actions a", "href").as_deref(), Some(PAGE));
    assert_eq!(older.attribute(".pagination a[rel=next]", "href"), None);
    let none = service.alice.get(&format!("{PAGE}?before=1")).await;
    assert!(none.text("main").contains("Nothing older than this"), "{}", none.body);
    assert_eq!(
        service
            .alice
            .get(&format!("{PAGE}?before=nonsense"))
            .await
            .texts("tbody tr")
            .len(),
        50
    );
}

#[tokio::test]
async fn the_profile_names_them_and_may_start_with_none() {
    let changes = [
        ("unit = \"credits\"", "unit = \"sparks\""),
        ("start = 100", "start = 0"),
    ];
    let (service, _profile) = service_with("kodisc", &changes).await;
    let page = service.alice.get(PAGE).await;
    assert_eq!(page.text("h1"), "Sparks");
    assert!(page.text("dl.definition").contains("0 sparks") && page.text("main").contains("Nothing yet"));
    let key = service.mint("live", &[]).await;
    assert_eq!(
        service.me(&key).await.json()["credits"],
        json!({"balance": 0, "unit": "sparks"})
    );
    let refused = service.judge(&key, "POST", "/api/v2/jobs").await;
    assert_eq!(
        refused.json()["error"],
        "Not enough sparks: this takes 1, and the workspace has 0."
    );
}

/// As it is when a profile gets credits after workspaces were made.
#[tokio::test]
async fn a_workspace_that_is_older_than_its_credits_begins_like_any_other() {
    let service = Service::start("kodisc").await;
    let (backend, key) = (service.app.backend().await, service.mint("live", &[]).await);
    let forget = async || {
        for table in ["credit_entries", "credit_balances"] {
            service
                .app
                .app
                .db
                .execute(&format!("DELETE FROM {table}"))
                .await
                .unwrap();
        }
    };
    forget().await;
    assert_eq!(left(&service, &key).await, 100);
    assert_eq!(amounts(&ledger_of(&service).await), [100]);
    forget().await;
    assert_eq!(job(&service, &key).await, 200);
    assert_eq!(amounts(&ledger_of(&service).await), [100, -1]);
    forget().await;
    assert_eq!(change(&backend, 7).await.json()["balance"], 107);
    forget().await;
    assert_eq!(change(&backend, -101).await.status, 402);
    assert_eq!(amounts(&ledger_of(&service).await), [100]);
    forget().await;
    assert!(
        service
            .alice
            .get(PAGE)
            .await
            .text("dl.definition")
            .contains("100 credits")
    );
    forget().await;
    // All at once.
    let asking = (0..16).map(|_| left(&service, &key));
    assert_eq!(futures_util::future::join_all(asking).await, [100; 16]);
    assert_eq!(amounts(&ledger_of(&service).await), [100]);
}
