//! C: CraftKit's embed mode.

use serde_json::json;

use super::service::{Service, code};
use crate::embed::{enable, mint, mint_at, page, plain, send, service, sign, suspend, token, verify};
use crate::support::Answer;

const PATHS: [&str; 2] = ["/v1/embed/sessions", "/v1/embed/catalogs"];

/// Without a signature, as a program would that knows nothing of one.
async fn with_a_plain_key(service: &Service, key: &str, path: &str) -> Answer {
    service.app.program(key).post(path, &json!({})).await
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, code(answer))
}

#[tokio::test]
async fn c05_partner_suspended_is_what_a_good_key_gets_while_the_partnership_is() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    let key = service.mint("live", &[]).await;
    let session = token(&mint(&service, &key, &keys, &plain(&keys)).await);
    suspend(&service, true).await;
    let suspended = (403, "partner_suspended".to_owned());
    for path in PATHS {
        assert_eq!(
            refusal(&mint_at(&service, path, &key, &keys, &plain(&keys)).await),
            suspended
        );
        assert_eq!(refusal(&with_a_plain_key(&service, &key, path).await), suspended);
        // What is wrong with the key comes first.
        let missing = service.stranger().post(path, &json!({})).await;
        assert_eq!(refusal(&missing), (401, "missing_authorization".to_owned()));
        let unknown = with_a_plain_key(&service, "ck_live_x", path).await;
        assert_eq!(refusal(&unknown), (401, "invalid_credentials".to_owned()));
    }
    let told = verify(&service, &json!({ "token": session })).await;
    assert_eq!(
        (&told["status"], &told["code"]),
        (&json!(403), &json!("partner_suspended"))
    );
    let shown = service.alice.get(&page(&service)).await;
    assert!(
        shown.text(".callout").contains("Contact support"),
        "{}",
        shown.text(".callout")
    );
    // It is the embed partnership that is suspended: renders go on.
    assert_eq!(service.status(&key, "POST", "/v1/templates/invoice/render").await, 200);
    suspend(&service, false).await;
    assert_eq!(mint(&service, &key, &keys, &plain(&keys)).await.status, 201);
}

#[tokio::test]
async fn c07_a_plain_key_mints_no_session_and_both_embed_keys_do() {
    let service = service().await;
    let keys = enable(&service.alice, &page(&service)).await;
    let key = service.mint("live", &[]).await;
    let program = service.app.program(&key);
    let now = service.app.app.now().seconds().to_string();
    for path in PATHS {
        let lacks = (403, "insufficient_scope".to_owned());
        let wrong = (401, "invalid_credentials".to_owned());
        assert_eq!(refusal(&with_a_plain_key(&service, &key, path).await), lacks);
        assert_eq!(refusal(&program.post(path, &plain(&keys)).await), lacks);
        assert_eq!(refusal(&mint_at(&service, path, &key, &keys, &json!({})).await), lacks);
        let body = plain(&keys).to_string();
        // The API key is no signing key, and neither is the publishable one.
        for signing in [&key, &keys.publishable] {
            let signed = crate::embed::Keys {
                signing: signing.clone(),
                ..keys.clone()
            };
            let answer = send(&program, path, &now, &sign(&signed, &now, &body), &body).await;
            assert_eq!(refusal(&answer), wrong);
        }
        let other = json!({ "publishable_key": keys.publishable.replace("pk_", "pk_x") });
        assert_eq!(refusal(&mint_at(&service, path, &key, &keys, &other).await), wrong);
        // And the embed keys are no API keys.
        for credential in [&keys.signing, &keys.publishable] {
            assert_eq!(
                refusal(&mint_at(&service, path, credential, &keys, &plain(&keys)).await),
                wrong
            );
        }
        let minted = mint_at(&service, path, &key, &keys, &plain(&keys)).await;
        let verified = verify(&service, &json!({ "token": token(&minted) })).await;
        assert_eq!(verified["valid"], true, "{verified}");
    }
}

#[tokio::test]
async fn c08_until_embed_mode_is_enabled_a_good_key_is_invalid_there() {
    let service = service().await;
    let key = service.mint("live", &[]).await;
    let invalid = (401, "invalid_credentials".to_owned());
    assert_eq!(service.me(&key).await.status, 200, "a good key");
    for path in PATHS {
        assert_eq!(refusal(&with_a_plain_key(&service, &key, path).await), invalid);
    }
    // Project → Embed → Overview → Enable embed mode.
    let keys_page = service.alice.get(&service.keys).await;
    let way = page(&service);
    assert!(
        keys_page.body.contains(&format!("href=\"{way}\"")),
        "the project leads there"
    );
    let overview = service.alice.get(&way).await;
    assert_eq!(overview.text("section h2"), "Overview");
    assert_eq!(overview.text("main form button"), "Enable embed mode");
    let keys = enable(&service.alice, &way).await;
    for path in PATHS {
        assert_eq!(mint_at(&service, path, &key, &keys, &plain(&keys)).await.status, 201);
    }
    // Another project has not enabled it.
    let other = service.app.project(&service.workspace, "Shop").await;
    let theirs = service
        .app
        .key(&service.workspace, Some(&other), "live", "live", &[])
        .await;
    let answer = mint(&service, theirs.text.expose_secret(), &keys, &plain(&keys)).await;
    assert_eq!(refusal(&answer), invalid);
    // And it is gone again when it is disabled.
    let disablement = format!("{way}/disablement");
    service.alice.submit(&disablement, &disablement, &[]).await;
    for path in PATHS {
        assert_eq!(
            refusal(&mint_at(&service, path, &key, &keys, &plain(&keys)).await),
            invalid
        );
    }
}
