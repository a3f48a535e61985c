//! V02: CodivUpload takes a token of its identity provider in the header that takes keys.

use std::time::Duration;

use keyhatch::domain::workspaces;
use serde_json::{Value, json};

use super::service::{Service, code, handed_on};
use crate::support::tokens::{KeyPair, KeyServer, openssl, python};
use crate::support::{Answer, JWT_SECRET};

const VERIFY: &str = "/provider/v1/keys/verify";
const ISSUER: &str = "https://codivupload.supabase.co/auth/v1";

async fn service() -> Service {
    Service::start("codivupload").await
}

/// The same profile with a JWKS in place of the secret.
async fn with_jwks(url: &str) -> Service {
    let profile = include_str!("../../../profiles/codivupload.toml")
        .replace(
            "secret_variable = \"SUPABASE_JWT_SECRET\"",
            &format!("jwks_url = \"{url}\""),
        )
        .replace("[\"HS256\"]", "[\"RS256\", \"ES256\", \"EdDSA\"]");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), profile).unwrap();
    Service::with_file(file.path(), None).await
}

/// As Supabase writes them, for this workspace and an hour.
fn claims(service: &Service, workspace: &str) -> Value {
    let now = service.app.app.now().seconds();
    json!({
        "iss": ISSUER, "sub": "7d7c9a52-5f2e-4c1b-9d53-0a7c6f0e8a11", "aud": "authenticated",
        "exp": now + 3_600, "iat": now, "email": "zoe@example.com", "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"], "workspace": workspace},
        "user_metadata": {"email_verified": true, "workspace": "somebody-elses"},
        "role": "authenticated", "aal": "aal1", "amr": [{"method": "password", "timestamp": now}],
        "session_id": "c0a5e0b6-6c0b-4c7a-9df1-9f0b6c1f4e0d", "is_anonymous": false,
    })
}

fn of(service: &Service, subject: &str) -> Value {
    let mut claims = claims(service, &service.workspace.slug);
    claims["sub"] = subject.into();
    claims
}

async fn verify(service: &Service, credential: &str) -> Value {
    let body = json!({"key": credential, "method": "POST", "path": "/v1/posts"});
    service.app.backend().await.post(VERIFY, &body).await.json()
}

#[tokio::test]
async fn v02_a_token_of_the_identity_provider_is_taken_beside_keys() {
    let service = service().await;
    let (workspace, key) = (&service.workspace, service.mint("workspace", &[]).await);
    let by_slug = python(JWT_SECRET.1, &claims(&service, &workspace.slug));
    let by_id = openssl(JWT_SECRET.1, &claims(&service, &workspace.id.to_string()));
    let subject = "7d7c9a52-5f2e-4c1b-9d53-0a7c6f0e8a11";
    let place = json!({"id": workspace.id.to_string(), "slug": "acme", "name": "Acme", "plan": "standard"});
    for token in [&by_slug, &by_id] {
        for (method, path) in [("GET", "/v1/profiles"), ("DELETE", "/v1/profiles/7")] {
            let answer = service.judge(token, method, path).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let told = [
                "key-id",
                "workspace",
                "project",
                "environment",
                "type",
                "scopes",
                "display-prefix",
                "subject",
            ];
            let told = told.map(|name| handed_on(&answer, name));
            let id = workspace.id.to_string();
            assert_eq!(told, ["", &id, "", "live", "jwt", "", "", subject]);
        }
        assert_eq!(
            service.me(token).await.json(),
            json!({
                "subject": subject, "workspace": place, "project": null, "environment": "live", "scopes": [],
                "access": "all"
            })
        );
        assert_eq!(
            verify(&service, token).await,
            json!({
                "valid": true, "code": "valid", "subject": subject, "type": "jwt", "environment": "live",
                "workspace": place, "project": null, "scopes": [], "access": "all"
            })
        );
    }
    // Beside keys: they go on as ever, and say that they are about nobody.
    let answer = service.judge(&key, "GET", "/v1/profiles").await;
    assert_eq!((answer.status, handed_on(&answer, "subject")), (200, String::new()));
    assert_eq!(handed_on(&answer, "type"), "workspace");
    let again = service.judge(&key, "GET", "/v1/profiles").await;
    crate::support::places::assert_same(&answer, &again, "from the database and from memory");
}

#[tokio::test]
async fn v02_each_gateway_takes_a_token() {
    let service = service().await;
    let token = python(JWT_SECRET.1, &claims(&service, "acme"));
    let forged = python(
        "another secret that is just as long as it has to be",
        &claims(&service, "acme"),
    );
    for (token, is_good) in [(&token, true), (&forged, false)] {
        let program = service.app.program(token);
        let nginx = program.request(reqwest::Method::GET, "/gateway/nginx");
        let nginx = nginx
            .header("x-original-method", "POST")
            .header("x-original-uri", "/v1/posts");
        let envoy = program.request(reqwest::Method::POST, "/gateway/envoy/v1/posts");
        for request in [nginx, envoy] {
            let answer = Answer::of(request.send().await.unwrap()).await;
            assert_eq!(answer.status, if is_good { 200 } else { 401 }, "{}", answer.body);
            if is_good {
                assert_eq!(handed_on(&answer, "subject"), "7d7c9a52-5f2e-4c1b-9d53-0a7c6f0e8a11");
            } else {
                assert_eq!(code(&answer), "INVALID_CREDENTIALS");
                assert!(!answer.headers.contains_key("x-keyhatch-subject"));
            }
        }
    }
}

#[tokio::test]
async fn v02_a_token_lives_until_its_end() {
    let service = service().await;
    let token = python(JWT_SECRET.1, &claims(&service, "acme"));
    assert_eq!(service.me(&token).await.status, 200);
    // The other clock may be wrong by half a minute.
    service.app.advance(Duration::from_secs(3_600 + 25));
    assert_eq!(service.me(&token).await.status, 200);
    service.app.advance(Duration::from_secs(10));
    let over = service.me(&token).await;
    assert_eq!((over.status, code(&over).as_str()), (401, "INVALID_CREDENTIALS"));
    assert_eq!(verify(&service, &token).await["reason"], "token_expired");
}

#[tokio::test]
async fn v02_the_workspace_of_a_token_is_looked_at_each_time() {
    let service = service().await;
    let token = python(JWT_SECRET.1, &claims(&service, "acme"));
    for _ in 0..2 {
        assert_eq!(service.me(&token).await.status, 200);
        workspaces::suspend(&service.app.app, &service.workspace).await.unwrap();
        let suspended = service.me(&token).await;
        assert_eq!(
            (suspended.status, code(&suspended).as_str()),
            (403, "WORKSPACE_SUSPENDED")
        );
        workspaces::resume(&service.app.app, &service.workspace).await.unwrap();
    }
    for elsewhere in ["nowhere", "ACME", "", "7d7c9a52-5f2e-4c1b-9d53-0a7c6f0e8a11"] {
        let token = python(JWT_SECRET.1, &claims(&service, elsewhere));
        let answer = service.me(&token).await;
        assert_eq!((answer.status, code(&answer).as_str()), (401, "INVALID_CREDENTIALS"));
        assert_eq!(
            verify(&service, &token).await["reason"],
            "token_workspace",
            "{elsewhere}"
        );
    }
    // A workspace named like the id of another gives no more than itself.
    let charlie = service.app.person("charlie").await;
    let id = service.workspace.id.to_string();
    assert_eq!(service.app.workspace(&charlie, &id).await.slug, id);
    let token = python(JWT_SECRET.1, &claims(&service, &id));
    assert_eq!(service.me(&token).await.json()["workspace"]["slug"], "acme");
}

#[tokio::test]
async fn v02_limits_hold_for_tokens_too() {
    let service = service().await;
    let (one, other) = (of(&service, "one"), of(&service, "other"));
    // Whoever is given a fresh token each minute is the same all the same.
    let first = python(JWT_SECRET.1, &one);
    let second = openssl(JWT_SECRET.1, &one);
    assert_ne!(first, second);
    for number in 0..100 {
        let token = if number % 2 == 0 { &first } else { &second };
        assert_eq!(service.status(token, "GET", "/v1/posts").await, 200, "{number}");
    }
    for token in [&first, &second] {
        let refused = service.me(token).await;
        assert_eq!((refused.status, code(&refused).as_str()), (429, "RATE_LIMIT_EXCEEDED"));
        assert!(refused.headers.contains_key("retry-after"));
    }
    let (other, key) = (python(JWT_SECRET.1, &other), service.mint("workspace", &[]).await);
    // What is counted for the workspace is counted together with its keys.
    for number in 0..50 {
        let credential = if number % 2 == 0 { &other } else { &key };
        let status = service.status(credential, "POST", "/v1/upload-media").await;
        assert_eq!(status, 200, "upload {number}");
    }
    for credential in [&other, &key] {
        assert_eq!(service.status(credential, "POST", "/v1/upload-media").await, 429);
        assert_eq!(service.status(credential, "POST", "/v1/posts").await, 200);
    }
    service.app.advance(Duration::from_secs(66));
    assert_eq!(service.me(&first).await.status, 200);
}

#[tokio::test]
async fn v02_a_token_manages_no_keys_and_leaves_no_usage() {
    let service = service().await;
    let token = python(JWT_SECRET.1, &claims(&service, "acme"));
    let program = service.app.program(&token);
    for answer in [
        program.get("/v1/api-keys").await,
        program.post("/v1/api-keys", &json!({"name": "one"})).await,
        program
            .delete(&format!("/v1/api-keys/{}", service.app.app.new_id()))
            .await,
    ] {
        assert_eq!(
            (answer.status, code(&answer).as_str()),
            (403, "FORBIDDEN"),
            "{}",
            answer.body
        );
    }
    let garbage = service.app.program(&token[..token.len() - 2]).get("/v1/api-keys").await;
    assert_eq!(garbage.status, 401);
    service.app.app.usage.flush(&service.app.app.db).await.unwrap();
    let total = |outcome| {
        let mut all = service.app.app.totals.all();
        all.find(|(known, _)| *known == outcome).unwrap().1
    };
    assert_eq!((total("accepted"), total("invalid_token")), (3, 1));
}

#[tokio::test]
async fn v02_a_jwks_serves_rs256_es256_and_eddsa() {
    let pairs = KeyPair::make([("RS256", "rsa-1"), ("ES256", "ec-1"), ("EdDSA", "ed-1")]);
    let server = KeyServer::start(&pairs.each_ref()).await;
    let service = with_jwks(&server.url).await;
    let claims = claims(&service, "acme");
    for pair in &pairs {
        let token = pair.sign(&claims);
        let answer = service.me(&token).await;
        assert_eq!(answer.status, 200, "{}: {}", pair.algorithm, answer.body);
        assert_eq!(verify(&service, &token).await["valid"], true);
        let nameless = pair.sign_with(json!({"kid": null}), &claims);
        assert_eq!(
            service.me(&nameless).await.status,
            200,
            "{} without kid",
            pair.algorithm
        );
    }
    assert_eq!(server.visitors(), 1, "once for all of it");
}

#[tokio::test]
async fn v02_keys_of_the_provider_come_and_go() {
    let [first, second, third] = KeyPair::make([("ES256", "1"), ("ES256", "2"), ("EdDSA", "3")]);
    let server = KeyServer::start(&[&first]).await;
    let service = with_jwks(&server.url).await;
    let mut lasting = claims(&service, "acme");
    lasting["exp"] = (service.app.app.now().seconds() + 90_000).into();
    let [one, two, three] = [&first, &second, &third].map(|pair| pair.sign(&lasting));
    assert_eq!(service.me(&one).await.status, 200);
    assert_eq!(service.me(&two).await.status, 401);
    // It comes, and is found by its name, though not at once: nobody makes us ask all the time.
    server.publish(&[&first, &second]);
    assert_eq!((service.me(&two).await.status, server.visitors()), (401, 1));
    service.app.advance(Duration::from_secs(11));
    assert_eq!((service.me(&two).await.status, server.visitors()), (200, 2));
    // It goes: no later than an hour after.
    server.publish(&[&second]);
    assert_eq!(service.me(&one).await.status, 200);
    service.app.advance(Duration::from_secs(3_601));
    assert_eq!(service.me(&two).await.status, 200);
    assert_eq!(service.me(&one).await.status, 401);
    assert_eq!(verify(&service, &one).await["reason"], "token_key");
    // The provider is down: what is known stays, what is not is refused.
    server.fall();
    service.app.advance(Duration::from_secs(7_200));
    assert_eq!(service.me(&two).await.status, 200);
    assert_eq!(service.me(&three).await.status, 401);
    for (status, body) in [
        ("500 Oops", "{}"),
        ("302 Found", ""),
        ("200 OK", "<html>"),
        ("200 OK", "[]"),
    ] {
        server.say(status, "location: http://127.0.0.1:1/\r\n", body);
        service.app.advance(Duration::from_secs(60));
        let before = server.visitors();
        assert_eq!(service.me(&two).await.status, 200, "{status} {body}");
        assert_eq!(server.visitors(), before + 1);
    }
    // It is back.
    server.publish(&[&third]);
    service.app.advance(Duration::from_secs(60));
    assert_eq!(service.me(&three).await.status, 200);
    assert_eq!(service.me(&two).await.status, 401);
}

#[tokio::test]
async fn v02_nobody_is_let_in_or_turned_away_while_no_key_is_known() {
    let [pair] = KeyPair::make([("RS256", "1")]);
    let server = KeyServer::start(&[]).await;
    server.fall();
    let service = with_jwks(&server.url).await;
    let token = pair.sign(&claims(&service, "acme"));
    for _ in 0..3 {
        let answer = service.judge(&token, "GET", "/v1/posts").await;
        assert_eq!((answer.status, code(&answer).as_str()), (503, "UNAVAILABLE"));
        assert!(answer.headers.contains_key("retry-after"));
    }
    assert_eq!(server.visitors(), 1);
    let key = service.mint("workspace", &[]).await;
    assert_eq!(service.me(&key).await.status, 200, "keys need nobody else");
    server.publish(&[&pair]);
    service.app.advance(Duration::from_secs(11));
    assert_eq!(service.status(&token, "GET", "/v1/posts").await, 200);
}
