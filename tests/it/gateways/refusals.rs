//! Every refusal reaches the client as Keyhatch means it, and the API never hears of it.

use std::time::Duration;

use keyhatch::domain::keys::{self, NewKeyInput};
use reqwest::Method;

use super::{World, client};
use crate::support::{Answer, Program};

/// What Keyhatch itself says about a request.
async fn said(world: &World, key: Option<&str>, method: &str, path: &str) -> Answer {
    let request = Program::new(&world.app.address, key).request(Method::GET, "/gateway/forward");
    let request = request
        .header("x-forwarded-method", method)
        .header("x-forwarded-uri", path);
    Answer::of(request.send().await.unwrap()).await
}

/// A refusal through each proxy, next to what Keyhatch itself says.
async fn assert_refused(world: &World, key: Option<&str>, method: &str, path: &str, status: u16, code: &str) {
    let said = said(world, key, method, path).await;
    assert_eq!((said.status, &said.json()["code"]), (status, &code.into()));
    for proxy in &world.proxies {
        let about = format!("{:?}: {key:?} {method} {path}", proxy.kind);
        let request = client(proxy, key).request(method.parse().unwrap(), path);
        let got = Answer::of(request.send().await.unwrap()).await;
        assert_eq!((got.status, got.json()), (status, said.json()), "{about}");
        for name in ["content-type", "www-authenticate", "cache-control", "retry-after"] {
            let all = |answer: &Answer| -> Vec<_> { answer.headers.get_all(name).into_iter().cloned().collect() };
            assert_eq!(all(&got), all(&said), "{about}: {name}");
        }
    }
    assert!(world.api.take().is_empty(), "{code}");
}

/// One after the other, in an envelope.
async fn refuse_for_every_reason(world: &World, written: impl Fn(&str) -> String) {
    let refused = async |key: Option<&str>, method: &str, path: &str, status: u16, code: &str| {
        assert_refused(world, key, method, path, status, &written(code)).await;
    };
    let get = "/api/v1/rates?from=here";
    let (missing, invalid) = ("missing_authorization", "invalid_credentials");
    refused(None, "GET", get, 401, missing).await;
    refused(None, "POST", get, 401, missing).await;
    refused(Some("nonsense"), "GET", get, 401, invalid).await;

    let good = world.key("secret", &[]).await;
    refused(Some(&good[..good.len() - 1]), "GET", get, 401, invalid).await;
    refused(Some(&good.to_uppercase()), "GET", get, 401, invalid).await;

    let ring = world.app.ring(&world.workspace, Some(&world.project));
    let proof = ring.manage_keys().unwrap();
    let issue = async || {
        let project = Some(&world.project);
        world.app.key(&world.workspace, project, "secret", "live", &[]).await
    };
    let (revoked, disabled) = (issue().await, issue().await);
    for key in [&revoked, &disabled] {
        for proxy in &world.proxies {
            assert_eq!(client(proxy, Some(key.text.expose_secret())).get(get).await.status, 200);
        }
    }
    world.api.take();
    keys::revoke(&world.app.app, proof, revoked.key.id).await.unwrap();
    keys::disable(&world.app.app, proof, disabled.key.id).await.unwrap();
    refused(Some(revoked.text.expose_secret()), "GET", get, 401, invalid).await;
    refused(Some(disabled.text.expose_secret()), "GET", get, 401, invalid).await;

    let scope = "insufficient_scope";
    let restricted = world.key("restricted", &["rates:read"]).await;
    refused(Some(&restricted), "POST", "/api/v1/shipments", 403, scope).await;
    refused(Some(&restricted), "GET", "/api/v1/shipments/7.html", 403, scope).await;
    let publishable = world.key("publishable", &[]).await;
    refused(Some(&publishable), "POST", "/api/v1/rates", 403, scope).await;

    let ends = NewKeyInput {
        name: "a week".to_owned(),
        type_id: "secret".to_owned(),
        environment: "live".to_owned(),
        expiry: "7".to_owned(),
        ..NewKeyInput::default()
    };
    let project = Some(&world.project);
    let ends = world.app.key_of(&world.workspace, project, ends).await;
    assert_eq!(
        said(world, Some(ends.text.expose_secret()), "GET", get).await.status,
        200
    );
    world.app.advance(Duration::from_secs(7 * 24 * 60 * 60));
    refused(Some(ends.text.expose_secret()), "GET", get, 401, invalid).await;

    keyhatch::domain::workspaces::suspend(&world.app.app, &world.workspace)
        .await
        .unwrap();
    refused(Some(&good), "GET", get, 403, "workspace_suspended").await;
    keyhatch::domain::workspaces::resume(&world.app.app, &world.workspace)
        .await
        .unwrap();
    for proxy in &world.proxies {
        assert_eq!(client(proxy, Some(&good)).get(get).await.status, 200);
    }
}

#[tokio::test]
async fn each_refusal_arrives_with_its_status_and_its_body() {
    let world = World::start().await;
    refuse_for_every_reason(&world, ToOwned::to_owned).await;
}

#[tokio::test]
async fn each_refusal_arrives_in_the_envelope_of_the_profile() {
    let world = World::start_with(&[
        ("envelope = \"simple\"", "envelope = \"problem\""),
        ("case = \"lower\"", "case = \"upper\""),
    ])
    .await;
    refuse_for_every_reason(&world, str::to_uppercase).await;
}
