//! Rate limits: exact under concurrency, for keys and workspaces, and honest about when to come back.

use std::time::Duration;

use serde_json::json;

use crate::support::places::acme;
use crate::support::{Program, TestApp};

/// The example profile with small limits: 20 requests a minute for each key, 7 exports an hour for a workspace.
async fn app_with_limits() -> (TestApp, tempfile::NamedTempFile) {
    let text = include_str!("../../../profiles/example.toml").replace(
        "limits = { requests = 1_000_000_000, exports = 2_000 }",
        "limits = { requests = 20, exports = 7 }",
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let path = file.path().display().to_string();
    (TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await, file)
}

async fn export(app: &TestApp, backend: &Program, key: &str) -> serde_json::Value {
    let question = json!({"key": key, "method": "POST", "path": "/api/v1/shipments/exports"});
    let answer = backend.post("/provider/v1/keys/verify", &question).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(app.app.records.lease.is_valid());
    answer.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_get_exactly_what_is_allowed() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    for _ in 0..3 {
        let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..64 {
            let program = app.program(key.text.expose_secret());
            asking.spawn(async move { program.get("/api/v1/me").await });
        }
        let mut accepted = 0;
        while let Some(answer) = asking.join_next().await {
            let answer = answer.unwrap();
            match answer.status {
                200 => accepted += 1,
                429 => assert_eq!(answer.json()["code"], "rate_limit_exceeded"),
                other => panic!("{other}: {}", answer.body),
            }
        }
        assert_eq!(accepted, 20);
    }
}

#[tokio::test]
async fn whoever_waits_as_long_as_he_is_told_is_let_through() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let program = app.program(key.text.expose_secret());
    for _ in 0..20 {
        assert_eq!(program.get("/api/v1/me").await.status, 200);
    }
    let refused = program.get("/api/v1/me").await;
    assert_eq!(refused.status, 429);
    let header = |name: &str| refused.headers.get(name).unwrap().to_str().unwrap().to_owned();
    let wait: u64 = header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(header("ratelimit-policy"), "\"requests\";q=20;w=60");
    assert_eq!(header("ratelimit"), format!("\"requests\";r=0;t={wait}"));
    assert_eq!(
        refused.json()["error"],
        format!("Rate limit exceeded. Try again in {wait} seconds.")
    );
    app.advance(Duration::from_secs(wait - 2));
    assert_eq!(program.get("/api/v1/me").await.status, 429);
    app.advance(Duration::from_secs(2));
    assert_eq!(program.get("/api/v1/me").await.status, 200);
}

#[tokio::test]
async fn a_refused_request_counts_against_nothing() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    let key = app
        .key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
        .await;
    let backend = app.backend().await;
    for _ in 0..30 {
        let refused = export(&app, &backend, key.text.expose_secret()).await;
        assert_eq!(refused["code"], "insufficient_scope");
    }
    let program = app.program(key.text.expose_secret());
    for _ in 0..20 {
        assert_eq!(program.get("/api/v1/me").await.status, 200);
    }
    assert_eq!(program.get("/api/v1/me").await.status, 429);
}

#[tokio::test]
async fn a_workspace_shares_its_allowance() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    let other_project = app.project(&workspace, "Shop").await;
    let backend = app.backend().await;
    let one = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let two = app.key(&workspace, Some(&other_project), "secret", "test", &[]).await;
    for turn in 0..7 {
        let key = if turn % 2 == 0 { &one } else { &two };
        assert_eq!(export(&app, &backend, key.text.expose_secret()).await["valid"], true);
    }
    for key in [&one, &two] {
        let refused = export(&app, &backend, key.text.expose_secret()).await;
        assert_eq!(
            (&refused["code"], &refused["needed"]),
            (&"rate_limit_exceeded".into(), &"exports".into())
        );
        assert_eq!(refused["status"], 429);
        assert!(refused["retry_after"].as_i64().unwrap() > 3_000);
        // Other requests go on; what was refused for one limit was not counted against the other.
        let program = app.program(key.text.expose_secret());
        for _ in 0..10 {
            assert_eq!(program.get("/api/v1/me").await.status, 200);
        }
    }
    // Renaming makes memory forget who they are, not how much they did.
    let by = keyhatch::domain::access::By::operator();
    let proof = keyhatch::domain::access::ManageWorkspace::operator(&workspace, &by);
    keyhatch::domain::workspaces::rename(&app.app, proof, "Acme & Sons", None)
        .await
        .unwrap();
    assert_eq!(
        export(&app, &backend, one.text.expose_secret()).await["code"],
        "rate_limit_exceeded"
    );
}

#[tokio::test]
async fn a_caller_may_name_a_limit() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let backend = app.backend().await;
    let question = json!({"key": key.text.expose_secret(), "limit": "exports"});
    for turn in 0..8 {
        let answer = backend.post("/provider/v1/keys/verify", &question).await.json();
        assert_eq!(answer["valid"], turn < 7, "{answer}");
    }
}

#[tokio::test]
async fn nothing_forgets_what_was_let_through() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let ring = app.ring(&workspace, Some(&project));
    let proof = ring.manage_keys().unwrap();
    let program = app.program(key.text.expose_secret());
    for turn in 0..20 {
        match turn % 4 {
            0 => app.app.records.forget_all(),
            1 => app.app.records.sweep(app.app.now()),
            2 => {
                keyhatch::domain::keys::disable(&app.app, proof, key.key.id)
                    .await
                    .unwrap();
                keyhatch::domain::keys::enable(&app.app, proof, key.key.id)
                    .await
                    .unwrap();
            }
            // Without a lease, the database is asked; the count is the same.
            _ => app.app.records.lease.end(),
        }
        assert_eq!(program.get("/api/v1/me").await.status, 200, "{turn}");
    }
    app.app.records.forget_all();
    assert_eq!(program.get("/api/v1/me").await.status, 429);
}

#[tokio::test]
async fn whoever_sends_exactly_what_the_plan_sells_is_never_refused() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    let backend = app.backend().await;
    // A millisecond more, because the clock of the answer is read a little later or sooner each time.
    for (every, at_once) in [(3_001, 1), (60_001, 20), (15_001, 5)] {
        let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
        let question = json!({"key": key.text.expose_secret()});
        for turn in 0..60 / at_once {
            for _ in 0..at_once {
                let answer = backend.post("/provider/v1/keys/verify", &question).await.json();
                assert_eq!(
                    answer["valid"], true,
                    "{at_once} every {every} ms, turn {turn}: {answer}"
                );
            }
            app.advance(Duration::from_millis(every));
        }
    }
}

#[tokio::test]
async fn no_wait_is_longer_than_the_policy_says() {
    let (app, _profile) = app_with_limits().await;
    let (workspace, project) = acme(&app).await;
    let backend = app.backend().await;
    for after in [0, 1, 299, 301, 3_599] {
        app.advance(Duration::from_secs(after));
        let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
        let key = key.text.expose_secret();
        let mut refused = export(&app, &backend, key).await;
        while refused["valid"] == true {
            refused = export(&app, &backend, key).await;
        }
        let wait = refused["retry_after"].as_u64().unwrap();
        assert!((1..=3_600).contains(&wait), "{refused}");
        app.advance(Duration::from_secs(wait));
        assert_eq!(export(&app, &backend, key).await["valid"], true, "after {wait} s");
    }
}
