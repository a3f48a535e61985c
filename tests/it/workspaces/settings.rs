use crate::support::TestApp;
use crate::support::places::{issue, secret, trail, typed};

#[tokio::test]
async fn an_owner_renames_and_the_address_stays() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let answer = alice
        .submit("/w/acme/settings", "/w/acme/settings", &[("name", "Acme Inc.")])
        .await;
    assert_eq!(answer.location(), "/w/acme/settings");
    let page = alice.get("/w/acme/settings").await;
    assert_eq!(page.text(".flash"), "Saved.");
    assert_eq!(page.attribute("#name", "value").as_deref(), Some("Acme Inc."));
    let lines = trail(&app, &acme).await;
    assert_eq!(lines[0].action, "workspace.renamed");
    assert_eq!(lines[0].actor_name, "alice@example.com");
    assert_eq!(lines[0].details, "“Acme” → “Acme Inc.”");
    let bad = alice
        .submit("/w/acme/settings", "/w/acme/settings", &[("name", "a\u{0}b")])
        .await;
    assert_eq!(bad.status, 422);
    assert_eq!(bad.attribute("#name", "aria-invalid").as_deref(), Some("true"));
    assert_eq!(alice.get("/w/acme").await.text("h1"), "Acme Inc.");
}

#[tokio::test]
async fn two_people_who_rename_a_workspace_hear_of_each_other() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let adam = app.person("adam").await;
    app.join(&acme, &adam, "admin").await;
    let path = "/w/acme/settings";
    let opened = adam.get(path).await.form(path);
    alice.submit(path, path, &[("name", "Acme Inc.")]).await;

    let answer = adam.try_post(path, &typed(&opened, "name", "Acme Ltd.")).await.unwrap();
    assert_eq!(answer.status, 409);
    assert_eq!(answer.texts(".callout dl dt"), ["Name"]);
    let said = answer.text(".callout dl dd");
    assert!(
        said.contains("Saved: Acme Inc.") && said.contains("Yours: Acme Ltd."),
        "{said}"
    );
    assert_eq!(answer.attribute(".callout a", "href").as_deref(), Some(path));
    assert_eq!(answer.attribute("#name", "value").as_deref(), Some("Acme Ltd."));
    assert_eq!(answer.text("main form button"), "Save mine");
    assert_eq!(alice.get("/w/acme").await.text("h1"), "Acme Inc.", "nothing is saved");
    // A mistake in between forgets nothing; saving once more means: mine.
    let wrong = adam
        .try_post(path, &typed(&answer.form(path), "name", ""))
        .await
        .unwrap();
    assert_eq!(wrong.status, 422);
    let mine = adam
        .try_post(path, &typed(&wrong.form(path), "name", "Acme Ltd."))
        .await
        .unwrap();
    assert_eq!(mine.location(), path);
    assert_eq!(alice.get("/w/acme").await.text("h1"), "Acme Ltd.");
    assert_eq!(trail(&app, &acme).await[0].details, "“Acme Inc.” → “Acme Ltd.”");

    // Two who want the same do not disagree.
    let opened = adam.get(path).await.form(path);
    alice.submit(path, path, &[("name", "Acme")]).await;
    let same = adam.try_post(path, &typed(&opened, "name", "Acme")).await.unwrap();
    assert_eq!(same.status, 303);
}

#[tokio::test]
async fn it_shows_the_plan_and_what_is_used() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace_on(&alice, "Acme", Some("pro")).await;
    let shop = app.project(&acme, "Shop").await;
    issue(&app, &acme, Some(&shop), &secret("One", "live")).await;
    let page = alice.get("/w/acme/settings").await;
    let text = page.text("main");
    for part in [
        "Plan: Pro",
        "Projects 1 of 100",
        "Members 1 of 50",
        "Secret keys 1 of 50",
        "Restricted keys 0 of 50",
        "Requests 6,000 a minute, for each key",
        "Exports 200 an hour, for the workspace",
        &acme.id.to_string(),
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(page.text("#workspace-slug"), "acme");
}

#[tokio::test]
async fn everybody_else_reads() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    for (name, role) in [("bob", "developer"), ("victor", "viewer")] {
        let person = app.person(name).await;
        app.join(&acme, &person, role).await;
        let page = person.get("/w/acme/settings").await;
        assert_eq!(page.status, 200);
        assert_eq!(page.texts("main form").len(), 0, "nothing to press");
        assert!(page.text("main").contains("Admins and owners can change it."));
        let answer = person
            .submit_from("/w/acme/settings", "/w/acme/settings", &[("name", "Mine")])
            .await;
        assert_eq!(answer.status, 403, "{name}");
        assert_eq!(person.get("/w/acme/audit").await.status, 403, "{name}");
        assert!(!page.texts("nav.sections a").contains(&"Audit".to_owned()));
        assert_eq!(person.get("/w/acme/projects/new").await.status, 403, "{name}");
        let answer = person
            .submit_from("/w/acme", "/w/acme/projects", &[("name", "Mine")])
            .await;
        assert_eq!(answer.status, 403, "{name}");
        let overview = person.get("/w/acme").await;
        assert_eq!(overview.texts("main a[href$='/projects/new']").len(), 0);
    }
    let adam = app.person("adam").await;
    app.join(&acme, &adam, "admin").await;
    let answer = adam
        .submit("/w/acme/settings", "/w/acme/settings", &[("name", "Acme Ltd.")])
        .await;
    assert_eq!(answer.status, 303, "admins may");
    assert_eq!(adam.get("/w/acme/audit").await.status, 200);
}

#[tokio::test]
async fn where_the_plan_counts_all_keys_each_type_still_shows_its_own() {
    let text = include_str!("../../../profiles/example.toml").replace("# max_keys = 12", "max_keys = 3");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let path = file.path().display().to_string();
    let app = TestApp::start_with(&[("KEYHATCH_PROFILE", &path)]).await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    issue(&app, &acme, Some(&shop), &secret("One", "live")).await;
    let text = alice.get("/w/acme/settings").await.text("main");
    for part in ["Secret keys 1 of 5", "Restricted keys 0 of 5", "All keys 1 of 3"] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
