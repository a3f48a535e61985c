//! Under load, nothing that begins after the answer to a change is judged by what was true before it.

use std::time::Duration;

use keyhatch::domain::access::KeyRing;
use keyhatch::domain::keys::{self, Edit, NewKeyInput};
use keyhatch::domain::verify::{Question, verify};
use keyhatch::domain::workspaces;
use keyhatch::model::verdict::Verdict;
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
        .take(100)
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
    for round in 0..50 {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hammer_itself_sees_what_is_accepted_too_late() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let key = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let mut hammer = Hammer::new(&app.address, 8).await;
    let blows = hammer.round(ME, key.text.expose_secret(), async {}).await;
    assert!(blows.accepted_after >= 8, "{blows:?}");
    assert!(blows.accepted_before >= 8, "{blows:?}");
}

/// Between being verified and writing, a key may lose what it was verified with.
#[tokio::test]
async fn a_maker_that_was_revoked_meanwhile_makes_and_changes_nothing() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let operator = app.ring(&workspace, Some(&project));
    let proof = operator.manage_keys().unwrap();
    let target = app
        .key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
        .await;
    let all = ["keys:write", "rates:read"];
    for meanwhile in ["revoked", "disabled", "narrowed", "suspended"] {
        let maker = app.key(&workspace, Some(&project), "restricted", "live", &all).await;
        let question = Question {
            credential: Some(maker.text.expose_secret()),
            ..Question::default()
        };
        let Verdict::Allowed(identity) = verify(&app.app, &question).await.unwrap() else {
            panic!("a good key is refused");
        };
        let ring = KeyRing::held_by_key(&identity, None);
        match meanwhile {
            "revoked" => drop(keys::revoke(&app.app, proof, maker.key.id).await.unwrap()),
            "disabled" => drop(keys::disable(&app.app, proof, maker.key.id).await.unwrap()),
            "narrowed" => {
                let less = Edit {
                    scopes: Some(vec!["keys:write".to_owned()]),
                    ..Edit::default()
                };
                drop(keys::edit(&app.app, proof, maker.key.id, less).await.unwrap());
            }
            _ => workspaces::suspend(&app.app, &workspace).await.unwrap(),
        }
        let input = NewKeyInput {
            name: format!("by a {meanwhile} key"),
            type_id: "restricted".to_owned(),
            scopes: vec!["rates:read".to_owned()],
            ..NewKeyInput::default()
        };
        let by_key = ring.manage_keys().unwrap();
        let new = input.check(&app.app, by_key).unwrap();
        let made = keys::issue(&app.app, by_key, new).await;
        assert!(made.is_err(), "{meanwhile}");
        assert!(
            keys::disable(&app.app, by_key, target.key.id).await.is_err(),
            "{meanwhile}"
        );
        assert!(
            keys::revoke(&app.app, by_key, target.key.id).await.is_err(),
            "{meanwhile}"
        );
    }
    workspaces::resume(&app.app, &workspace).await.unwrap();
    let answer = app.program(target.text.expose_secret()).get(ME).await;
    assert_eq!(answer.status, 200, "nothing happened to it");
}

/// Keys that change each other while people change both: everybody gets an answer, nobody waits in a circle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_change_each_other_at_once_all_get_an_answer() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let mut both = Vec::new();
    for _ in 0..2 {
        both.push(app.key(&workspace, Some(&project), "secret", "live", &[]).await);
    }
    let mut tasks = Vec::new();
    for round in 0..50 {
        for (actor, target) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
            let program = app.program(both[actor].text.expose_secret());
            let path = format!("/api/v1/api-keys/{}", both[target].key.id);
            tasks.push(tokio::spawn(async move {
                let body = json!({"webhook_url": format!("https://example.com/{round}/{actor}/{target}")});
                program.patch(&path, &body).await.status
            }));
        }
        let (data, ring, id) = (
            app.app.clone(),
            app.ring(&workspace, Some(&project)),
            both[round % 2].key.id,
        );
        tasks.push(tokio::spawn(async move {
            let edit = Edit {
                webhook_url: Some(format!("https://example.com/{round}")),
                ..Edit::default()
            };
            keys::edit(&data, ring.manage_keys().unwrap(), id, edit)
                .await
                .map_or(500, |_| 200)
        }));
        let data = app.app.clone();
        tasks.push(tokio::spawn(async move {
            data.usage.flush(&data.db).await.map_or(500, |()| 200)
        }));
    }
    for task in tasks {
        assert_eq!(task.await.unwrap(), 200);
    }
}
