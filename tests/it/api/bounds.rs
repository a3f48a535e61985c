//! Limits that hold: the plan's, under concurrent creation; and a maker's own power, which no key it makes exceeds.

use std::collections::BTreeSet;

use keyhatch::domain::keys::NewKeyInput;
use serde_json::{Value, json};

use super::acme;
use crate::support::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_creations_at_once_take_one_last_place_once() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let workspace = app.workspace_on(&alice, "Acme", Some("free")).await;
    let project = app.project(&workspace, "Site").await;
    let maker = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let maker = app.program(maker.text.expose_secret());
    for _ in 0..4 {
        app.key(&workspace, Some(&project), "restricted", "live", &["rates:read"])
            .await;
    }
    let attempts = (0..20).map(|number| {
        let maker = maker.clone();
        tokio::spawn(async move {
            let body = json!({"name": format!("key number {number}"), "scopes": ["rates:read"]});
            maker.post("/api/v1/api-keys", &body).await
        })
    });
    let attempts: Vec<_> = attempts.collect();
    let mut made = 0;
    for attempt in attempts {
        let answer = attempt.await.unwrap();
        match answer.status {
            201 => made += 1,
            status => {
                assert_eq!(status, 409, "{}", answer.body);
                assert_eq!(answer.json()["code"], "plan_limit_reached");
                assert!(answer.json()["error"].as_str().unwrap().contains("5 restricted keys"));
            }
        }
    }
    assert_eq!(made, 1);
    let list = maker.get("/api/v1/api-keys?type=restricted").await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 5);
}

struct Maker {
    type_id: &'static str,
    environment: &'static str,
    scopes: &'static [&'static str],
    expires: bool,
}

const MAKERS: [Maker; 5] = [
    Maker {
        type_id: "secret",
        environment: "live",
        scopes: &[],
        expires: false,
    },
    Maker {
        type_id: "secret",
        environment: "test",
        scopes: &[],
        expires: true,
    },
    Maker {
        type_id: "restricted",
        environment: "live",
        scopes: &["keys:write", "shipments:read"],
        expires: false,
    },
    Maker {
        type_id: "restricted",
        environment: "test",
        scopes: &["keys:write"],
        expires: true,
    },
    Maker {
        type_id: "publishable",
        environment: "live",
        scopes: &[],
        expires: false,
    },
];

#[tokio::test]
async fn a_key_made_by_a_key_never_exceeds_its_maker() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let soon = app.app.now().plus(30 * 86_400_000);
    let (sooner, later) = (soon.plus(-86_400_000), soon.plus(86_400_000));
    let mut asked = 0;
    for (number, maker) in MAKERS.iter().enumerate() {
        let input = NewKeyInput {
            name: format!("maker {number}"),
            type_id: maker.type_id.to_owned(),
            environment: maker.environment.to_owned(),
            scopes: maker.scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            expires_at: if maker.expires { soon.rfc3339() } else { String::new() },
            ..NewKeyInput::default()
        };
        let key = app.key_of(&workspace, Some(&project), input).await;
        let program = app.program(key.text.expose_secret());
        for type_id in ["secret", "restricted", "publishable"] {
            for environment in ["live", "test"] {
                for scopes in [
                    &[][..],
                    &["shipments:read"],
                    &["keys:write"],
                    &["shipments:read", "labels:write"],
                ] {
                    if (type_id == "restricted") == scopes.is_empty() {
                        continue;
                    }
                    for expires_at in [None, Some(sooner), Some(soon), Some(later)] {
                        asked += 1;
                        let body = json!({
                            "name": format!("made {asked}"), "type": type_id, "environment": environment,
                            "scopes": scopes, "expires_at": expires_at.map(|at| at.rfc3339()),
                        });
                        let answer = program.post("/api/v1/api-keys", &body).await;
                        let within = match maker.type_id {
                            "secret" => true,
                            "restricted" => {
                                let held: BTreeSet<_> = maker.scopes.iter().collect();
                                type_id == "restricted" && scopes.iter().all(|scope| held.contains(scope))
                            }
                            _ => false,
                        } && environment == maker.environment
                            && (!maker.expires || expires_at.is_some_and(|at| at <= soon));
                        assert_eq!(answer.status == 201, within, "maker {number}, {body}: {}", answer.body);
                        if within {
                            assert_eq!(answer.json()["scopes"], json!(scopes));
                            assert_eq!(answer.json()["environment"], environment);
                        } else {
                            assert!(matches!(answer.status, 403 | 422), "{}", answer.body);
                        }
                    }
                }
            }
        }
    }
    assert_eq!(asked, 5 * 2 * 4 * 5);
}

#[tokio::test]
async fn a_key_cannot_raise_itself_or_touch_what_is_above_it() {
    let app = TestApp::start().await;
    let (workspace, project) = acme(&app).await;
    let above = app.key(&workspace, Some(&project), "secret", "live", &[]).await;
    let elsewhere = app
        .key(&workspace, Some(&project), "restricted", "test", &["rates:read"])
        .await;
    let in_a_month = app.app.now().plus(30 * 86_400_000);
    let input = NewKeyInput {
        name: "keeper".to_owned(),
        type_id: "restricted".to_owned(),
        scopes: vec!["keys:write".to_owned(), "rates:read".to_owned()],
        expires_at: in_a_month.rfc3339(),
        ..NewKeyInput::default()
    };
    let keeper = app.key_of(&workspace, Some(&project), input).await;
    let program = app.program(keeper.text.expose_secret());
    let own = format!("/api/v1/api-keys/{}", keeper.key.id);
    let too_much: [(&str, Value, u16); 4] = [
        (
            "more scopes",
            json!({"scopes": ["keys:write", "rates:read", "labels:write"]}),
            403,
        ),
        ("for ever", json!({"expires_at": null}), 422),
        ("longer", json!({"expires_at": in_a_month.plus(1000).rfc3339()}), 422),
        ("unknown", json!({"scopes": ["everything"]}), 422),
    ];
    for (what, change, status) in too_much {
        assert_eq!(program.patch(&own, &change).await.status, status, "{what}");
    }
    for target in [&above, &elsewhere] {
        let path = format!("/api/v1/api-keys/{}", target.key.id);
        assert_eq!(program.patch(&path, &json!({"enabled": false})).await.status, 403);
        assert_eq!(program.delete(&path).await.status, 403);
    }
    // What it may: less for itself, and its own end.
    assert_eq!(
        program.patch(&own, &json!({"scopes": ["keys:write"]})).await.status,
        200
    );
    assert_eq!(program.delete(&own).await.status, 204);
    assert_eq!(program.get("/api/v1/me").await.status, 401);
}
