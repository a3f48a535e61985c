use super::world::{Made, World, csrf};

/// Every address that changes something.
fn unsafe_paths(world: &World, made: &Made) -> Vec<String> {
    let mut paths = vec![world.keys.clone()];
    let of_key = [
        "reveal/acknowledgement",
        "edit",
        "disablement",
        "enablement",
        "roll",
        "signing-secret",
        "revocation",
    ];
    paths.extend(of_key.iter().map(|path| format!("{}/{path}", made.url)));
    paths
}

/// Every page that leads to a change.
fn change_pages(world: &World, made: &Made) -> Vec<String> {
    let mut pages = vec![format!("{}/new", world.keys)];
    let of_key = ["reveal", "edit", "roll", "signing-secret", "revocation"];
    pages.extend(of_key.iter().map(|page| format!("{}/{page}", made.url)));
    pages
}

#[tokio::test]
async fn viewers_see_keys_and_change_none() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let victor = world.member("victor", "viewer").await;
    let list = victor.get(&world.keys).await;
    assert_eq!(list.texts(".lead-cell a"), ["CI"]);
    assert!(list.texts("main a.button.primary").is_empty());
    let page = victor.get(&made.url).await;
    assert_eq!(page.status, 200);
    assert!(
        page.texts("main form, main a.button, main .danger-zone, a[href$='/signing-secret']")
            .is_empty()
    );
    for path in change_pages(&world, &made) {
        assert_eq!(victor.get(&path).await.status, 403, "{path}");
    }
    let csrf = csrf(&victor, &world.keys).await;
    for path in unsafe_paths(&world, &made) {
        let answer = victor
            .post(&path, &[("csrf", &csrf), ("name", "x"), ("type", "secret")])
            .await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(answer.text("main").contains("developers, admins and owners"), "{path}");
    }
    assert_eq!(world.ask(&made.text).await, "accepted");
    assert_eq!(world.alice.get(&world.keys).await.texts(".lead-cell a"), ["CI"]);
}

#[tokio::test]
async fn developers_do_everything_with_keys() {
    let world = World::start().await;
    let bob = world.member("bob", "developer").await;
    let answer = bob
        .submit(&format!("{}/new", world.keys), &world.keys, &[("name", "Bob’s")])
        .await;
    let made = super::world::see(&bob, &answer.location()).await;
    assert!(made.text.starts_with("kh_"));
    for button in ["disablement", "enablement"] {
        let action = format!("{}/{button}", made.url);
        assert_eq!(bob.submit(&made.url, &action, &[]).await.status, 303);
    }
    for page in ["edit", "signing-secret", "roll"] {
        let action = format!("{}/{page}", made.url);
        assert_eq!(bob.submit(&action, &action, &[]).await.status, 303, "{page}");
    }
    let revocation = format!("{}/revocation", made.url);
    assert_eq!(bob.submit(&revocation, &revocation, &[]).await.status, 303);
}

#[tokio::test]
async fn to_strangers_a_key_looks_like_none() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let charlie = world.app.person("charlie").await;
    let own = world.app.workspace(&charlie, "Other").await;
    let own_project = world.app.project(&own, "Site").await;
    let own_keys = format!("/w/{}/p/{}/keys", own.slug, own_project.slug);
    charlie.get("/nowhere").await;

    let missing = charlie.get(&format!("{own_keys}/{}", uuid::Uuid::nil())).await;
    assert_eq!(missing.status, 404);
    let mut pages = change_pages(&world, &made);
    pages.extend([world.keys.clone(), made.url.clone()]);
    // In Charlie's own project, Alice's key is missing too; and what is no id at all.
    pages.extend(["", "/edit", "/roll", "/reveal", "/revocation"].map(|page| format!("{own_keys}/{}{page}", made.id)));
    pages.extend(["x", "%00", "0", "..%2f"].map(|id| format!("{own_keys}/{id}")));
    for path in pages {
        let answer = charlie.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, missing.body, "{path}");
    }
    let csrf = csrf(&charlie, &own_keys).await;
    let mut paths = unsafe_paths(&world, &made);
    paths.extend(
        ["edit", "disablement", "enablement", "revocation"].map(|path| format!("{own_keys}/{}/{path}", made.id)),
    );
    for path in paths {
        let answer = charlie
            .post(&path, &[("csrf", &csrf), ("name", "Mine"), ("grace", "now")])
            .await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, missing.body, "{path}");
    }
    assert_eq!(world.ask(&made.text).await, "accepted");
    assert_eq!(world.alice.get(&made.url).await.text("h1"), "CI");
}

#[tokio::test]
async fn keys_of_another_project_are_not_found() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let other = world.app.project(&world.workspace, "Other").await;
    let path = format!("/w/{}/p/{}/keys", world.workspace.slug, other.slug);
    assert_eq!(world.alice.get(&format!("{path}/{}", made.id)).await.status, 404);
    assert!(world.alice.get(&path).await.texts(".lead-cell").is_empty());
}

#[tokio::test]
async fn whoever_is_signed_out_is_sent_to_the_door() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let nobody = world.app.browser();
    for path in change_pages(&world, &made) {
        let answer = nobody.get(&path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.location().starts_with("/sign-in?next="), "{path}");
    }
}

#[tokio::test]
async fn a_change_needs_a_proof_of_its_origin() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let bob = world.member("bob", "developer").await;
    let foreign = csrf(&bob, &world.keys).await;
    let own = csrf(&world.alice, &world.keys).await;
    let before = world.trail(&made).await;
    for path in unsafe_paths(&world, &made) {
        for fields in [
            vec![],
            vec![("csrf", "")],
            vec![("csrf", foreign.as_str())],
            vec![("csrf", &own[1..])],
        ] {
            let answer = world.alice.post(&path, &fields).await;
            assert_eq!(answer.status, 403, "{path} {fields:?}");
            assert_eq!(answer.text("h1"), "This form has expired");
        }
        let elsewhere = world
            .alice
            .client
            .post(world.alice.url(&path))
            .header("origin", "https://evil.example");
        let answer = elsewhere.form(&[("csrf", &own)]).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{path}");
    }
    assert_eq!(world.trail(&made).await, before);
    assert_eq!(world.ask(&made.text).await, "accepted");
}
