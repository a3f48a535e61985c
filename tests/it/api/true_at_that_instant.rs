//! Under load, nothing that begins after the answer to a change is judged by what was true before it.

use std::time::Duration;

use keyhatch::domain::keys::{self, Edit, NewKeyInput};
use keyhatch::domain::workspaces;
use serde_json::json;

use super::acme;
use crate::support::{Hammer, TestApp};

const CONNECTIONS: usize = 64;
/// What everybody asks; it takes a scope, so that losing it shows too.
const PATH: &str = "/api/v1/api-keys?limit=1&status=disabled";
const ME: &str = "/api/v1/me";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_over_the_api_is_true_at_once() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let keeper = app.program(keeper.text.expose_secret());
    let mut hammer = Hammer::new(&app.address, CONNECTIONS).await;
    for round in 0..50 {
        let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
        let revoke = async {
            let answer = keeper.delete(&format!("/api/v1/api-keys/{}", key.key.id)).await;
            assert_eq!(answer.status, 204, "{}", answer.body);
        };
        let blows = hammer.round(ME, key.text.expose_secret(), revoke).await;
        assert_eq!(blows.accepted_after, 0, "round {round}: {blows:?}");
        assert!(blows.refused_after >= CONNECTIONS, "round {round}: {blows:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn revoking_on_the_page_is_true_at_once() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let ring = app.ring(&workspace, Some(&project));
    let mut hammer = Hammer::new(&app.address, CONNECTIONS).await;
    for round in 0..50 {
        let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
        let revoke = async {
            keys::revoke(&app.app, ring.manage_keys().unwrap(), key.key.id)
                .await
                .unwrap();
        };
        let blows = hammer.round(ME, key.text.expose_secret(), revoke).await;
        assert_eq!(blows.accepted_after, 0, "round {round}: {blows:?}");
        assert!(blows.refused_after >= CONNECTIONS, "round {round}: {blows:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disabling_and_losing_a_scope_are_true_at_once() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let keeper = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let keeper = app.program(keeper.text.expose_secret());
    let mut hammer = Hammer::new(&app.address, CONNECTIONS).await;
    for (round, change) in [json!({"enabled": false}), json!({"scopes": ["shipments:read"]})]
        .into_iter()
        .cycle()
        .take(20)
        .enumerate()
    {
        let key = app
            .key(&workspace, Some(&project), "restricted", "live", &["keys:read"])
            .await;
        let apply = async {
            let answer = keeper.patch(&format!("/api/v1/api-keys/{}", key.key.id), &change).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        };
        let blows = hammer.round(PATH, key.text.expose_secret(), apply).await;
        assert_eq!(blows.accepted_after, 0, "round {round}, {change}: {blows:?}");
        assert!(blows.refused_after >= CONNECTIONS, "round {round}, {change}: {blows:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expiring_and_being_suspended_are_true_at_once() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let ring = app.ring(&workspace, Some(&project));
    let mut hammer = Hammer::new(&app.address, CONNECTIONS).await;
    for round in 0..10 {
        let key = app
            .key_of(
                &workspace,
                Some(&project),
                NewKeyInput {
                    name: format!("for an hour {round}"),
                    type_id: "secret".to_owned(),
                    expires_at: app.app.now().plus(3_600_000).rfc3339(),
                    ..NewKeyInput::default()
                },
            )
            .await;
        let text = key.text.expose_secret();
        let expire = async { app.advance(Duration::from_secs(3_600)) };
        let blows = hammer.round(ME, text, expire).await;
        assert_eq!(blows.accepted_after, 0, "expiry, round {round}: {blows:?}");

        // The same key lives again, and its workspace is suspended.
        let forever = Edit {
            expiry: Some(("never".to_owned(), String::new())),
            ..Edit::default()
        };
        keys::edit(&app.app, ring.manage_keys().unwrap(), key.key.id, forever)
            .await
            .unwrap();
        let suspend = async { workspaces::suspend(&app.app, &workspace).await.unwrap() };
        let blows = hammer.round(ME, text, suspend).await;
        assert_eq!(blows.accepted_after, 0, "suspension, round {round}: {blows:?}");
        assert!(blows.refused_after >= CONNECTIONS, "round {round}: {blows:?}");
        workspaces::resume(&app.app, &workspace).await.unwrap();
    }
}
