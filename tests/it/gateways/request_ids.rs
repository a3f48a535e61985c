//! "Why was it refused?": the name in the answer leads to the true reason and a remedy, on the customer's page and at the desk;
//! whatever the request came through.

use std::time::Duration;

use keyhatch::domain::keys::{self, NewKeyInput};
use reqwest::Method;

use super::{World, client};
use crate::support::{Answer, Browser, PASSWORD, Program};

const NO_KEY: &str = "No key came with the request";
const OTHER_TEXT: &str = "What came is no key of this API";

/// Who looks it up.
struct Readers {
    alice: Browser,
    charlie: Browser,
    sam: Browser,
}

impl Readers {
    async fn sign_in(world: &World) -> Self {
        let reader = async |name: &str| {
            let browser = world.app.browser();
            browser.sign_in(&format!("{name}@example.com"), PASSWORD).await;
            browser
        };
        Self {
            alice: reader("alice").await,
            charlie: reader("charlie").await,
            sam: reader("sam").await,
        }
    }
}

/// A request that is refused.
struct Refused<'a> {
    key: Option<&'a str>,
    method: &'a str,
    path: &'a str,
    code: &'a str,
    /// What the customer and support read, and nobody else.
    reason: &'a str,
    remedy: &'a str,
}

async fn refuse(world: &World, readers: &Readers, refused: &Refused<'_>) {
    let said = Program::new(&world.app.address, refused.key).request(Method::GET, "/gateway/forward");
    let said = said
        .header("x-forwarded-method", refused.method)
        .header("x-forwarded-uri", refused.path)
        // As the proxies say it of the client below.
        .header("x-forwarded-proto", "http");
    let mut answers = vec![("itself".to_owned(), Answer::of(said.send().await.unwrap()).await)];
    for proxy in &world.proxies {
        let request = client(proxy, refused.key).request(refused.method.parse().unwrap(), refused.path);
        answers.push((
            format!("{:?}", proxy.kind),
            Answer::of(request.send().await.unwrap()).await,
        ));
    }
    for (through, answer) in answers {
        let about = format!("{} through {through}", refused.reason);
        assert_eq!(answer.json()["code"], refused.code, "{about}");
        let names: Vec<_> = answer.headers.get_all("x-request-id").into_iter().collect();
        let [name] = names[..] else {
            panic!("{about}: {names:?}")
        };
        let name = name.to_str().unwrap();

        let page = readers.alice.get(&format!("/w/acme/requests?id={name}")).await;
        // As the customer says it: what the answer said, whoever chose it.
        let found = readers
            .sam
            .submit("/staff", "/staff/lookups", &[("display_prefix", name)])
            .await;
        assert_eq!(found.location(), format!("/staff/requests/{name}"), "{about}");
        let desk = readers.sam.get(&found.location()).await;
        for page in [&desk, &page] {
            assert_eq!(page.status, 200, "{about}");
            let said = page.text("article");
            for part in [refused.reason, refused.remedy, refused.code, refused.method] {
                assert!(said.contains(part), "{about}: {part} in {said}");
            }
        }
        if let Some(key) = refused.key {
            assert!(!desk.body.contains(key), "{about}");
        }
        // Without a key it could be anybody's; one with a key does not exist to others.
        let theirs = readers.charlie.get(&format!("/w/other/requests?id={name}")).await;
        let is_anybodys = refused.reason == NO_KEY || refused.reason == OTHER_TEXT;
        assert_eq!(theirs.texts("article").len(), usize::from(is_anybodys), "{about}");
        assert!(!page.body.contains("127.0.0.1") || !is_anybodys, "{about}");
        assert_eq!(readers.alice.get(&format!("/staff/requests/{name}")).await.status, 404);
    }
}

#[tokio::test]
async fn the_name_of_an_answer_leads_to_the_reason() {
    let world = World::start().await;
    let app = &world.app;
    let charlie = app.person("charlie").await;
    app.workspace(&charlie, "Other").await;
    app.person("sam").await;
    let readers = Readers::sign_in(&world).await;
    let invalid = "invalid_credentials";
    let get = "/api/v1/rates?from=here";
    let usual = Refused {
        key: None,
        method: "GET",
        path: get,
        code: invalid,
        reason: "",
        remedy: "",
    };
    refuse(
        &world,
        &readers,
        &Refused {
            code: "missing_authorization",
            reason: NO_KEY,
            remedy: "Authorization: Bearer",
            ..usual
        },
    )
    .await;
    let good = world.key("secret", &[]).await;
    let last = if good.ends_with('a') { "b" } else { "a" };
    let typo = format!("{}{last}", &good[..good.len() - 1]);
    for (key, mistake) in [
        (typo.as_str(), "a character was mistyped"),
        (&good[..good.len() - 3], "is cut short"),
        ("whsec_4f7aQm2XvB8cT1LwYp9RzKd6", "a webhook’s signing secret"),
        ("sk-proj-4f7aQm2XvB8cT1LwYp9RzKd6", "does not begin like a key"),
    ] {
        refuse(
            &world,
            &readers,
            &Refused {
                key: Some(key),
                reason: OTHER_TEXT,
                remedy: mistake,
                ..usual
            },
        )
        .await;
    }
    let ring = app.ring(&world.workspace, Some(&world.project));
    let proof = ring.manage_keys().unwrap();
    let issue = async || {
        app.key(&world.workspace, Some(&world.project), "secret", "live", &[])
            .await
    };
    let (revoked, disabled) = (issue().await, issue().await);
    keys::revoke(&app.app, proof, revoked.key.id).await.unwrap();
    keys::disable(&app.app, proof, disabled.key.id).await.unwrap();
    for (key, reason, remedy) in [
        (&revoked, "The key is revoked", "Create a new one"),
        (&disabled, "The key is disabled", "Enable the key on its page"),
    ] {
        let key = Some(key.text.expose_secret());
        refuse(
            &world,
            &readers,
            &Refused {
                key,
                reason,
                remedy,
                ..usual
            },
        )
        .await;
    }
    let restricted = world.key("restricted", &["rates:read"]).await;
    let scope = Refused {
        key: Some(&restricted),
        method: "POST",
        path: "/api/v1/shipments",
        code: "insufficient_scope",
        reason: "The key lacks the scope",
        remedy: "shipments:write",
    };
    refuse(&world, &readers, &scope).await;
    let ambiguous = Refused {
        key: Some(&good),
        path: "/api/v1/shipments/ab%2Fcd",
        code: "ambiguous_path",
        reason: "The request can be read in two ways",
        remedy: "Write the path as the documentation does",
        ..usual
    };
    refuse(&world, &readers, &ambiguous).await;
    let elsewhere = NewKeyInput {
        name: "office".to_owned(),
        type_id: "secret".to_owned(),
        environment: "live".to_owned(),
        allowed_addresses: vec!["203.0.113.0/24".to_owned()],
        ..NewKeyInput::default()
    };
    let elsewhere = app.key_of(&world.workspace, Some(&world.project), elsewhere).await;
    let address = Refused {
        key: Some(elsewhere.text.expose_secret()),
        code: "ip_not_allowed",
        reason: "The address is not on the key’s list",
        remedy: "Add the address to the list",
        ..usual
    };
    refuse(&world, &readers, &address).await;
    let ends = NewKeyInput {
        name: "a week".to_owned(),
        type_id: "secret".to_owned(),
        environment: "live".to_owned(),
        expiry: "7".to_owned(),
        ..NewKeyInput::default()
    };
    let ends = app.key_of(&world.workspace, Some(&world.project), ends).await;
    app.advance(Duration::from_secs(7 * 24 * 60 * 60));
    let readers = Readers::sign_in(&world).await;
    let expired = Refused {
        key: Some(ends.text.expose_secret()),
        reason: "The key has expired",
        remedy: "Roll the key",
        ..usual
    };
    refuse(&world, &readers, &expired).await;
    keyhatch::domain::workspaces::suspend(&app.app, &world.workspace)
        .await
        .unwrap();
    let suspended = Refused {
        key: Some(&good),
        code: "workspace_suspended",
        reason: "The workspace is suspended",
        remedy: "A new key does not help",
        ..usual
    };
    refuse(&world, &readers, &suspended).await;
    // What support looked at is in the customer's trail.
    let trail = readers.alice.get("/w/acme/audit").await;
    assert!(trail.text("table").contains("looked up the key"), "{}", trail.body);
}

#[tokio::test]
async fn so_does_what_only_some_profiles_refuse() {
    let https = [("https_only = false", "https_only = true")];
    let limit = [("exports = 2_000 }", "exports = 1 }")];
    let credits = [("[plan.free]", "[credits]\nstart = 0\ncost = 1\n\n[plan.free]")];
    let export = "/api/v1/shipments/exports";
    for (profile, method, path, code, reason, remedy) in [
        (
            https,
            "GET",
            "/api/v1/rates",
            "https_required",
            "The request came over plain http",
            "Call https:// only",
        ),
        (
            limit,
            "POST",
            export,
            "rate_limit_exceeded",
            "A rate limit was reached",
            "Wait for the seconds in Retry-After",
        ),
        (
            credits,
            "GET",
            "/api/v1/rates",
            "insufficient_credits",
            "The workspace could not pay for it",
            "Get more credits",
        ),
    ] {
        let world = World::start_with(&profile).await;
        let charlie = world.app.person("charlie").await;
        world.app.workspace(&charlie, "Other").await;
        world.app.person("sam").await;
        let readers = Readers::sign_in(&world).await;
        let key = world.key("secret", &[]).await;
        if code == "rate_limit_exceeded" {
            let first = client(&world.proxies[0], Some(&key)).request(Method::POST, export);
            assert_eq!(first.send().await.unwrap().status(), 200);
        }
        let refused = Refused {
            key: Some(&key),
            method,
            path,
            code,
            reason,
            remedy,
        };
        refuse(&world, &readers, &refused).await;
    }
}
