use std::time::Duration;

use serde_json::{Value, json};

use super::{enable, mint, mint_at, page, plain, service, suspend, token, verify};

async fn ask(service: &crate::conformance::service::Service, token: &str) -> Value {
    verify(service, &json!({ "token": token })).await
}

fn refused(answer: &Value) -> (u64, &str, &str) {
    assert_eq!(answer["valid"], false, "{answer}");
    let text = |name: &str| answer[name].as_str().unwrap_or_default();
    (answer["status"].as_u64().unwrap(), text("code"), text("reason"))
}

#[tokio::test]
async fn the_provider_learns_whose_a_session_is() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    let made = service.make(&[("name", "server"), ("type", "test")]).await;
    let body = json!({ "publishable_key": keys.publishable, "subject": "42", "origin": "https://shop.example.com" });
    let token = token(&mint(&service, &made.text, &keys, &body).await);
    let answer = ask(&service, &token).await;
    assert_eq!(answer["valid"], true);
    assert_eq!(answer["code"], "valid");
    assert_eq!(answer["type"], "session");
    assert_eq!(answer["environment"], "test");
    assert_eq!(answer["publishable_key"], json!(keys.publishable));
    assert_eq!(answer["key_id"], json!(made.id));
    assert_eq!(answer["workspace"]["slug"], "acme");
    assert_eq!(answer["project"]["slug"], "site");
    assert_eq!(
        (&answer["subject"], &answer["origin"]),
        (&json!("42"), &json!("https://shop.example.com"))
    );
    let asked = |more: Value| {
        let mut question = json!({ "token": token });
        question
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        question
    };
    let here = asked(json!({ "type": "session", "origin": "https://shop.example.com" }));
    assert_eq!(verify(&service, &here).await["valid"], true);
    let catalog = verify(&service, &asked(json!({ "type": "catalog" }))).await;
    assert_eq!(refused(&catalog), (401, "invalid_credentials", "other_type"));
    let elsewhere = verify(&service, &asked(json!({ "origin": "https://evil.example" }))).await;
    assert_eq!(refused(&elsewhere), (401, "invalid_credentials", "other_origin"));
}

#[tokio::test]
async fn a_catalog_is_no_session() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    let key = service.mint("live", &[]).await;
    let catalog = token(&mint_at(&service, "/v1/embed/catalogs", &key, &keys, &plain(&keys)).await);
    assert_eq!(ask(&service, &catalog).await["type"], "catalog");
    let as_session = verify(&service, &json!({ "token": catalog, "type": "session" })).await;
    assert_eq!(refused(&as_session).2, "other_type");
}

#[tokio::test]
async fn a_token_that_was_changed_is_unknown() {
    let (service, other) = (service().await, service().await);
    let keys = enable(&service.alice, &page(&service)).await;
    let key = service.mint("live", &[]).await;
    let token = token(&mint(&service, &key, &keys, &plain(&keys)).await);
    let (content, seal) = token.split_once('.').unwrap();
    let decoded = data_encoding::BASE64URL_NOPAD.decode(&content.as_bytes()[4..]).unwrap();
    let later = String::from_utf8(decoded).unwrap().replace("\"live\"", "\"test\"");
    let forged = format!("khe_{}.{seal}", data_encoding::BASE64URL_NOPAD.encode(later.as_bytes()));
    let bare = content.to_owned();
    for text in [
        "",
        "khe_",
        "khe_.",
        "x",
        &forged,
        &bare,
        &format!("{token}A"),
        &token[1..],
    ] {
        assert_eq!(
            refused(&ask(&service, text).await),
            (401, "invalid_credentials", "unknown"),
            "{text}"
        );
    }
    // The master key of the other one is the same, but it has no such partner.
    assert_eq!(refused(&ask(&other, &token).await).1, "invalid_credentials");
}

#[tokio::test]
async fn a_session_ends_with_whatever_it_rests_on() {
    let mut service = service().await;
    let embed = page(&service);
    let keys = enable(&service.alice, &embed).await;
    let made = service.make(&[("name", "server"), ("type", "live")]).await;
    let fresh = async |service: &crate::conformance::service::Service, keys: &super::Keys| {
        token(&mint(service, &made.text, keys, &plain(keys)).await)
    };
    let session = fresh(&service, &keys).await;

    // Its time, to the second.
    service.app.advance(Duration::from_secs(3_595));
    assert_eq!(ask(&service, &session).await["valid"], true);
    service.app.advance(Duration::from_secs(5));
    assert_eq!(refused(&ask(&service, &session).await).2, "expired");

    // The partnership.
    let session = fresh(&service, &keys).await;
    suspend(&service, true).await;
    assert_eq!(
        refused(&ask(&service, &session).await),
        (403, "partner_suspended", "partner_suspended")
    );
    suspend(&service, false).await;
    assert_eq!(ask(&service, &session).await["valid"], true);

    // The key that minted it, and the workspace.
    service.press(&made, "disablement").await;
    assert_eq!(
        refused(&ask(&service, &session).await),
        (401, "invalid_credentials", "key")
    );
    service.press(&made, "enablement").await;
    let app = &service.app.app;
    keyhatch::domain::workspaces::suspend(app, &service.workspace)
        .await
        .unwrap();
    assert_eq!(
        refused(&ask(&service, &session).await),
        (403, "workspace_suspended", "workspace_suspended")
    );
    keyhatch::domain::workspaces::resume(app, &service.workspace)
        .await
        .unwrap();
    assert_eq!(ask(&service, &session).await["valid"], true);

    // The signing key.
    service.sign_in_again().await;
    let rotation = format!("{embed}/signing-key");
    let rotated = service.alice.submit(&rotation, &rotation, &[]).await;
    let keys = super::Keys {
        signing: super::see(&service.alice, &rotated).await,
        ..keys
    };
    assert_eq!(refused(&ask(&service, &session).await).2, "ended");

    // Embed mode itself, also when it is enabled again.
    let session = fresh(&service, &keys).await;
    let disablement = format!("{embed}/disablement");
    service.alice.submit(&disablement, &disablement, &[]).await;
    assert_eq!(refused(&ask(&service, &session).await).2, "embed_off");
    let keys = enable(&service.alice, &embed).await;
    assert_eq!(refused(&ask(&service, &session).await).2, "ended");

    let session = fresh(&service, &keys).await;
    let revocation = format!("{}/revocation", made.url);
    service
        .alice
        .submit(&revocation, &revocation, &[("name", "server")])
        .await;
    assert_eq!(refused(&ask(&service, &session).await).2, "key");
}

#[tokio::test]
async fn questions_that_are_none_are_told_why() {
    let service = service().await;
    let backend = service.app.backend().await;
    for (question, field) in [
        (json!({}), "token"),
        (json!({ "token": "x", "type": "key" }), "type"),
        (json!({ "token": "x", "key": "y" }), "key"),
    ] {
        let answer = backend.post("/provider/v1/embed/verify", &question).await;
        assert_eq!(answer.status, 422);
        assert!(answer.json()["fields"][field].is_string(), "{}", answer.body);
    }
    let key = service.mint("live", &[]).await;
    let answer = service
        .app
        .program(&key)
        .post("/provider/v1/embed/verify", &json!({ "token": "x" }))
        .await;
    assert_eq!(answer.status, 401);
}
