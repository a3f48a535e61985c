//! Tokens that somebody would like to be taken for good ones.

use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::conformance::service::{Service, code, judge};
use crate::support::tokens::{KeyPair, KeyServer, hs256, hs256_over, part};

const SECRET: &str = "a shared secret that has more than thirty-two bytes";
const ISSUER: &str = "https://id.example.com";
const VERIFY: &str = "/provider/v1/keys/verify";

/// The example profile, with `[jwt]`.
async fn service(keys: &str) -> Service {
    let profile = format!(
        "{}\n[jwt]\nissuer = \"{ISSUER}\"\naudience = \"things\"\nworkspace_claim = \"workspace\"\n{keys}\n",
        include_str!("../../../profiles/example.toml")
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), profile).unwrap();
    Service::with_settings(file.path(), Some("enterprise"), &[("THINGS_SECRET", SECRET)]).await
}

async fn shared() -> Service {
    service("algorithms = [\"HS256\"]\nsecret_variable = \"THINGS_SECRET\"").await
}

async fn published(server: &KeyServer) -> Service {
    let url = &server.url;
    service(&format!(
        "algorithms = [\"RS256\", \"ES256\", \"EdDSA\"]\njwks_url = \"{url}\""
    ))
    .await
}

fn claims(service: &Service) -> Value {
    let now = service.app.app.now().seconds();
    json!({"iss": ISSUER, "aud": ["things"], "sub": "zoe", "exp": now + 600, "workspace": "acme"})
}

fn with(service: &Service, name: &str, value: Value) -> Value {
    let mut claims = claims(service);
    claims[name] = value;
    if claims[name].is_null() {
        claims.as_object_mut().unwrap().remove(name);
    }
    claims
}

fn head() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

/// Nobody is let in, nobody is told why but the provider.
async fn assert_refused(service: &Service, token: &str, reason: &str, about: &str) {
    let answer = service.judge(token, "GET", "/api/v1/rates").await;
    assert_eq!(
        (answer.status, code(&answer).as_str()),
        (401, "invalid_credentials"),
        "{about}: {token}"
    );
    assert!(!answer.body.contains("token_"), "{}", answer.body);
    let told = service
        .app
        .backend()
        .await
        .post(VERIFY, &json!({"key": token}))
        .await
        .json();
    assert_eq!(
        (&told["valid"], &told["reason"], &told["status"]),
        (&json!(false), &json!(reason), &json!(401)),
        "{about}: {token}"
    );
    assert_eq!(told["code"], "invalid_credentials");
}

async fn assert_taken(service: &Service, token: &str, about: &str) {
    let answer = service.judge(token, "GET", "/api/v1/rates").await;
    assert_eq!(answer.status, 200, "{about}: {}", answer.body);
}

#[tokio::test]
async fn a_header_that_says_another_algorithm_is_not_believed() {
    let service = shared().await;
    let claims = claims(&service);
    let signed = |header: Value| hs256(SECRET.as_bytes(), &header, &claims);
    assert_taken(&service, &signed(head()), "the good one").await;
    for algorithm in [
        "none", "None", "nOnE", "NONE", "", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", "HS256 ",
    ] {
        let header = json!({"alg": algorithm, "typ": "JWT"});
        let unsigned = format!("{}.{}.", part(&header), part(&claims));
        assert_refused(&service, &unsigned, "token_algorithm", algorithm).await;
        assert_refused(&service, &signed(header), "token_algorithm", algorithm).await;
    }
    for header in [
        json!({"typ": "JWT"}),
        json!({"alg": null}),
        json!({"alg": ["HS256"]}),
        json!({"alg": "HS256", "kid": 7}),
        json!([{"alg": "HS256"}]),
        json!("HS256"),
    ] {
        assert_refused(
            &service,
            &signed(header.clone()),
            "token_malformed",
            &header.to_string(),
        )
        .await;
    }
    // Which of the two would be believed depends on who reads.
    let twice = base64_of("{\"alg\":\"none\",\"alg\":\"HS256\"}");
    let twice = hs256_over(SECRET.as_bytes(), &twice, &part(&claims));
    assert_refused(&service, &twice, "token_malformed", "alg twice").await;
    for critical in [json!(["exp"]), json!(["b64"]), json!([]), json!("exp"), json!(null)] {
        let header = json!({"alg": "HS256", "b64": false, "exp": 1, "crit": critical});
        assert_refused(&service, &signed(header), "token_critical", "crit").await;
    }
    for typ in ["logout+jwt", "secevent+jwt", "dpop+jwt", "JOSE", ""] {
        assert_refused(
            &service,
            &signed(json!({"alg": "HS256", "typ": typ})),
            "token_type",
            typ,
        )
        .await;
    }
    for header in [
        json!({"alg": "HS256"}),
        json!({"alg": "HS256", "typ": "at+jwt"}),
        json!({"alg": "HS256", "typ": "application/at+JWT"}),
    ] {
        assert_taken(&service, &signed(header.clone()), &header.to_string()).await;
    }
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}

#[tokio::test]
async fn claims_that_are_for_others_or_another_time_are_refused() {
    let service = shared().await;
    let now = service.app.app.now().seconds();
    for (name, value, reason) in [
        ("iss", json!("https://id.example.com.evil.example"), "token_issuer"),
        ("iss", json!("https://ID.example.com"), "token_issuer"),
        ("iss", json!(null), "token_issuer"),
        ("aud", json!("others"), "token_audience"),
        ("aud", json!(["thing", "s"]), "token_audience"),
        ("aud", json!(null), "token_audience"),
        ("exp", json!(now - 31), "token_expired"),
        ("exp", json!(0), "token_expired"),
        ("exp", json!(format!("{}", now + 600)), "token_expired"),
        ("exp", json!(null), "token_expired"),
        ("nbf", json!(now + 120), "token_not_yet_valid"),
        ("sub", json!(null), "token_subject"),
        ("sub", json!("zoe\r\nx-keyhatch-type: secret"), "token_subject"),
        ("workspace", json!(null), "token_workspace"),
        ("workspace", json!({"slug": "acme"}), "token_workspace"),
        ("workspace", json!("acme' OR '1'='1"), "token_workspace"),
        ("workspace", json!("elsewhere"), "token_workspace"),
        ("workspace", json!("acme\0"), "token_workspace"),
    ] {
        let token = hs256(SECRET.as_bytes(), &head(), &with(&service, name, value.clone()));
        assert_refused(&service, &token, reason, &format!("{name} {value}")).await;
    }
    let early = hs256(SECRET.as_bytes(), &head(), &with(&service, "nbf", json!(now + 20)));
    assert_taken(&service, &early, "clocks differ a little").await;
}

#[tokio::test]
async fn a_signature_is_the_whole_one_or_none() {
    let service = shared().await;
    let good = hs256(SECRET.as_bytes(), &head(), &claims(&service));
    for secret in ["", " ", "secret", &SECRET[..SECRET.len() - 1], &format!("{SECRET} ")] {
        let forged = hs256(secret.as_bytes(), &head(), &claims(&service));
        assert_refused(&service, &forged, "token_signature", secret).await;
    }
    let parts: Vec<&str> = good.split('.').collect();
    let other = part(&with(&service, "sub", json!("somebody else")));
    let swapped = format!("{}.{other}.{}", parts[0], parts[2]);
    assert_refused(&service, &swapped, "token_signature", "other claims").await;
    assert_refused(
        &service,
        &format!("{}.{}.", parts[0], parts[1]),
        "token_signature",
        "no signature",
    )
    .await;
    // Cut anywhere, it is nothing.
    for length in (1..good.len()).step_by(9).chain([good.len() - 1]) {
        let answer = service.judge(&good[..length], "GET", "/api/v1/rates").await;
        assert_eq!(answer.status, 401, "{length} of {}", good.len());
    }
    // Each character of a signature counts, also the bits that base64 has to spare.
    let last = good.len() - 1;
    for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars() {
        let changed = format!("{}{character}", &good[..last]);
        let status = service.status(&changed, "GET", "/api/v1/rates").await;
        assert_eq!(status, if changed == good { 200 } else { 401 }, "{changed}");
    }
}

#[tokio::test]
async fn garbage_with_dots_is_garbage() {
    let service = shared().await;
    let good = hs256(SECRET.as_bytes(), &head(), &claims(&service));
    for garbage in [
        "..",
        "...",
        "a..",
        "..c",
        "a.b",
        ".b.c",
        "a.b.c.d",
        "kh_live_a.b",
        "a.b.c=",
        "a.b+.c",
        "a.b/.c",
        "a.b.c%00",
    ] {
        assert_refused(&service, garbage, "malformed", garbage).await;
    }
    for garbage in [
        "a.b.c",
        "a.b.",
        "e30.e30.e30",
        "eyJhbGciOiJIUzI1NiJ.e30.e30",
        "____.____.____",
    ] {
        assert_refused(&service, garbage, "token_malformed", garbage).await;
    }
    for wrapped in [
        format!("{good}.{good}"),
        format!("{good}."),
        format!("{good}="),
        format!(".{good}"),
    ] {
        assert_refused(&service, &wrapped, "malformed", "wrapped").await;
    }
    let long = |length: usize| {
        hs256(
            SECRET.as_bytes(),
            &head(),
            &with(&service, "more", json!("x".repeat(length))),
        )
    };
    assert_taken(&service, &long(8_000), "many roles").await;
    assert_refused(&service, &long(16_000), "malformed", "too long").await;
    // Claims that are no object, signed as they should be.
    for claims in ["null", "[]", "7", "\"sub\"", "{", "{\"exp\":1e999}"] {
        let token = hs256_over(SECRET.as_bytes(), &part(&head()), &base64_of(claims));
        let status = service.status(&token, "GET", "/api/v1/rates").await;
        assert_eq!(status, 401, "{claims}");
    }
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let deep = hs256_over(SECRET.as_bytes(), &part(&head()), &base64_of(&deep));
    assert_eq!(service.status(&deep, "GET", "/api/v1/rates").await, 401);
    // Only where the profile says so.
    let plain = Service::on_plan("example", Some("enterprise")).await;
    assert_refused(&plain, &good, "malformed", "a profile without [jwt]").await;
    let answer = plain
        .judge(&plain.mint("secret", &[]).await, "GET", "/api/v1/rates")
        .await;
    assert_eq!(answer.headers["x-keyhatch-subject"], "");
}

#[tokio::test]
async fn a_public_key_is_no_secret() {
    let pairs = KeyPair::make([("RS256", "rsa"), ("ES256", "ec"), ("EdDSA", "ed")]);
    let server = KeyServer::start(&pairs.each_ref()).await;
    let service = published(&server).await;
    let claims = claims(&service);
    for pair in &pairs {
        assert_taken(&service, &pair.sign(&claims), &pair.algorithm).await;
        let kid = &pair.jwk["kid"];
        let spki = pair
            .public
            .lines()
            .filter(|line| !line.starts_with('-'))
            .collect::<String>();
        let numbers = ["n", "x"].iter().find_map(|name| pair.jwk[name].as_str()).unwrap();
        for secret in [
            pair.public.as_bytes(),
            pair.public.trim().as_bytes(),
            pair.jwk.to_string().as_bytes(),
            &data_encoding::BASE64.decode(spki.as_bytes()).unwrap(),
            &data_encoding::BASE64URL_NOPAD.decode(numbers.as_bytes()).unwrap(),
        ] {
            let header = json!({"alg": "HS256", "typ": "JWT", "kid": kid});
            let forged = hs256(secret, &header, &claims);
            assert_refused(&service, &forged, "token_algorithm", &pair.algorithm).await;
            // An HMAC that calls itself a signature is none, either.
            let header = json!({"alg": pair.algorithm, "typ": "JWT", "kid": kid});
            let forged = hs256(secret, &header, &claims);
            assert_refused(&service, &forged, "token_signature", &pair.algorithm).await;
        }
    }
    // Nor does one key do for another algorithm than its own.
    for (pair, kid) in [
        (&pairs[0], "ec"),
        (&pairs[1], "rsa"),
        (&pairs[2], "ec"),
        (&pairs[1], "ed"),
    ] {
        let crossed = pair.sign_with(json!({"kid": kid}), &claims);
        assert_refused(&service, &crossed, "token_key", kid).await;
        let renamed = pair.sign_with(json!({"alg": "PS256"}), &claims);
        assert_refused(&service, &renamed, "token_algorithm", "PS256").await;
    }
}

#[tokio::test]
async fn a_token_brings_no_keys_and_leads_to_none() {
    let [ours, theirs] = KeyPair::make([("ES256", "ours"), ("ES256", "theirs")]);
    let (server, trap) = (KeyServer::start(&[&ours]).await, KeyServer::start(&[&theirs]).await);
    let service = published(&server).await;
    let claims = claims(&service);
    assert_taken(&service, &ours.sign(&claims), "the good one").await;
    for led in [
        json!({"jwk": theirs.jwk, "kid": null}),
        json!({"jwk": theirs.jwk, "kid": "ours"}),
        json!({"jku": trap.url, "kid": "ours"}),
        json!({"x5u": trap.url, "kid": "ours"}),
        json!({"x5c": ["MIIB"], "x5t": "AAAA", "kid": "ours"}),
    ] {
        let forged = theirs.sign_with(led.clone(), &claims);
        assert_refused(&service, &forged, "token_signature", &led.to_string()).await;
    }
    // Who may sign may write what they like there: nobody reads it.
    for read_by_nobody in [
        json!({"jku": trap.url}),
        json!({"x5u": trap.url}),
        json!({"jwk": theirs.jwk}),
    ] {
        let token = ours.sign_with(read_by_nobody.clone(), &claims);
        assert_taken(&service, &token, &read_by_nobody.to_string()).await;
    }
    let (before, began) = (server.visitors(), Instant::now());
    for kid in [
        "theirs",
        "../../../../dev/null",
        "ours' UNION SELECT 1--",
        "http://127.0.0.1/",
        "",
        "Ours",
        "ours ",
    ] {
        let forged = theirs.sign_with(json!({"kid": kid}), &claims);
        assert_refused(&service, &forged, "token_key", kid).await;
    }
    assert!(server.visitors() - before <= most(began));
    assert_eq!(trap.visitors(), 0);
}

/// How often the provider may have been asked meanwhile: once in ten seconds.
fn most(began: Instant) -> usize {
    1 + usize::try_from(began.elapsed().as_secs() / 10).unwrap()
}

#[tokio::test]
async fn names_of_keys_that_nobody_has_are_no_storm() {
    let [ours, theirs] = KeyPair::make([("ES256", "ours"), ("ES256", "theirs")]);
    let server = KeyServer::start(&[&ours]).await;
    let service = published(&server).await;
    let claims = claims(&service);
    let good = ours.sign(&claims);
    assert_taken(&service, &good, "the good one").await;
    let forged = theirs.sign(&claims);
    let rest = forged.split_once('.').unwrap().1;
    for round in 1..=3 {
        service.app.advance(std::time::Duration::from_secs(11));
        let (before, began) = (server.visitors(), Instant::now());
        let asked = (0..60).map(|number| {
            let header = part(&json!({"alg": "ES256", "kid": format!("{round}-{number}")}));
            let program = service.app.program(&format!("{header}.{rest}"));
            async move { judge(&program, "GET", "/api/v1/rates").await.status }
        });
        let statuses = futures_util::future::join_all(asked).await;
        assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
        let asked = server.visitors() - before;
        assert!((1..=most(began)).contains(&asked), "{asked} times");
        assert_taken(&service, &good, "others go on").await;
    }
}

#[tokio::test]
async fn two_headers_are_one_too_many() {
    let service = shared().await;
    let good = hs256(SECRET.as_bytes(), &head(), &claims(&service));
    let request = service.app.program(&good).request(Method::GET, "/api/v1/me");
    let twice = request.header("authorization", format!("Bearer {good}"));
    assert_eq!(twice.send().await.unwrap().status(), 401);
}
