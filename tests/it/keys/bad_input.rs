use super::world::{World, csrf, error_at};
use crate::support::Answer;

const EVERY_FIELD: [(&str, &str); 7] = [
    ("name", "Kept"),
    ("type", "restricted"),
    ("environment", "live"),
    ("scopes", "labels:write"),
    ("expiry", "30"),
    ("expires_at", ""),
    ("webhook_url", "https://example.com/kept"),
];

#[tokio::test]
async fn each_mistake_is_at_its_field_and_everything_typed_stays() {
    let world = World::start().await;
    let huge = "x".repeat(65);
    let long_url = format!("https://example.com/{}", "x".repeat(2000));
    let table: Vec<(&str, &str, &str)> = vec![
        ("name", "", "Enter a name."),
        ("name", "   ", "Enter a name."),
        ("name", &huge, "Use at most 64 characters."),
        ("name", "a\u{0}b", "cannot be shown"),
        ("name", "a\nb", "cannot be shown"),
        ("name", "a\u{202E}b", "cannot be shown"),
        ("type", "", "Choose what kind of key to create."),
        ("type", "root", "There is no such type of key."),
        ("type", "\u{0}", "There is no such type of key."),
        ("environment", "mars", "Choose one of: live, test."),
        ("scopes", "no:such", "There is no scope “no:such”."),
        ("scopes", "\u{0}", "There is no scope"),
        ("expires_at", "2001-01-01", "Pick a moment in the future"),
        ("expires_at", "31.12.2999", "Write the date like"),
        ("expires_at", "2999-02-30", "Write the date like"),
        ("expires_at", "99999-01-01", "Write the date like"),
        ("webhook_url", "ftp://example.com", "Use an https URL"),
        ("webhook_url", "example.com", "Write a whole URL"),
        ("webhook_url", "javascript:alert(1)", "https URL"),
        ("webhook_url", "https://user:pass@example.com", "Remove the user name"),
        ("webhook_url", "https://exa mple.com", "Remove the spaces"),
        ("webhook_url", &long_url, "Use at most 2,000 characters."),
    ];
    for (field, value, says) in table {
        let fields: Vec<_> = EVERY_FIELD
            .into_iter()
            .map(|(name, kept)| (name, if name == field { value } else { kept }))
            .collect();
        let form = world.form().await;
        let nonce = form.iter().find(|(name, _)| name == "nonce").unwrap().1.clone();
        let fields: Vec<_> = fields.into_iter().chain([("nonce", nonce.as_str())]).collect();
        let answer = world.submit(&fields).await;
        assert_eq!(answer.status, 422, "{field}={value:?}");
        let error = error_at(&answer, field);
        assert!(error.contains(says), "{field}={value:?}: {error}");
        assert!(
            answer.texts("[data-problems] li").len() == 1,
            "one mistake: {:?}",
            answer.texts(".problems")
        );
        kept(&answer, &world.keys, field, &nonce);
    }
    assert!(
        world.alice.get(&world.keys).await.texts(".lead-cell").is_empty(),
        "nothing was made"
    );
}

/// All but the wrong field came back as they were sent, with the same nonce.
fn kept(answer: &Answer, action: &str, wrong: &str, nonce: &str) {
    let form = answer.form(action);
    let value = |name: &str| {
        form.iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(value("nonce"), Some(nonce));
    for (name, kept) in EVERY_FIELD {
        if name != wrong {
            assert_eq!(value(name), Some(kept), "{name} while {wrong} is wrong");
        }
    }
}

#[tokio::test]
async fn several_mistakes_are_all_told() {
    let world = World::start().await;
    let fields = [
        ("name", ""),
        ("type", "restricted"),
        ("expiry", "date"),
        ("expires_at", ""),
        ("webhook_url", "nonsense"),
    ];
    let answer = world.submit(&fields).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.text(".problems h2"), "4 things to correct");
    assert!(error_at(&answer, "scopes").contains("Tick at least one"));
    assert!(error_at(&answer, "expires_at").contains("Pick the date"));
    assert!(answer.text("title").starts_with("Correct this"));
}

#[tokio::test]
async fn an_unknown_preset_is_refused() {
    let world = World::start().await;
    for bad in ["31", "-7", "soon", "\u{0}", "9223372036854775808"] {
        let answer = world.submit(&[("name", "x"), ("expiry", bad)]).await;
        assert_eq!(answer.status, 422, "{bad:?}");
        assert!(error_at(&answer, "expires_at").contains("Choose one of the expiries offered."));
    }
}

#[tokio::test]
async fn missing_fields_are_empty_ones() {
    let world = World::start().await;
    let form = world.form().await;
    let value = |name: &str| form.iter().find(|(known, _)| known == name).unwrap().1.clone();
    let (csrf, nonce) = (value("csrf"), value("nonce"));
    let answer = world
        .alice
        .post(&world.keys, &[("csrf", &csrf), ("nonce", &nonce)])
        .await;
    assert_eq!(answer.status, 422);
    assert_eq!(error_at(&answer, "name"), "Enter a name.");
    assert!(error_at(&answer, "type").contains("Choose what kind"));
    let enough = [
        ("csrf", csrf.as_str()),
        ("nonce", &nonce),
        ("name", "Bare"),
        ("type", "secret"),
    ];
    assert_eq!(world.alice.post(&world.keys, &enough).await.status, 303);
}

#[tokio::test]
async fn what_no_browser_sends_is_refused_in_words() {
    let world = World::start().await;
    let csrf = csrf(&world.alice, &world.keys).await;
    let nonce = "A".repeat(43);
    let start = format!("csrf={csrf}&nonce={nonce}&type=secret");
    let send = |kind: &'static str, body: String| {
        let request = world
            .alice
            .client
            .post(world.alice.url(&world.keys))
            .header("content-type", kind)
            .body(body);
        async { Answer::of(request.send().await.unwrap()).await }
    };
    let form = "application/x-www-form-urlencoded";
    let invalid = send(form, format!("{start}&name=%FF%FE")).await;
    assert_eq!(invalid.status, 422, "bytes that are no text");
    assert!(error_at(&invalid, "name").contains("cannot be shown"));
    let broken = send(form, format!("{start}&name=%zz")).await;
    assert!([303, 422].contains(&broken.status), "a percent sign alone is itself");
    let twice = send(form, format!("{start}&name=a&name=b")).await;
    assert_eq!(twice.status, 400);
    assert!(twice.text("main").contains("The form could not be read."));
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        assert_eq!(send(kind, start.clone()).await.status, 403, "{kind}");
    }
    let large = send(form, format!("{start}&name={}", "x".repeat(70_000))).await;
    assert_eq!(large.status, 413);
    assert_eq!(large.text("h1"), "That is too much");
    let many: String = (0..2000).map(|number| format!("&scopes=s{number}")).collect();
    let many = send(form, format!("csrf={csrf}&nonce={nonce}&type=restricted&name=x{many}")).await;
    assert_eq!(many.status, 422);
    assert!(error_at(&many, "scopes").contains("There is no scope"));
    for method in [reqwest::Method::PUT, reqwest::Method::DELETE, reqwest::Method::PATCH] {
        let answer = world
            .alice
            .client
            .request(method, world.alice.url(&world.keys))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 405);
    }
}

#[tokio::test]
async fn scopes_of_another_type_mean_nothing() {
    let world = World::start().await;
    // Ticked first, then another type was chosen: a browser without scripts sends both.
    let made = world
        .make(&[("name", "All"), ("type", "secret"), ("scopes", "labels:write")])
        .await;
    let page = world.alice.get(&made.url).await;
    assert!(page.text("dl.definition").contains("It may Everything"));
    let twice = [
        ("name", "Twice"),
        ("type", "restricted"),
        ("scopes", "labels:write"),
        ("scopes", "labels:write"),
    ];
    let made = world.make(&twice).await;
    assert_eq!(
        world.alice.get(&made.url).await.texts(".definition .scope-list span"),
        ["labels:write"]
    );
}
