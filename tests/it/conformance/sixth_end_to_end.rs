//! The sixth API once more, as its people meet it: Neil signs up, makes a pass, and calls the API behind nginx and Caddy.

use reqwest::Method;
use serde_json::{Value, json};

use super::gateways::{Guarded, retry_after};
use super::service::Service;
use super::sixth::MOONBASE;
use crate::accounts::link;
use crate::gateways::proxy::Proxy;
use crate::keys::world::{Made, see};
use crate::support::{Answer, Browser, PASSWORD, Program};

const OPEN: &str = "/lunar/2027-01/airlocks/7/open";

/// Neil signs up on the pages, and confirms his address.
async fn neil_signs_up(service: &Service) -> Browser {
    let neil = service.app.browser();
    let page = neil.get("/sign-up").await;
    assert!(page.text("title").contains("Moonbase"), "{}", page.text("title"));
    let fields = [("email", "neil@example.com"), ("password", PASSWORD)];
    neil.submit("/sign-up", "/sign-up", &fields).await;
    let mail = service.app.mails(1).await.remove(0);
    assert!(mail.contains("Moonbase"), "{mail}");
    let path = link(&mail, "/verify-email?token=");
    let answer = neil.submit(&path, "/verify-email", &[]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/welcome"));
    neil
}

async fn make(neil: &Browser, keys: &str, fields: &[(&str, &str)]) -> Made {
    let answer = neil.submit(&format!("{keys}/new"), keys, fields).await;
    assert_eq!(answer.status, 303, "{}", answer.texts(".problems").join(" "));
    see(neil, &answer.location()).await
}

/// A request through a proxy, with a pass in the header that Moonbase has for it.
async fn pass(proxy: &Proxy, text: &str, method: &str, path: &str) -> Answer {
    let request = Program::new(&proxy.address, None).request(method.parse().unwrap(), path);
    Answer::of(request.header("Moonbase-Pass", text).send().await.unwrap()).await
}

fn code(answer: &Answer) -> Value {
    let body = answer.json();
    assert!(body["error"]["message"].is_string(), "{body}");
    body["error"]["code"].clone()
}

#[tokio::test]
async fn neil_signs_up_and_opens_an_airlock() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), MOONBASE).unwrap();
    let guarded = Guarded::start(Service::with_file(file.path(), None).await).await;
    let neil = neil_signs_up(&guarded).await;

    // What he was given: a workspace of the profile's name, with a project for his passes.
    let crew = neil.get("/workspaces").await;
    let crew = crew.attribute("main a[href^='/w/my-crew']", "href").unwrap();
    let page = neil.get(&crew).await;
    assert_eq!((page.status, page.text("h1").as_str()), (200, "My crew"));
    let project = page.attribute("main a[href*='/p/']", "href").unwrap();
    let keys = format!("{crew}/p/{}/keys", project.split('/').nth(4).unwrap());

    // The form has the profile's words: its scopes and environments.
    let form = neil.get(&format!("{keys}/new")).await;
    for words in ["Open the airlock", "Drive the rover"] {
        assert!(form.body.contains(words), "{words}");
    }
    let scopeless = neil
        .submit(&format!("{keys}/new"), &keys, &[("name", "x"), ("environment", "live")])
        .await;
    assert_eq!(scopeless.status, 422, "a pass is for something");
    let fields = [("name", "Suit"), ("environment", "live"), ("scopes", "airlock.open")];
    let suit = make(&neil, &keys, &fields).await;
    let fields = [("name", "Rover"), ("environment", "test"), ("scopes", "rover.drive")];
    let rover = make(&neil, &keys, &fields).await;
    assert!(suit.text.starts_with("mb-") && rover.text.starts_with("mbsim-"));
    let shown = neil.get(&keys).await;
    assert!(shown.body.contains(&suit.text[..9]) && !shown.body.contains(&suit.text[..10]));
    // The plan of a new crew has two places.
    let fields = [("name", "Spare"), ("environment", "live"), ("scopes", "rover.drive")];
    let third = neil.submit(&format!("{keys}/new"), &keys, &fields).await;
    assert_eq!(third.status, 409);
    assert!(third.body.contains("The Crew plan has 2"), "{}", third.text("main"));

    for proxy in &guarded.proxies {
        let about = format!("{:?}", proxy.kind);
        // Its own header, its own prefix, its own routes; the API sees who it is and never the pass.
        let opened = pass(proxy, &suit.text, "POST", OPEN).await;
        assert_eq!(opened.status, 200, "{about}: {}", opened.body);
        let got = guarded.api.take_one();
        assert_eq!(got.line, format!("POST {OPEN} HTTP/1.1"));
        assert!(!format!("{got:?}").contains(&suit.text), "{about}: {got:#?}");
        assert_eq!(got.all("x-keyhatch-scopes"), ["airlock.open"]);
        assert_eq!(got.all("x-keyhatch-type"), ["pass"]);
        assert_eq!(got.all("x-keyhatch-environment"), ["live"]);
        let me = pass(proxy, &rover.text, "GET", "/lunar/2027-01/me").await;
        assert_eq!(
            (me.status, &me.json()["scopes"]),
            (200, &json!(["rover.drive"])),
            "{about}"
        );
        assert_eq!(me.json()["workspace"]["name"], "My crew");
        let driven = pass(proxy, &rover.text, "DELETE", "/lunar/2027-01/rovers/1").await;
        assert_eq!(driven.status, 200, "{about}");
        guarded.api.take();

        // Its own errors.
        for (text, method, path, status, expected) in [
            (
                suit.text.as_str(),
                "GET",
                "/lunar/2027-01/rovers/1",
                403,
                "INSUFFICIENT_SCOPE",
            ),
            (&suit.text, "GET", "/lunar/2027-01/reactor", 403, "INSUFFICIENT_SCOPE"),
            (&suit.text, "GET", "/lunar/2027-01/Reactor", 400, "AMBIGUOUS_PATH"),
            (&rover.text, "POST", OPEN, 401, "INVALID_CREDENTIALS"),
            ("mb-nonsense", "POST", OPEN, 401, "INVALID_CREDENTIALS"),
        ] {
            let refused = pass(proxy, text, method, path).await;
            assert_eq!(
                (refused.status, code(&refused)),
                (status, json!(expected)),
                "{about} {method} {path}"
            );
        }
        let bearer = Program::new(&proxy.address, Some(&suit.text))
            .get("/lunar/2027-01/rovers/1")
            .await;
        assert_eq!(
            (bearer.status, code(&bearer)),
            (401, json!("MISSING_AUTHORIZATION")),
            "{about}"
        );
        assert!(guarded.api.take().is_empty(), "{about}");
    }
    // Two a day for the crew, whichever way they come.
    for proxy in &guarded.proxies {
        let late = pass(proxy, &suit.text, "POST", OPEN).await;
        assert!(retry_after(&late) > 3_600);
        assert_eq!(code(&late), "RATE_LIMIT_EXCEEDED");
        let nginx = guarded.stranger().request(Method::GET, "/gateway/nginx");
        let nginx = nginx.header("x-original-method", "POST").header("x-original-uri", OPEN);
        let nginx = nginx.header("Moonbase-Pass", &suit.text).send().await.unwrap();
        assert_eq!(nginx.headers()["x-keyhatch-code"], "RATE_LIMIT_EXCEEDED");
    }
    assert!(guarded.api.take().is_empty());
}

#[tokio::test]
async fn a_plan_has_places_and_limits_of_its_own() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), MOONBASE).unwrap();
    let service = Service::with_file(file.path(), Some("command")).await;
    let mut texts = Vec::new();
    for name in ["Buzz", "Neil"] {
        let fields = [("name", name), ("environment", "live"), ("scopes", "airlock.open")];
        texts.push(service.make(&fields).await.text);
    }
    // A pass makes passes where a route names a scope for it, and none that may more than itself.
    let fields = [
        ("name", "Michael"),
        ("environment", "live"),
        ("expiry", "never"),
        ("scopes", "crew.passes"),
        ("scopes", "rover.drive"),
    ];
    let maker = service.make(&fields).await.text;
    let hand_out = async |with: &str, name: &str, scope: &str| {
        let body = json!({"name": name, "scopes": [scope]});
        let request = service.stranger().request(Method::POST, "/lunar/2027-01/api-keys");
        Answer::of(request.header("Moonbase-Pass", with).json(&body).send().await.unwrap()).await
    };
    let beyond = hand_out(&maker, "Escape", "airlock.open").await;
    assert_eq!(
        (beyond.status, code(&beyond)),
        (403, json!("FORBIDDEN")),
        "{}",
        beyond.body
    );
    let unable = hand_out(&texts[0], "Escape", "airlock.open").await;
    assert_eq!((unable.status, code(&unable)), (403, json!("INSUFFICIENT_SCOPE")));
    let handed = hand_out(&maker, "Rover", "rover.drive").await;
    assert_eq!(handed.status, 201, "{}", handed.body);
    assert!(handed.json()["key"].as_str().unwrap().starts_with("mb-"));
    let full = hand_out(&maker, "Spare", "rover.drive").await;
    assert_eq!(
        (full.status, code(&full)),
        (409, json!("PLAN_LIMIT_REACHED")),
        "{}",
        full.body
    );

    let backend = service.app.backend().await;
    for turn in 0..6 {
        let question = json!({"key": texts[turn % 2], "method": "POST", "path": OPEN});
        let answer = backend.post("/provider/v1/keys/verify", &question).await.json();
        assert_eq!(answer["valid"], turn < 5, "the plan has five a day: {answer}");
    }
}
