use std::time::Duration;

use super::world::{Jar, World, csrf, see};
use crate::support::{Answer, PASSWORD};

/// Alice makes a key; the address of its reveal.
async fn waiting(world: &World) -> (Answer, String) {
    let answer = world.submit(&[("name", "CI deploy"), ("type", "secret")]).await;
    let reveal = answer.location();
    (answer, reveal)
}

fn shows_nothing(page: &Answer) {
    assert_eq!(page.status, 200);
    assert!(
        page.texts("#key-text, #signing-secret, [data-secret]").is_empty(),
        "{}",
        page.body
    );
    assert!(!page.body.contains("whsec_"));
}

#[tokio::test]
async fn a_key_is_shown_once() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    let page = world.alice.get(&reveal).await;
    let text = page.text("#key-text");
    assert_eq!(world.ask(&text).await, "accepted");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert!(!page.text("title").contains("kh_"));
    assert!(page.texts("input").iter().all(String::is_empty));
    assert!(page.attribute("input[value*=kh_]", "value").is_none());

    let again = world.alice.get(&reveal).await;
    shows_nothing(&again);
    assert!(again.text("h1").contains("was shown already"));
    assert!(again.text("main").contains("It was shown"));
    assert_eq!(
        again.attribute("a.primary", "href").unwrap(),
        reveal.replace("/reveal", "/roll")
    );
}

/// On SQLite there is one writer at a time; a page can be opened by anybody as often as they like.
#[tokio::test]
async fn a_page_with_nothing_to_show_waits_for_nobody_who_writes() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    let elsewhere = world.app.browser();
    elsewhere.sign_in("alice@example.com", PASSWORD).await;
    let writing = world.app.app.db.begin().await.unwrap();
    let other = tokio::time::timeout(Duration::from_secs(10), elsewhere.get(&reveal)).await;
    assert!(other.unwrap().text("h1").contains("another browser"));
    drop(writing);

    assert!(world.alice.get(&reveal).await.text("#key-text").starts_with("kh_"));
    // The page after a reveal gives the session a new name, which is written.
    world.alice.get("/account").await;
    let writing = world.app.app.db.begin().await.unwrap();
    let again = tokio::time::timeout(Duration::from_secs(10), world.alice.get(&reveal)).await;
    shows_nothing(&again.unwrap());
    drop(writing);
}

#[tokio::test]
async fn the_cookie_is_bound_and_taken_away() {
    let world = World::start().await;
    let (answer, reveal) = waiting(&world).await;
    let cookie = set_cookie(&answer, "keyhatch_reveal=").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Max-Age=600", &format!("Path={reveal}")] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http in development");
    let page = world.alice.get(&reveal).await;
    let removal = set_cookie(&page, "keyhatch_reveal=").unwrap();
    assert!(
        removal.starts_with("keyhatch_reveal=;") && removal.contains("Max-Age=0"),
        "{removal}"
    );
    assert!(removal.contains(&format!("Path={reveal}")));
}

fn set_cookie(answer: &Answer, start: &str) -> Option<String> {
    let mut cookies = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|value| value.to_str().unwrap());
    cookies.find(|cookie| cookie.starts_with(start)).map(ToOwned::to_owned)
}

#[tokio::test]
async fn the_page_after_it_renews_the_session() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    world.alice.get(&reveal).await;
    let next = world.alice.get(&world.keys).await;
    assert!(set_cookie(&next, "keyhatch_session=").is_some());
    assert_eq!(next.status, 200);
    let after = world.alice.get(&world.keys).await;
    assert_eq!(after.status, 200, "still signed in");
    assert!(set_cookie(&after, "keyhatch_session=").is_none(), "once is enough");
}

#[tokio::test]
async fn another_browser_sees_nothing_and_takes_nothing() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    let other = world.app.browser();
    other.sign_in("alice@example.com", PASSWORD).await;
    let page = other.get(&reveal).await;
    shows_nothing(&page);
    assert!(page.text("main").contains("Open this page in the browser that made it"));

    let bob = world.member("bob", "owner").await;
    shows_nothing(&bob.get(&reveal).await);
    let victor = world.member("victor", "viewer").await;
    assert_eq!(victor.get(&reveal).await.status, 403);
    let charlie = world.app.person("charlie").await;
    assert_eq!(charlie.get(&reveal).await.status, 404);

    let made = see(&world.alice, &reveal).await;
    assert_eq!(world.ask(&made.text).await, "accepted");
}

#[tokio::test]
async fn who_asks_ahead_sees_nothing_and_takes_nothing() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    let url = world.alice.url(&reveal);
    let head = world.alice.client.head(&url).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert!(head.headers().get("set-cookie").is_none(), "not even a cookie changes");
    assert_eq!(head.bytes().await.unwrap().len(), 0);
    for (name, value) in [
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-moz", "prefetch"),
    ] {
        let early = world.alice.client.get(&url).header(name, value).send().await.unwrap();
        let early = Answer::of(early).await;
        assert_eq!(early.status, 503, "{name}");
        assert_eq!(early.headers["cache-control"], "no-store");
        assert_eq!(early.body, "");
    }
    assert!(see(&world.alice, &reveal).await.text.starts_with("kh_"));
    let missing = world.alice.url(&format!("{}/{}/reveal", world.keys, uuid::Uuid::nil()));
    assert_eq!(world.alice.client.head(missing).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn after_ten_minutes_it_is_gone() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    world.app.advance(Duration::from_secs(601));
    let page = world.alice.get(&reveal).await;
    shows_nothing(&page);
    assert!(page.text("main").contains("within ten minutes"));
    assert!(page.attribute("a.primary", "href").unwrap().ends_with("/roll"));
}

#[tokio::test]
async fn two_tabs_of_one_browser_show_it_once() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    let views = tokio::join!(
        world.alice.get(&reveal),
        world.alice.get(&reveal),
        world.alice.get(&reveal)
    );
    let shown = [views.0, views.1, views.2];
    let shown = shown.iter().filter(|page| !page.texts("#key-text").is_empty()).count();
    assert_eq!(shown, 1);
}

#[tokio::test]
async fn a_changed_cookie_opens_nothing() {
    let world = World::start().await;
    let mut jar = Jar::new(&world.app.address);
    jar.sign_in().await;
    let form = jar.get(&format!("{}/new", world.keys)).await.form(&world.keys);
    let answer = jar.post(&world.keys, &with_name(&form, "CI")).await;
    let reveal = answer.location();
    let good = jar.cookies["keyhatch_reveal"].clone();
    for bad in [
        "",
        "short",
        &"A".repeat(43),
        &good.to_uppercase(),
        &good[1..],
        &format!("{good}="),
    ] {
        jar.cookies.insert("keyhatch_reveal".to_owned(), bad.to_owned());
        shows_nothing(&jar.get(&reveal).await);
    }
    jar.cookies.insert("keyhatch_reveal".to_owned(), good);
    assert!(jar.get(&reveal).await.text("#key-text").starts_with("kh_"));
}

/// The fields of a form, with this name.
fn with_name<'a>(form: &'a [(String, String)], name: &'a str) -> Vec<(&'a str, &'a str)> {
    let rest = form.iter().filter(|(known, _)| known != "name");
    rest.map(|(known, value)| (known.as_str(), value.as_str()))
        .chain([("name", name)])
        .collect()
}

#[tokio::test]
async fn neither_text_nor_signing_secret_is_at_rest_anywhere() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    let before = everything_at_rest(&world);
    let made = see(&world.alice, &reveal).await;
    let after = everything_at_rest(&world);
    if std::env::var("KEYHATCH_TEST_POSTGRES").is_ok() {
        return;
    }
    assert!(before.len() > 10_000);
    let display_prefix = &made.text[..16];
    assert!(contains(&before, display_prefix), "what is meant to be there is there");
    for secret in [
        &made.text,
        &made.text[16..],
        &made.signing_secret,
        &made.signing_secret[6..],
    ] {
        assert!(!contains(&before, secret), "sealed while it waits");
        assert!(!contains(&after, secret), "gone when it was shown");
    }
}

fn everything_at_rest(world: &World) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(world.app.data.path()).unwrap().flatten() {
        if entry.file_type().unwrap().is_file() {
            all.extend(std::fs::read(entry.path()).unwrap());
        }
    }
    all
}

fn contains(bytes: &[u8], text: &str) -> bool {
    text.is_empty() || bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn i_have_stored_it() {
    let world = World::start().await;
    // Not the first that is used: that leads back to the first steps (see tests/it/onboarding/trial).
    let older = world.key("Older").await;
    assert_eq!(world.ask(&older.text).await, "accepted");
    let (_, reveal) = waiting(&world).await;
    let page = world.alice.get(&reveal).await;
    let action = format!("{reveal}/acknowledgement");
    let form = page.form(&action);
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = world.alice.post(&action, &form).await;
    assert_eq!(answer.location(), reveal.strip_suffix("/reveal").unwrap());
    let key = world.alice.get(&answer.location()).await;
    assert!(key.text(".flash").contains("“CI deploy” is ready."));
    let csrf = csrf(&world.alice, &world.keys).await;
    let missing = format!("{}/{}/reveal/acknowledgement", world.keys, uuid::Uuid::nil());
    assert_eq!(world.alice.post(&missing, &[("csrf", &csrf)]).await.status, 404);
}

#[tokio::test]
async fn the_examples_carry_the_key_and_the_address() {
    let world = World::start().await;
    let (_, reveal) = waiting(&world).await;
    let page = world.alice.get(&reveal).await;
    let text = page.text("#key-text");
    let me = format!("{}/api/v1/me", world.app.address);
    for snippet in ["#curl", "#node", "#python", "#go"] {
        let snippet = page.text(snippet);
        assert!(snippet.contains(&text) && snippet.contains(&me), "{snippet}");
        assert!(
            snippet.contains("Authorization") && snippet.contains("Bearer "),
            "{snippet}"
        );
    }
    assert_eq!(page.text("#env-line"), format!("NORTHPOST_API_KEY={text}"));
    let secret = page.text("#signing-secret");
    assert_eq!(
        page.text("#signing-secret-line"),
        format!("NORTHPOST_WEBHOOK_SECRET={secret}")
    );
}

#[tokio::test]
async fn behind_https_the_cookie_says_so() {
    let app = crate::support::TestApp::start_with(&[("KEYHATCH_PUBLIC_URL", "https://keys.example.com")]).await;
    // The jar of this test's browser keeps no Secure cookies on plain http: they are carried by hand.
    let account = keyhatch::domain::accounts::create(&app.app, "alice@example.com", PASSWORD, None)
        .await
        .unwrap();
    let by = keyhatch::domain::access::By::operator();
    let workspace = keyhatch::domain::workspaces::create(&app.app, &account, &by, "Acme", None)
        .await
        .unwrap();
    let project = app.project(&workspace, "Site").await;
    let mut jar = Jar::new(&app.address);
    jar.sign_in().await;
    let keys = format!("/w/{}/p/{}/keys", workspace.slug, project.slug);
    let form = jar.get(&format!("{keys}/new")).await.form(&keys);
    let answer = jar.post(&keys, &with_name(&form, "CI")).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookie = set_cookie(&answer, "__Secure-keyhatch_reveal=").unwrap();
    assert!(cookie.contains("Secure") && cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
    let page = jar.get(&answer.location()).await;
    assert!(page.text("#key-text").starts_with("kh_"));
    assert!(page.text("#curl").contains("https://keys.example.com/api/v1/me"));
}
