use super::world::{World, error_at};

#[tokio::test]
async fn an_edit_is_true_from_the_next_request_on() {
    let world = World::start().await;
    let fields = [("name", "Partner"), ("type", "restricted"), ("scopes", "tracking:read")];
    let made = world.make(&fields).await;
    assert_eq!(world.ask(&made.text).await, "insufficient_scope");
    let edit = format!("{}/edit", made.url);
    let changes = [
        ("name", "Partner Ltd"),
        ("scopes", "tracking:read"),
        ("scopes", "shipments:read"),
        ("expiry", "never"),
        ("webhook_url", "https://example.com/hooks"),
    ];
    let answer = world.alice.submit(&edit, &edit, &changes).await;
    assert_eq!(answer.location(), made.url);
    assert_eq!(world.ask(&made.text).await, "accepted");
    let page = world.alice.get(&made.url).await;
    assert_eq!(page.text("h1"), "Partner Ltd");
    let settings = page.text("dl.definition");
    assert!(
        settings.contains("Expires Never") && settings.contains("https://example.com/hooks"),
        "{settings}"
    );
    let told = world.trail(&made).await[0].clone();
    for part in [
        "changed the key",
        "name: “Partner” → “Partner Ltd”",
        "scopes: tracking:read → shipments:read, tracking:read",
        "→ never",
        "webhook URL: none → https://example.com/hooks",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[tokio::test]
async fn a_list_of_addresses_is_typed_a_line_each() {
    let world = World::start().await;
    let form = world.alice.get(&format!("{}/new", world.keys)).await;
    assert!(
        form.text("#allowed_addresses-hint").contains("You are at 127.0.0.1"),
        "{}",
        form.body
    );
    let wrong = "203.0.113.7\nthe office";
    let answer = world
        .submit(&[("name", "Office"), ("type", "secret"), ("allowed_addresses", wrong)])
        .await;
    assert_eq!(answer.status, 422);
    assert!(
        error_at(&answer, "allowed_addresses").contains("“the” is no address"),
        "{}",
        answer.body
    );
    assert_eq!(
        answer.text("#allowed_addresses"),
        "203.0.113.7 the office",
        "what was typed stays"
    );
    let made = world
        .make(&[
            ("name", "Office"),
            ("type", "secret"),
            ("allowed_addresses", "198.51.100.7, 2001:db8::/32\r\n"),
        ])
        .await;
    // Asked from 203.0.113.7.
    assert_eq!(world.ask(&made.text).await, "ip_not_allowed");
    let settings = world.alice.get(&made.url).await.text("dl.definition");
    assert!(
        settings.contains("May be used from 198.51.100.7, 2001:db8::/32"),
        "{settings}"
    );

    let edit = format!("{}/edit", made.url);
    let page = world.alice.get(&edit).await;
    assert_eq!(page.text("#allowed_addresses"), "198.51.100.7 2001:db8::/32");
    let answer = world
        .alice
        .submit(&edit, &edit, &[("allowed_addresses", "203.0.113.0/24")])
        .await;
    assert_eq!(answer.location(), made.url);
    assert_eq!(world.ask(&made.text).await, "accepted");
    let told = world.trail(&made).await[0].clone();
    let change = "may be used from: 198.51.100.7, 2001:db8::/32 → 203.0.113.0/24";
    assert!(told.contains(change), "{told}");
    // Its successor has the same list.
    let roll = format!("{}/roll", made.url);
    let answer = world.alice.submit(&roll, &roll, &[("grace", "now")]).await;
    let rolled = super::world::see(&world.alice, &answer.location()).await;
    let settings = world.alice.get(&rolled.url).await.text("dl.definition");
    assert!(settings.contains("May be used from 203.0.113.0/24"), "{settings}");

    let edit = format!("{}/edit", rolled.url);
    world.alice.submit(&edit, &edit, &[("allowed_addresses", " ")]).await;
    let settings = world.alice.get(&rolled.url).await.text("dl.definition");
    assert!(settings.contains("May be used from Anywhere"), "{settings}");
}

#[tokio::test]
async fn saving_what_is_there_changes_nothing() {
    let world = World::start().await;
    let made = world
        .make(&[
            ("name", "CI"),
            ("type", "restricted"),
            ("scopes", "labels:write"),
            ("expiry", "30"),
        ])
        .await;
    let before = world.trail(&made).await;
    let edit = format!("{}/edit", made.url);
    world.alice.submit(&edit, &edit, &[]).await;
    let page = world.alice.get(&made.url).await;
    assert_eq!(page.text(".flash"), "Nothing was changed.");
    assert_eq!(world.trail(&made).await, before);
}

#[tokio::test]
async fn two_people_who_edit_one_key_hear_of_each_other() {
    let world = World::start().await;
    let fields = [("name", "Partner"), ("type", "restricted"), ("scopes", "tracking:read")];
    let made = world.make(&fields).await;
    let edit = format!("{}/edit", made.url);
    let bob = world.member("bob", "developer").await;
    let opened = bob.get(&edit).await.form(&edit);
    world.alice.submit(&edit, &edit, &[("name", "Partner Ltd")]).await;

    let mut typed = opened.clone();
    typed.retain(|(field, _)| field != "name");
    typed.push(("name".to_owned(), "Bob’s".to_owned()));
    let answer = bob.try_post(&edit, &typed).await.unwrap();
    assert_eq!(answer.status, 409);
    assert_eq!(answer.text(".callout dl dt"), "Name");
    let said = answer.text(".callout dl dd");
    assert!(
        said.contains("Saved: Partner Ltd") && said.contains("Yours: Bob’s"),
        "{said}"
    );
    assert_eq!(
        answer.attribute("#name", "value").as_deref(),
        Some("Bob’s"),
        "what was typed stays"
    );
    assert_eq!(
        world.alice.get(&made.url).await.text("h1"),
        "Partner Ltd",
        "and nothing is saved"
    );
    // Saving once more means: mine.
    let answer = bob.try_post(&edit, &answer.form(&edit)).await.unwrap();
    assert_eq!(answer.location(), made.url);
    assert_eq!(world.alice.get(&made.url).await.text("h1"), "Bob’s");

    // Two who want the same do not disagree; nor does it matter what happens to the key that nobody edits.
    let opened = bob.get(&edit).await.form(&edit);
    world.press(&made, "disablement").await;
    world.press(&made, "enablement").await;
    assert_eq!(bob.try_post(&edit, &opened).await.unwrap().status, 303);
}

#[tokio::test]
async fn a_preset_wins_over_the_date_that_was_there_already() {
    let world = World::start().await;
    let made = world.make(&[("name", "CI"), ("expiry", "7")]).await;
    let edit = format!("{}/edit", made.url);
    world.alice.submit(&edit, &edit, &[("expiry", "90")]).await;
    assert!(
        world
            .alice
            .get(&made.url)
            .await
            .text("dl.definition")
            .contains("in 2 months")
    );
    world.alice.submit(&edit, &edit, &[("expiry", "never")]).await;
    assert!(
        world
            .alice
            .get(&made.url)
            .await
            .text("dl.definition")
            .contains("Expires Never")
    );
    world.alice.submit(&edit, &edit, &[("expires_at", "2999-01-01")]).await;
    assert!(
        world
            .alice
            .get(&made.url)
            .await
            .text("dl.definition")
            .contains("1 Jan 2999")
    );
}

#[tokio::test]
async fn an_expired_key_can_be_renamed_and_prolonged() {
    let mut world = World::start().await;
    let made = world.make(&[("name", "CI"), ("expiry", "7")]).await;
    world.app.advance(std::time::Duration::from_secs(8 * 24 * 3600));
    world.sign_in_again().await;
    assert_eq!(world.ask(&made.text).await, "expired");
    let edit = format!("{}/edit", made.url);
    assert_eq!(
        world.alice.submit(&edit, &edit, &[("name", "Old CI")]).await.status,
        303
    );
    assert_eq!(
        world.ask(&made.text).await,
        "expired",
        "a past date that stays is no error"
    );
    world.alice.submit(&edit, &edit, &[("expiry", "30")]).await;
    assert_eq!(world.ask(&made.text).await, "accepted");
}

#[tokio::test]
async fn each_mistake_is_at_its_field_and_everything_typed_stays() {
    let world = World::start().await;
    world.key("Taken").await;
    let made = world
        .make(&[("name", "CI"), ("type", "restricted"), ("scopes", "labels:write")])
        .await;
    let edit = format!("{}/edit", made.url);
    for (field, value, says) in [
        ("name", "", "Enter a name."),
        ("name", "taken", "Another key has this name."),
        ("name", "a\u{202E}b", "cannot be shown"),
        ("scopes", "no:such", "There is no scope “no:such”."),
        ("expires_at", "2001-01-01", "in the future"),
        ("expires_at", "tomorrow", "Write the date like"),
        ("webhook_url", "ftp://example.com", "Use an https URL"),
    ] {
        let fields = if field == "expires_at" {
            vec![("expiry", "date"), (field, value)]
        } else {
            vec![(field, value)]
        };
        let answer = world.alice.submit(&edit, &edit, &fields).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        assert!(
            error_at(&answer, field).contains(says),
            "{field}={value}: {}",
            error_at(&answer, field)
        );
        if field != "scopes" {
            assert_eq!(answer.attribute(&format!("#{field}"), "value").unwrap(), value);
        }
    }
    let mut form = world.alice.get(&edit).await.form(&edit);
    form.retain(|(name, _)| name != "scopes");
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = world.alice.post(&edit, &fields).await;
    assert!(error_at(&answer, "scopes").contains("Tick at least one"));
    assert_eq!(world.alice.get(&made.url).await.text("h1"), "CI");
}
