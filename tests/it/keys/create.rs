use tokio::task::JoinSet;

use super::world::{World, error_at, see};
use crate::support::{Browser, TestApp};

#[tokio::test]
async fn a_key_made_on_the_page_works() {
    let world = World::start().await;
    let made = world
        .make(&[("name", "  CI deploy "), ("type", "secret"), ("environment", "live")])
        .await;
    assert!(made.text.starts_with("kh_live_"), "{}", made.text);
    assert!(made.signing_secret.starts_with("whsec_"));
    assert_eq!(world.ask(&made.text).await, "accepted");
    let page = world.alice.get(&made.url).await;
    assert_eq!(page.text("h1"), "CI deploy");
    assert!(page.text(".badges").contains("Live Active kh_live_"));
    assert!(!page.body.contains(&made.text), "the detail page knows no text");
    assert!(!page.body.contains(&made.signing_secret));
    let trail = world.trail(&made).await;
    assert!(trail[0].starts_with("alice@example.com was shown the key"), "{trail:?}");
    assert!(trail[1].starts_with("alice@example.com created the key"), "{trail:?}");
}

#[tokio::test]
async fn each_type_makes_what_it_says() {
    let world = World::start().await;
    let restricted = [
        ("name", "Partner"),
        ("type", "restricted"),
        ("environment", "test"),
        ("scopes", "shipments:read"),
        ("scopes", "tracking:read"),
        ("webhook_url", "https://example.com/hooks"),
    ];
    let made = world.make(&restricted).await;
    assert!(made.text.starts_with("kh_test_"));
    let page = world.alice.get(&made.url).await;
    assert_eq!(
        page.texts(".definition .scope-list span"),
        ["shipments:read", "tracking:read"]
    );
    assert!(page.text("dl.definition").contains("https://example.com/hooks"));

    let public = world.make(&[("name", "Shop"), ("type", "publishable")]).await;
    assert_eq!(public.signing_secret, "", "a public type signs nothing");
    let page = world.alice.get(&public.url).await;
    assert_eq!(page.text("#public-text"), public.text, "a public key stays readable");
    assert!(page.texts("a[href$='/signing-secret']").is_empty());
}

#[tokio::test]
async fn expiries_are_counted_from_now() {
    let world = World::start().await;
    for (name, expiry, date, says) in [
        ("a", "7", "", "in 6 days"),
        ("b", "never", "", "Never"),
        ("c", "date", "2999-01-31", "31 Jan 2999, 23:59:59 UTC"),
        ("d", "", "2999-01-31T18:00:00Z", "31 Jan 2999, 18:00:00 UTC"),
    ] {
        let fields = [("name", name), ("expiry", expiry), ("expires_at", date)];
        let made = world.make(&fields).await;
        let settings = world.alice.get(&made.url).await.text("dl.definition");
        assert!(settings.contains(says), "{name}: {settings}");
    }
}

#[tokio::test]
async fn a_double_click_makes_one_key_and_each_answer_leads_to_it() {
    let world = World::start().await;
    let mut form = world.form().await;
    form.retain(|(name, _)| name != "name");
    form.push(("name".to_owned(), "Twice".to_owned()));
    let mut clicks = JoinSet::new();
    for _ in 0..8 {
        let (browser, keys, form) = (world.alice.browser.clone(), world.keys.clone(), form.clone());
        clicks.spawn(async move { post(&browser, &keys, &form).await });
    }
    let answers = clicks.join_all().await;
    assert!(answers.iter().all(|(status, ..)| *status == 303), "{answers:?}");
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "one reveal, one cookie: {answers:?}"
    );
    let list = world.alice.get(&world.keys).await;
    assert_eq!(list.texts(".lead-cell a"), ["Twice"]);
    let made = see(&world.alice, &answers[0].1).await;
    assert_eq!(world.ask(&made.text).await, "accepted");

    let again = post(&world.alice, &world.keys, &form).await;
    assert_eq!(again.1, answers[0].1, "a reload of the form leads to the same key");
    let over = world.alice.get(&again.1).await;
    assert!(over.text("h1").contains("was shown already"), "{}", over.text("h1"));
    assert!(!over.body.contains(&made.text));
}

/// Status, location and the reveal cookie.
async fn post(browser: &Browser, action: &str, form: &[(String, String)]) -> (u16, String, String) {
    let answer = browser
        .client
        .post(browser.url(action))
        .form(form)
        .send()
        .await
        .unwrap();
    let header = |name: &str| {
        let values: Vec<_> = answer.headers().get_all(name).iter().collect();
        values
            .iter()
            .map(|value| value.to_str().unwrap().to_owned())
            .find(|value| name != "set-cookie" || value.starts_with("keyhatch_reveal="))
            .unwrap_or_default()
    };
    (answer.status().as_u16(), header("location"), header("set-cookie"))
}

#[tokio::test]
async fn the_last_place_of_a_plan_is_taken_once() {
    let world = World::start().await;
    for name in ["a", "b", "c", "d"] {
        world.key(name).await;
    }
    let page = world.alice.get(&format!("{}/new", world.keys)).await;
    assert!(page.text("#type-secret-hint").contains("1 of 5 left in your plan."));
    let mut clicks = JoinSet::new();
    for number in 0..20 {
        let mut form = world.form().await;
        form.retain(|(name, _)| name != "name" && name != "type");
        form.push(("name".to_owned(), format!("race {number}")));
        form.push(("type".to_owned(), "secret".to_owned()));
        let (browser, keys) = (world.alice.browser.clone(), world.keys.clone());
        clicks.spawn(async move { post(&browser, &keys, &form).await.0 });
    }
    let mut answers = clicks.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers[0], 303);
    assert_eq!(answers[1..], [409; 19]);
    assert_eq!(world.alice.get(&world.keys).await.texts(".lead-cell a").len(), 5);

    let full = world.submit(&[("name", "One more"), ("type", "secret")]).await;
    assert_eq!(full.status, 409);
    assert!(error_at(&full, "type").contains("The Free plan has 5 secret keys, and all are taken."));
    assert_eq!(full.attribute("#name", "value").as_deref(), Some("One more"));
    assert!(full.text("#type-secret-hint").contains("No place left"));
    world.make(&[("name", "Another type"), ("type", "publishable")]).await;
}

#[tokio::test]
async fn names_are_unique_among_the_living() {
    let world = World::start().await;
    let first = world.key("CI deploy").await;
    let taken = world.submit(&[("name", "ci  DEPLOY")]).await;
    assert_eq!(taken.status, 422);
    assert!(error_at(&taken, "name").contains("Another key has this name."));
    world
        .alice
        .submit(
            &format!("{}/revocation", first.url),
            &format!("{}/revocation", first.url),
            &[],
        )
        .await;
    let second = world.key("CI deploy").await;
    let rolled = world
        .alice
        .submit(&format!("{}/roll", second.url), &format!("{}/roll", second.url), &[])
        .await;
    assert_eq!(rolled.status, 303, "a roll hands the name over");
    assert_eq!(
        world.submit(&[("name", "CI deploy")]).await.status,
        422,
        "its successor has it"
    );
}

#[tokio::test]
async fn a_link_fills_in_the_form_and_sends_nothing() {
    let world = World::start().await;
    let page = world
        .alice
        .get(&format!("{}/new?template=ci&name=Robot&environment=live", world.keys))
        .await;
    let form = page.form(&world.keys);
    let values = |name: &str| -> Vec<&str> {
        form.iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .collect()
    };
    assert_eq!(values("name"), ["Robot"]);
    assert_eq!(values("type"), ["restricted"]);
    assert_eq!(values("environment"), ["live"]);
    assert_eq!(values("scopes"), ["shipments:read", "shipments:write", "labels:write"]);
    assert_eq!(values("expiry"), ["30"]);
    assert_eq!(page.text(".templates [aria-current]"), "CI");
    assert_eq!(
        page.text("[data-summary=scopes]"),
        "shipments:read, shipments:write, labels:write"
    );
    assert!(world.alice.get(&world.keys).await.texts(".lead-cell").is_empty());

    let page = world
        .alice
        .get(&format!(
            "{}/new?scope=tracking:read&scope=no:such&type=none&expires_at=2999-01-31T10:00:00Z&environment=mars",
            world.keys
        ))
        .await;
    let form = page.form(&world.keys);
    let value = |name: &str| form.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!(value("scopes"), "tracking:read");
    assert_eq!(value("type"), "restricted", "scopes ask for a type that has them");
    assert_eq!(value("expires_at"), "2999-01-31");
    assert_eq!(value("environment"), "test");
    for nonsense in ["?template=%00", "?name=%FF%FE", "?name=a&name=b", "?%", "?type=&scope="] {
        assert_eq!(
            world.alice.get(&format!("{}/new{nonsense}", world.keys)).await.status,
            200,
            "{nonsense}"
        );
    }
}

#[tokio::test]
async fn every_nonce_is_fresh_and_none_is_made_up() {
    let world = World::start().await;
    let nonce = |form: Vec<(String, String)>| form.into_iter().find(|(name, _)| name == "nonce").unwrap().1;
    let (one, two) = (nonce(world.form().await), nonce(world.form().await));
    assert_ne!(one, two);
    for bad in ["", "short", &"!".repeat(43)] {
        let answer = world.submit(&[("name", "x"), ("nonce", bad)]).await;
        assert_eq!(answer.status, 403, "{bad}");
        assert_eq!(answer.text("h1"), "This form has expired");
    }
    // Another account with the same nonce: neither a key nor a look at somebody else's.
    world.submit(&[("name", "Alice’s"), ("nonce", &one)]).await;
    let bob = world.member("bob", "developer").await;
    let page = format!("{}/new", world.keys);
    let stolen = bob
        .submit(&page, &world.keys, &[("name", "Bob’s"), ("nonce", &one)])
        .await;
    assert_eq!(stolen.status, 403);
    assert_eq!(world.alice.get(&world.keys).await.texts(".lead-cell a"), ["Alice’s"]);
}

#[tokio::test]
async fn an_old_sign_in_is_asked_for_the_password_and_loses_nothing() {
    let world = World::start().await;
    let form = world.form().await;
    world.app.advance(std::time::Duration::from_secs(12 * 3600 + 60));
    let page = world.alice.get(&format!("{}/new?template=ci", world.keys)).await;
    if page.status == 303 && page.location().starts_with("/sign-in") {
        return; // The idle limit is shorter: signed out altogether.
    }
    assert_eq!(page.status, 303);
    assert!(
        page.location().starts_with("/confirm-password?next="),
        "{}",
        page.location()
    );
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| *name != "name")
        .chain([("name", "Kept")])
        .collect();
    let answer = world.alice.post(&world.keys, &fields).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().starts_with("/confirm-password?next="));
    assert!(answer.location().contains("name%3DKept"), "{}", answer.location());
}

#[tokio::test]
async fn keys_of_a_workspace_have_the_same_pages() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("profile.toml");
    let text = std::fs::read_to_string("profiles/example.toml").unwrap();
    let text = text.replace("keys_belong_to = \"project\"", "keys_belong_to = \"workspace\"");
    std::fs::write(&profile, text).unwrap();
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", profile.to_str().unwrap())]).await;
    let alice = app.person("alice").await;
    let workspace = app.workspace(&alice, "Acme").await;
    let keys = format!("/w/{}/keys", workspace.slug);
    let answer = alice.submit(&format!("{keys}/new"), &keys, &[("name", "Ours")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let made = see(&alice, &answer.location()).await;
    assert!(made.url.starts_with(&keys));
    assert_eq!(alice.get(&keys).await.texts(".lead-cell a"), ["Ours"]);
    assert_eq!(alice.get(&made.url).await.text(".sections [aria-current]"), "Keys");
    let project = app.project(&workspace, "Site").await;
    assert_eq!(
        alice
            .get(&format!("/w/{}/p/{}/keys", workspace.slug, project.slug))
            .await
            .status,
        404
    );
}
