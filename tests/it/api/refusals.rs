//! The whole table of refusals: status, code and order, on `/me`, on the management addresses, and in what the provider is
//! told.

use keyhatch::domain::keys::{self, NewKeyInput};
use keyhatch::domain::verify::{Question, verify};
use keyhatch::domain::workspaces;
use keyhatch::model::key::KeyState;
use serde_json::json;

use super::acme;
use crate::support::{Program, TestApp};

#[tokio::test]
async fn every_refusal_has_its_status_and_code() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let ring = app.ring(&workspace, Some(&project));
    let proof = ring.manage_keys().unwrap();
    let project = Some(&project);
    let backend = app.backend().await;

    let good = app.key(&workspace, project, "secret", "live", &[]).await;
    let text = good.text.expose_secret();
    let other = if text.ends_with('x') { 'y' } else { 'x' };
    let typo = format!("{}{other}", &text[..text.len() - 1]);
    let revoked = app.key(&workspace, project, "secret", "live", &[]).await;
    keys::revoke(&app.app, proof, revoked.key.id).await.unwrap();
    let disabled = app.key(&workspace, project, "secret", "live", &[]).await;
    keys::disable(&app.app, proof, disabled.key.id).await.unwrap();
    let expired = NewKeyInput {
        name: "short".to_owned(),
        type_id: "secret".to_owned(),
        expires_at: app.app.now().plus(60_000).rfc3339(),
        ..NewKeyInput::default()
    };
    let expired = app.key_of(&workspace, project, expired).await;
    app.advance(std::time::Duration::from_secs(60));
    // Of another deployment: well formed, unknown here.
    let other = TestApp::start().await;
    let (elsewhere, site) = acme(&other).await;
    let unknown = other.key(&elsewhere, Some(&site), "secret", "live", &[]).await;

    let me = |key: String| {
        let program = app.program(&key);
        async move { program.get("/api/v1/me").await }
    };
    assert_eq!(me(good.text.expose_secret().to_owned()).await.status, 200);
    let table = [
        ("malformed", "nonsense".to_owned(), None),
        ("malformed", typo, None),
        ("unknown", unknown.text.expose_secret().to_owned(), None),
        ("revoked", revoked.text.expose_secret().to_owned(), Some(revoked.key.id)),
        (
            "disabled",
            disabled.text.expose_secret().to_owned(),
            Some(disabled.key.id),
        ),
        ("expired", expired.text.expose_secret().to_owned(), Some(expired.key.id)),
    ];
    for (reason, key, id) in table {
        let answer = me(key.clone()).await;
        assert_eq!(answer.status, 401, "{reason}: {}", answer.body);
        assert_eq!(answer.json()["code"], "invalid_credentials", "{reason}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert!(!answer.body.contains(reason) || reason == "unknown" || answer.body.contains("or revoked"));
        let told = backend.post("/provider/v1/keys/verify", &json!({"key": key})).await;
        assert_eq!(told.status, 200);
        let told = told.json();
        assert_eq!(
            (&told["valid"], &told["code"], &told["reason"], &told["status"]),
            (
                &json!(false),
                &json!("invalid_credentials"),
                &json!(reason),
                &json!(401)
            )
        );
        assert_eq!(
            told.get("key_id"),
            id.map(|id| json!(id.to_string())).as_ref(),
            "{reason}"
        );
    }
    let nobody = Program::new(&app.address, None).get("/api/v1/me").await;
    assert_eq!(nobody.status, 401);
    assert_eq!(nobody.json()["code"], "missing_authorization");
    assert_eq!(nobody.headers["www-authenticate"], "Bearer");

    // State comes before suspension, suspension before environment and scope.
    let narrow = app
        .key(&workspace, project, "restricted", "live", &["rates:read"])
        .await;
    let narrow = narrow.text.expose_secret();
    workspaces::suspend(&app.app, &workspace).await.unwrap();
    for path in ["/api/v1/me", "/api/v1/api-keys"] {
        let answer = app.program(narrow).get(path).await;
        assert_eq!(
            (answer.status, answer.json()["code"].clone()),
            (403, json!("workspace_suspended"))
        );
    }
    assert_eq!(me(revoked.text.expose_secret().to_owned()).await.status, 401);
    workspaces::resume(&app.app, &workspace).await.unwrap();

    // Environment before scope.
    let ask = |extra: serde_json::Value| {
        let mut body = json!({"key": narrow});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let backend = backend.clone();
        async move { backend.post("/provider/v1/keys/verify", &body).await.json() }
    };
    let told = ask(json!({"environment": "test", "scopes": ["labels:write"]})).await;
    assert_eq!(
        (&told["reason"], &told["needed"]),
        (&json!("wrong_environment"), &json!("test"))
    );
    let told = ask(json!({"environment": "live", "scopes": ["rates:read", "labels:write"]})).await;
    assert_eq!(
        (&told["code"], &told["reason"], &told["needed"], &told["status"]),
        (
            &json!("insufficient_scope"),
            &json!("insufficient_scope"),
            &json!("labels:write"),
            &json!(403)
        )
    );
    let answer = app.program(narrow).get("/api/v1/api-keys").await;
    assert_eq!(
        (answer.status, answer.json()["code"].clone()),
        (403, json!("insufficient_scope"))
    );
    assert!(
        answer.json()["error"].as_str().unwrap().contains("keys:read"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn management_takes_the_scope_or_full_access() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let kinds: [(&str, &[&str], u16, u16); 5] = [
        ("secret", &[], 200, 201),
        ("restricted", &["keys:read"], 200, 403),
        ("restricted", &["keys:write", "rates:read"], 403, 201),
        ("restricted", &["rates:read"], 403, 403),
        ("publishable", &[], 403, 403),
    ];
    for (type_id, scopes, list, create) in kinds {
        let key = app.key(&workspace, Some(&project), type_id, "live", scopes).await;
        let program = app.program(key.text.expose_secret());
        assert_eq!(program.get("/api/v1/me").await.status, 200);
        assert_eq!(
            program.get("/api/v1/api-keys").await.status,
            list,
            "{type_id} {scopes:?}"
        );
        let body = json!({"name": format!("by {}", key.key.id), "scopes": ["rates:read"]});
        let answer = program.post("/api/v1/api-keys", &body).await;
        assert_eq!(answer.status, create, "{type_id} {scopes:?} {}", answer.body);
    }
    // A profile without routes for it: only full access will do.
    let (_folder, path) = super::profile_with(&[
        (
            "[\"GET /api/v1/api-keys\", \"GET /api/v1/api-keys/{id}\"]",
            "[\"GET /api/v1/x\"]",
        ),
        (
            "[\"POST /api/v1/api-keys\", \"PATCH /api/v1/api-keys/{id}\", \"DELETE /api/v1/api-keys/{id}\"]",
            "[\"POST /api/v1/x\"]",
        ),
    ]);
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await;
    let (workspace, project) = acme(&app).await;
    let scopes = ["keys:read", "keys:write"];
    for (type_id, scopes, status) in [
        ("secret", &[][..], 200),
        ("restricted", &scopes, 403),
        ("publishable", &[], 403),
    ] {
        let key = app.key(&workspace, Some(&project), type_id, "live", scopes).await;
        let answer = app.program(key.text.expose_secret()).get("/api/v1/api-keys").await;
        assert_eq!(answer.status, status, "{type_id}: {}", answer.body);
    }
}

#[tokio::test]
async fn every_verdict_is_counted_and_only_good_ones_move_the_last_use() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app
        .key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
        .await;
    let program = app.program(key.text.expose_secret());
    let ring = app.ring(&workspace, Some(&project));
    assert_eq!(program.get("/api/v1/api-keys").await.status, 403);
    app.app.usage.flush(&app.app.db).await.unwrap();
    let now = keys::find(&app.app, ring.read_keys(), key.key.id).await.unwrap();
    assert_eq!(now.last_use, None, "a refused request is no use");
    for _ in 0..3 {
        assert_eq!(program.get("/api/v1/me").await.status, 200);
    }
    app.app.usage.flush(&app.app.db).await.unwrap();
    let now = keys::find(&app.app, ring.read_keys(), key.key.id).await.unwrap();
    assert_eq!(now.last_use.unwrap().address, "127.0.0.1");
    assert_eq!(now.state, KeyState::Active);
    let sums = keyhatch::store::usage::sums_since(app.app.db.reader(), &[key.key.id], 0)
        .await
        .unwrap();
    let mut sums: Vec<_> = sums.into_iter().map(|sum| (sum.outcome, sum.count)).collect();
    sums.sort();
    assert_eq!(sums, [("accepted".into(), 3), ("insufficient_scope".into(), 1)]);
}

#[tokio::test]
async fn counts_of_a_key_that_is_gone_do_not_hold_up_the_others() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let gone = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    for (key, address) in [(&gone, "192.0.2.1"), (&key, "192.0.2.2"), (&key, "192.0.2.3")] {
        let question = Question {
            credential: Some(key.text.expose_secret()),
            address: address.parse().ok(),
            ..Question::default()
        };
        verify(&app.app, &question).await.unwrap();
    }
    let delete = format!("DELETE FROM keys WHERE name = '{}'", gone.key.name);
    app.app.db.execute(&delete).await.unwrap();
    app.app.usage.flush(&app.app.db).await.unwrap();
    let ring = app.ring(&workspace, Some(&project));
    let found = keys::find(&app.app, ring.read_keys(), key.key.id).await.unwrap();
    assert_eq!(found.last_use.unwrap().address, "192.0.2.3");
    let sums = keyhatch::store::usage::sums_since(app.app.db.reader(), &[key.key.id], 0)
        .await
        .unwrap();
    assert_eq!(sums[0].count, 2);
}
