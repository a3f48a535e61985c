use std::time::Duration;

use keyhatch::domain::access::{By, ManageProjects};

use crate::support::TestApp;
use crate::support::places::{issue, secret};

#[tokio::test]
async fn it_says_who_did_what_on_what_when_and_from_where() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    alice
        .submit("/w/acme/projects/new", "/w/acme/projects", &[("name", "Shop")])
        .await;
    let standing = keyhatch::domain::access::Standing::enter(&app.app, &alice.account, "acme", "x").await;
    let shop = keyhatch::domain::projects::find(&app.app, &standing.unwrap(), "shop")
        .await
        .unwrap();
    let key = issue(&app, &acme, Some(&shop), &secret("CI <deploy>", "live"))
        .await
        .key;
    app.advance(Duration::from_secs(120));
    let page = alice.get("/w/acme/audit").await;
    assert_eq!(
        page.texts("[data-label=What]"),
        [
            format!("created the key CI <deploy> ({})", key.display_prefix),
            "created the project Shop".to_owned(),
            "created the workspace Acme".to_owned(),
        ]
    );
    assert_eq!(
        page.attribute("[data-label=What] a", "href"),
        Some(format!("/w/acme/p/shop/keys/{}", key.id))
    );
    assert_eq!(
        page.texts("[data-label=Who]"),
        ["The operator", "alice@example.com", "The operator"]
    );
    assert_eq!(page.texts("[data-label=From]"), ["—", "127.0.0.1", "—"]);
    let when = page.text("[data-label=When] time");
    assert!(when.ends_with("UTC (2 minutes ago)"), "{when}");
}

#[tokio::test]
async fn the_cursor_leads_through_all_of_it() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace_on(&alice, "Acme", Some("pro")).await;
    let by = By::operator();
    let mut project = app.project(&acme, "Shop 0").await;
    for n in 1..=60 {
        app.advance(Duration::from_secs(1));
        let proof = ManageProjects::operator(&acme, &by);
        let name = format!("Shop {n}");
        keyhatch::domain::projects::rename(&app.app, proof, &project, &name, None)
            .await
            .unwrap();
        project.name = name;
    }
    let first = alice.get("/w/acme/audit").await;
    assert_eq!(first.texts("tbody tr").len(), 50);
    assert_eq!(first.text(".pagination .hint"), "1–50 of 62 entries");
    let next = first.attribute("[rel=next]", "href").unwrap();
    let second = alice.get(&next).await;
    assert_eq!(second.texts("tbody tr").len(), 12);
    assert_eq!(second.text(".pagination .hint"), "51–62 of 62 entries");
    assert_eq!(second.texts("[rel=next]").len(), 0);
    assert!(
        second
            .text("tbody tr:last-child")
            .contains("created the workspace Acme")
    );
    let all: Vec<_> = [first.texts("[data-label=What]"), second.texts("[data-label=What]")].concat();
    let mut once = all.clone();
    once.dedup();
    assert_eq!(once.len(), 62, "each line once");
    for nonsense in ["?before=nonsense", "?before=1&before=2", "?before=", "?x=%FF"] {
        let page = alice.get(&format!("/w/acme/audit{nonsense}")).await;
        assert_eq!(page.status, 200, "{nonsense}");
        assert_eq!(page.texts("tbody tr").len(), 50, "{nonsense}");
    }
    let end = alice
        .get("/w/acme/audit?before=00000000-0000-7000-8000-000000000000")
        .await;
    assert_eq!(end.text(".empty h2"), "Nothing older than this");
}

#[tokio::test]
async fn a_very_long_trail_is_counted_only_so_far() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    app.workspace(&alice, "Acme").await;
    let id = match app.database_url() {
        Some(_) => "gen_random_uuid()",
        None => "randomblob(16)",
    };
    let columns = "workspace_id, action, actor_kind, actor_name, subject, details, at";
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) \
         INSERT INTO audit_events (id, {columns}) SELECT {id}, {columns} FROM audit_events, n"
    );
    app.app.db.execute(&sql).await.unwrap();
    let newest = alice.get("/w/acme/audit").await;
    assert_eq!(newest.text(".pagination .hint"), "1–50 of more than 10,000 entries");
    // Among random ids, about forty are below this one.
    let older = alice
        .get("/w/acme/audit?before=01000000-0000-7000-8000-000000000000")
        .await;
    let shown = older.texts("tbody tr").len();
    assert_eq!(
        older.text(".pagination .hint"),
        format!("{shown} of more than 10,000 entries")
    );
}
