//! “Send it from here”: the page that shows a key has the first request sent.

use std::time::Duration;

use crate::keys::world::{Jar, World};
use crate::support::{Answer, PASSWORD, Program};

/// Alice's new key: its page that shows it, and the address of that.
async fn shown(world: &World, name: &str) -> (Answer, String) {
    let fields = [("name", name), ("type", "secret"), ("environment", "test")];
    let reveal = world.submit(&fields).await.location();
    (world.alice.get(&reveal).await, reveal)
}

async fn send(world: &World, page: &Answer, reveal: &str) -> Answer {
    let action = format!("{reveal}/trial");
    let form = page.form(&action);
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    world.alice.post(&action, &fields).await
}

#[tokio::test]
async fn it_shows_what_the_api_answers_and_nothing_of_the_key() {
    let world = World::start().await;
    let (page, reveal) = shown(&world, "CI").await;
    let key = page.text("#key-text");
    let action = format!("form[action='{reveal}/trial']");
    assert_eq!(
        page.attribute(&action, "target").as_deref(),
        Some("_blank"),
        "the key stays"
    );
    let answer = send(&world, &page, &reveal).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.text(".badge[data-tone]"), "200 OK");
    assert!(!answer.body.contains(&key));

    // The same, asked by a program.
    let real = Program::new(&world.app.address, Some(&key)).get("/api/v1/me").await;
    let body: serde_json::Value = serde_json::from_str(&answer.text("#body")).unwrap();
    assert_eq!(body, real.json());
    let headers = answer.text("#headers");
    assert!(headers.contains("content-type: application/json"), "{headers}");
    assert!(headers.contains("x-request-id: "), "{headers}");

    // It was counted, as one that Alice has sent.
    let first = world.alice.get(&reveal.replace("/reveal", "/first-request")).await;
    let state = first.text("#first-request");
    assert!(state.contains(" UTC from 127.0.0.1 with kh_test_"), "{state}");
    let id = reveal
        .trim_end_matches("/reveal")
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let counts = keyhatch::store::usage::sums_since(world.app.app.db.reader(), &[id], 0)
        .await
        .unwrap();
    let accepted: Vec<_> = counts.iter().map(|count| (&*count.outcome, count.count)).collect();
    assert_eq!(accepted, [("accepted", 2)]);
}

#[tokio::test]
async fn what_is_refused_is_shown_too() {
    let world = World::start().await;
    let (page, reveal) = shown(&world, "CI").await;
    let url = reveal.trim_end_matches("/reveal").to_owned();
    let disabled = world.alice.submit(&url, &format!("{url}/disablement"), &[]).await;
    assert_eq!(disabled.status, 303);
    let answer = send(&world, &page, &reveal).await;
    assert_eq!(answer.text(".badge[data-tone]"), "401 Unauthorized");
    assert!(answer.text("#headers").contains("www-authenticate: Bearer"));
    assert!(answer.text("#body").contains("invalid_credentials"), "{}", answer.body);
}

fn cookie(answer: &Answer) -> Option<&str> {
    let cookies = answer.headers.get_all("set-cookie").iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .find(|cookie| cookie.starts_with("keyhatch_trial="))
}

#[tokio::test]
async fn only_the_browser_that_was_shown_it_can_and_not_for_long() {
    let world = World::start().await;
    let (page, reveal) = shown(&world, "CI").await;
    let set = cookie(&page).unwrap().to_owned();
    for part in [
        "HttpOnly",
        "SameSite=Strict",
        "Max-Age=600",
        &format!("Path={reveal}/trial"),
    ] {
        assert!(set.contains(part), "{part} in {set}");
    }
    let key = page.text("#key-text");
    assert!(!set.contains(&key[8..]) && !set.contains(&data_encoding::BASE64URL_NOPAD.encode(key.as_bytes())[8..40]));

    // Another browser of hers; another person with her cookie; another key with it.
    let elsewhere = world.app.browser();
    elsewhere.sign_in("alice@example.com", PASSWORD).await;
    let action = format!("{reveal}/trial");
    let csrf = crate::keys::world::csrf(&elsewhere, &world.keys).await;
    let refused = elsewhere.post(&action, &[("csrf", &csrf)]).await;
    assert_eq!(refused.status, 410);
    assert!(refused.text("h1").contains("is put away"));
    let kept = set.split(['=', ';']).nth(1).unwrap();
    world.member("bob", "developer").await;
    let other = world.key("Other").await;
    for (email, action) in [
        ("bob@example.com", action.clone()),
        ("alice@example.com", format!("{}/reveal/trial", other.url)),
    ] {
        let mut jar = Jar::new(&world.app.address);
        let csrf = jar
            .get("/sign-in")
            .await
            .attribute("input[name=csrf]", "value")
            .unwrap();
        let fields = [("csrf", csrf.as_str()), ("email", email), ("password", PASSWORD)];
        assert_eq!(jar.post("/sign-in", &fields).await.status, 303);
        let csrf = jar
            .get("/workspaces")
            .await
            .attribute("input[name=csrf]", "value")
            .unwrap();
        jar.cookies.insert("keyhatch_trial".to_owned(), kept.to_owned());
        assert_eq!(jar.post(&action, &[("csrf", &csrf)]).await.status, 410, "{email}");
    }

    assert_eq!(send(&world, &page, &reveal).await.status, 200);
    world.app.advance(Duration::from_secs(601));
    assert_eq!(send(&world, &page, &reveal).await.status, 410, "too late");
}

#[tokio::test]
async fn it_ends_when_the_key_is_put_away_and_the_first_one_leads_back_to_the_walk() {
    let world = World::start().await;
    for (name, leads_to) in [("First", "/welcome"), ("Second", "")] {
        let (page, reveal) = shown(&world, name).await;
        assert_eq!(send(&world, &page, &reveal).await.status, 200);
        let action = format!("{reveal}/acknowledgement");
        let form = page.form(&action);
        let fields: Vec<_> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let stored = world.alice.post(&action, &fields).await;
        let url = reveal.trim_end_matches("/reveal");
        let expected = if leads_to.is_empty() { url } else { leads_to };
        assert_eq!(stored.location(), expected, "{name}");
        assert!(cookie(&stored).unwrap().contains("Max-Age=0"));
        let next = world.alice.get(&stored.location()).await;
        assert!(next.text(".flash").contains("is ready"), "{name}");
        assert_eq!(send(&world, &page, &reveal).await.status, 410);
    }
}
