use std::sync::Arc;
use std::time::Duration;

use keyhatch::domain::{inbound, workspaces};
use keyhatch::model::key::KeyState;
use reqwest::Method;

use super::{make, send, service};
use crate::conformance::service::{Service, code, handed_on, judge};
use crate::support::Answer;

/// A profile whose route for inbound webhooks asks for a scope, has a limit, and is for one environment only.
const PROFILE: &str = r#"
[api]
name = "Mill"
base_path = "/v1"
keys_belong_to = "project"

[[key_type]]
id = "full"
label = "Full"
prefixes = { live = "ml_live_", test = "ml_test_" }
access = "all"

[[key_type]]
id = "narrow"
label = "Narrow"
prefixes = { live = "mln_live_", test = "mln_test_" }
access = "scopes"

[[scope]]
id = "inbound:write"
label = "Send webhooks in"

[[scope]]
id = "renders:read"
label = "Read renders"

[[route]]
match = ["POST /v1/inbound/{token}"]
scope = "inbound:write"
limit = "webhooks"

[plan.standard]
label = "Standard"

[limit.webhooks]
count = 3
per = "minute"
of = "key"

[inbound]
token_prefix = "ml_in_"
"#;

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, code(answer))
}

fn invalid() -> (u16, String) {
    (401, "invalid_credentials".to_owned())
}

#[tokio::test]
async fn what_is_no_token_is_invalid_and_says_nothing_of_keys() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let token = make(&service.alice, &key.url, "invoice").await;
    let typo = format!(
        "{}{}",
        &token[..token.len() - 1],
        if token.ends_with('a') { 'b' } else { 'a' }
    );
    for text in [
        "x",
        "ck_in_x",
        &typo,
        &key.text,
        &token.to_uppercase(),
        "%63k_in_x",
        "nothing%20here",
    ] {
        let answer = send(&service, text).await;
        assert_eq!(refusal(&answer), invalid(), "{text}");
        assert!(answer.body.contains("inbound token"), "{}", answer.body);
        assert!(answer.headers.contains_key("www-authenticate"));
        let judged = judge(&service.stranger(), "POST", &format!("/v1/inbound/{text}")).await;
        assert_eq!(refusal(&judged), invalid(), "{text}");
    }
    // Spellings that another reader might take for the token: none is let through, none is told apart.
    for path in [
        format!("/v1//inbound/{token}"),
        format!("/v1/inbound//{token}"),
        format!("/v1/inbound/{token}/"),
        format!("/v1/inbound/{token};x"),
        format!("/v1/inbound/../inbound/{token}"),
        format!("/V1/inbound/{token}"),
        format!("/v1/inbound/%63{}", &token[1..]),
        format!("/v1/inbound/{token}%00"),
    ] {
        let judged = judge(&service.stranger(), "POST", &path).await;
        assert_eq!(judged.status, 401, "{path}");
        assert!(!judged.headers.contains_key("x-keyhatch-key-id"), "{path}");
    }
    let with_query = judge(&service.stranger(), "POST", &format!("/v1/inbound/{token}?source=shop")).await;
    assert_eq!(with_query.status, 200);
}

/// Those that come while one is looked up are looked up together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_each_judged_by_their_own_token() {
    let service = service().await;
    let mut tokens = Vec::new();
    for name in ["first", "second", "gone"] {
        let key = service.make(&[("name", name), ("type", "live")]).await;
        tokens.push((make(&service.alice, &key.url, name).await, key.id));
    }
    let gone = "UPDATE inbound_tokens SET revoked_at = 1 WHERE template = 'gone'";
    service.app.app.db.execute(gone).await.unwrap();
    let (service, tokens) = (Arc::new(service), Arc::new(tokens));
    let mut sending = tokio::task::JoinSet::new();
    for sender in 0..12 {
        let (service, tokens) = (Arc::clone(&service), Arc::clone(&tokens));
        sending.spawn(async move {
            for turn in 0..9 {
                let (token, key) = &tokens[(sender + turn) % 3];
                let answer = send(&service, token).await;
                match (sender + turn) % 3 {
                    2 => assert_eq!(refusal(&answer), invalid()),
                    _ => assert_eq!(answer.json()["key_id"], key.as_str(), "{}", answer.body),
                }
            }
        });
    }
    while let Some(done) = sending.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn whatever_ends_the_key_ends_its_tokens() {
    let service = service().await;
    let key = service
        .make(&[("name", "handler"), ("type", "live"), ("expiry", "7")])
        .await;
    let token = make(&service.alice, &key.url, "invoice").await;
    assert_eq!(send(&service, &token).await.status, 200);
    service.press(&key, "disablement").await;
    assert_eq!(refusal(&send(&service, &token).await), invalid());
    service.press(&key, "enablement").await;
    assert_eq!(send(&service, &token).await.status, 200);
    let app = &service.app.app;
    workspaces::suspend(app, &service.workspace).await.unwrap();
    assert_eq!(
        refusal(&send(&service, &token).await),
        (403, "workspace_suspended".to_owned())
    );
    workspaces::resume(app, &service.workspace).await.unwrap();
    assert_eq!(send(&service, &token).await.status, 200);
    service.app.advance(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(refusal(&send(&service, &token).await), invalid());
}

#[tokio::test]
async fn rolling_the_key_hands_its_tokens_to_the_successor() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let token = make(&service.alice, &key.url, "invoice").await;
    let roll = format!("{}/roll", key.url);
    let rolled = service.alice.submit(&roll, &roll, &[("grace", "now")]).await;
    let new = crate::keys::world::see(&service.alice, &rolled.location()).await;
    assert_eq!(send(&service, &token).await.json()["key_id"], new.id.as_str());
    assert!(
        service
            .alice
            .get(&format!("{}/inbound", key.url))
            .await
            .texts("tbody tr")
            .is_empty()
    );
    assert_eq!(
        service
            .alice
            .get(&format!("{}/inbound", new.url))
            .await
            .texts("tbody tr")
            .len(),
        1
    );
}

#[tokio::test]
async fn webhooks_count_as_requests_of_the_key() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let token = make(&service.alice, &key.url, "invoice").await;
    for _ in 0..2 {
        send(&service, &token).await;
    }
    judge(&service.stranger(), "POST", &format!("/v1/inbound/{token}")).await;
    service.press(&key, "disablement").await;
    send(&service, &token).await;
    let shown = service.alice.get(&key.url).await;
    assert_eq!(shown.texts(".number dd")[..2], ["3", "1"]);
    assert!(!shown.body.contains(&token));
}

#[tokio::test]
async fn the_list_of_addresses_of_a_key_does_not_concern_who_sends_webhooks_in() {
    let service = service().await;
    let elsewhere = [
        ("name", "handler"),
        ("type", "live"),
        ("allowed_addresses", "198.51.100.0/24"),
    ];
    let key = service.make(&elsewhere).await;
    let token = make(&service.alice, &key.url, "invoice").await;
    assert_eq!(send(&service, &token).await.status, 200);
    let path = format!("/v1/inbound/{token}");
    assert_eq!(judge(&service.stranger(), "POST", &path).await.status, 200);
    assert_eq!(
        service.me(&key.text).await.status,
        403,
        "the key itself is held against it"
    );
}

#[tokio::test]
async fn the_token_decides_beside_whatever_else_is_sent() {
    let service = service().await;
    let one = service.make(&[("name", "one"), ("type", "live")]).await;
    let two = service.make(&[("name", "two"), ("type", "live")]).await;
    let token = make(&service.alice, &one.url, "invoice").await;
    let path = format!("/v1/inbound/{token}");
    for credential in [two.text.as_str(), "ck_live_x", "something of the sender’s"] {
        let request = service.app.program("x").request(Method::GET, "/gateway/forward");
        let request = request.header("authorization", format!("Bearer {credential}").as_bytes());
        let request = request
            .header("x-forwarded-method", "POST")
            .header("x-forwarded-uri", &path);
        let judged = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(judged.status, 200, "{credential}: {}", judged.body);
        assert_eq!(handed_on(&judged, "key-id"), one.id);
        assert_eq!(handed_on(&judged, "template"), "invoice");
    }
    // A key may trigger what is no token of ours; then nothing is said of a template.
    let by_key = service.judge(&two.text, "POST", "/v1/inbound/invoice").await;
    assert_eq!(
        (handed_on(&by_key, "key-id"), handed_on(&by_key, "template")),
        (two.id, String::new())
    );
    for name in ["forward", "nginx"] {
        let request = service.stranger().request(Method::GET, &format!("/gateway/{name}"));
        let request = request
            .header("x-forwarded-method", "POST")
            .header("x-forwarded-uri", &path);
        let request = request
            .header("x-original-method", "POST")
            .header("x-original-uri", &path);
        let judged = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(
            (judged.status, handed_on(&judged, "key-id")),
            (200, one.id.clone()),
            "{name}"
        );
    }
    let envoy = service
        .stranger()
        .request(Method::POST, &format!("/gateway/envoy{path}"));
    assert_eq!(
        handed_on(&Answer::of(envoy.send().await.unwrap()).await, "template"),
        "invoice"
    );
}

#[tokio::test]
async fn the_route_asks_of_the_key_what_it_asks_of_any() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), PROFILE).unwrap();
    let service = Service::with_file(file.path(), None).await;
    let project = service.project.as_ref();
    let ring = service.app.ring(&service.workspace, project);
    let proof = ring.manage_keys().unwrap();
    let token_of = async |type_id: &str, scopes: &[&str]| {
        let key = service
            .app
            .key(&service.workspace, project, type_id, "live", scopes)
            .await;
        let made = inbound::issue(&service.app.app, proof, key.key.id, "invoice")
            .await
            .unwrap();
        made.1.expose_secret().to_owned()
    };
    let lacking = token_of("narrow", &["renders:read"]).await;
    assert_eq!(
        refusal(&send(&service, &lacking).await),
        (403, "insufficient_scope".to_owned())
    );
    let able = token_of("narrow", &["inbound:write"]).await;
    for expected in [200, 200, 200, 429] {
        let answer = judge(&service.stranger(), "POST", &format!("/v1/inbound/{able}")).await;
        assert_eq!(answer.status, expected, "{}", answer.body);
    }
    let refused = send(&service, &able).await;
    assert_eq!(refusal(&refused), (429, "rate_limit_exceeded".to_owned()));
    assert!(refused.headers.contains_key("retry-after"));
    let other = token_of("full", &[]).await;
    assert_eq!(
        send(&service, &other).await.status,
        200,
        "another key has room of its own"
    );
}

#[tokio::test]
async fn a_key_has_a_hundred_tokens_at_most() {
    let service = service().await;
    let project = service.project.as_ref();
    let key = service
        .app
        .key(&service.workspace, project, "live", "live", &[])
        .await
        .key;
    let ring = service.app.ring(&service.workspace, project);
    let proof = ring.manage_keys().unwrap();
    let mut last = None;
    for _ in 0..inbound::MOST_OF_A_KEY {
        last = Some(inbound::issue(&service.app.app, proof, key.id, "a").await.unwrap().0.id);
    }
    assert!(inbound::issue(&service.app.app, proof, key.id, "a").await.is_err());
    inbound::revoke(&service.app.app, proof, key.id, last.unwrap())
        .await
        .unwrap();
    inbound::issue(&service.app.app, proof, key.id, "a").await.unwrap();
}

#[tokio::test]
async fn the_body_is_the_apis_whatever_it_is() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let token = make(&service.alice, &key.url, "invoice").await;
    let path = format!("/v1/inbound/{token}");
    for body in ["", "not json", &"x".repeat(40_000)] {
        let request = service.stranger().request(Method::POST, &path).body(body.to_owned());
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = service.stranger().request(method, &path).send().await.unwrap();
        assert_eq!(answer.status(), 405);
    }
}

#[tokio::test]
async fn a_key_that_comes_beside_a_token_over_plain_http_is_compromised_and_the_tokens_own_is_not() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let strict = PROFILE.replace("name = \"Mill\"", "name = \"Mill\"\nhttps_only = true");
    std::fs::write(file.path(), strict).unwrap();
    let behind = [("KEYHATCH_TRUSTED_PROXIES", "127.0.0.1")];
    let service = Service::with_settings(file.path(), None, &behind).await;
    let project = service.project.as_ref();
    let new_key = async || service.app.key(&service.workspace, project, "full", "live", &[]).await;
    let ring = service.app.ring(&service.workspace, project);
    let owner = new_key().await.key.id;
    let made = inbound::issue(&service.app.app, ring.manage_keys().unwrap(), owner, "invoice").await;
    let token = made.unwrap().1.expose_secret().to_owned();
    let state = async |id| {
        let found = keyhatch::store::keys::find_of_any_tenant(service.app.app.db.reader(), id).await;
        found.unwrap().unwrap().state
    };
    let path = format!("/v1/inbound/{token}");
    for address in [path.as_str(), "/v1/inbound/nothing", "/gateway/forward"] {
        let beside = new_key().await;
        let method = if address == "/gateway/forward" {
            Method::GET
        } else {
            Method::POST
        };
        let request = service
            .app
            .program(beside.text.expose_secret())
            .request(method, address);
        let request = request
            .header("x-forwarded-proto", "http")
            .header("x-forwarded-method", "POST")
            .header("x-forwarded-uri", &path);
        let refused = Answer::of(request.send().await.unwrap()).await;
        assert_eq!(refusal(&refused), (403, "https_required".to_owned()), "{address}");
        assert_eq!(state(beside.key.id).await, KeyState::Compromised, "{address}");
        // Its people are told why its own tokens do nothing any more.
        let page = format!("{}/{}/inbound", service.keys, beside.key.id);
        let shown = service.alice.get(&page).await;
        assert!(shown.body.contains("The key is compromised"), "{}", shown.body);
    }
    // Nobody has seen the key of a token, whoever has seen the token.
    let request = service.stranger().request(Method::POST, &path);
    let refused = Answer::of(request.header("x-forwarded-proto", "http").send().await.unwrap()).await;
    assert_eq!(refusal(&refused), (403, "https_required".to_owned()));
    assert_eq!(state(owner).await, KeyState::Active);
}
