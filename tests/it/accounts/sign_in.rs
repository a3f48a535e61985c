use crate::support::TestApp;

#[tokio::test]
async fn alice_signs_in_and_out() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let page = alice.get("/sign-in").await;
    assert_eq!(page.status, 303, "who is signed in needs no form");
    let answer = alice.submit_from("/no-such-page", "/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in");
    assert_eq!(alice.get("/sign-in").await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_the_same() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let stranger = app.browser();
    let wrong = stranger
        .submit(
            "/sign-in",
            "/sign-in",
            &[("email", "alice@example.com"), ("password", "not it")],
        )
        .await;
    let unknown = stranger
        .submit(
            "/sign-in",
            "/sign-in",
            &[("email", "nobody@example.com"), ("password", "not it")],
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert_eq!(unknown.status, 422);
    assert_eq!(wrong.body.replace("alice@", "nobody@"), unknown.body);
}

#[tokio::test]
async fn the_way_on_leads_to_pages_only() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let led = async |next: &str| {
        let browser = app.browser();
        let page = format!("/sign-in?{}", serde_html_form::to_string([("next", next)]).unwrap());
        let alice = [("email", "alice@example.com"), ("password", crate::support::PASSWORD)];
        let first = browser.submit(&page, "/sign-in", &alice).await;
        assert_eq!(first.status, 303);
        // Who is signed in already is led on in the same way.
        assert_eq!(browser.get(&page).await.location(), first.location(), "{next}");
        (browser, first.location())
    };
    for page in [
        "/account/security",
        "/workspaces/new?x=1",
        "/w/acme",
        "/welcome#step-2",
        "/w/acme/p/site/keys?q=a%20b",
    ] {
        assert_eq!(led(page).await.1, page);
    }
    assert_eq!(led("/workspaces/./../account/sessions").await.1, "/account/sessions");
    for elsewhere in [
        "/sign-out",
        "/sign-out?x=1",
        "/%73ign-out",
        "/workspaces/../sign-out",
        "/w/%2e%2e/sign-out",
        "/sign\n-out",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/healthz",
        "/readyz",
        "/api/v1/me",
        "/api/v1/openapi.json",
        "/gateway/forward",
        "/provider/v1/keys/verify",
        "/static/css/keyhatch.css",
        "/static/",
        "/w/acme/projects",
        "/account/sessions/others/revocation",
        "/nowhere",
        "/w/acme/",
        "sign-in",
        "",
    ] {
        let (browser, location) = led(elsewhere).await;
        assert_eq!(location, "/", "{elsewhere:?}");
        assert_eq!(browser.follow("/").await.status, 200);
    }
}

/// Wherever the route table says that GET answers with a page, people can be led on to it; and nowhere else.
#[tokio::test]
async fn the_way_on_is_decided_by_the_route_table() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let table = keyhatch::routes::pages(&app.app.profile).lines();
    let parameter = regex::Regex::new(r"\{\w+\}").unwrap();
    for line in &table {
        let path = parameter.replace_all(&line.path, "x").into_owned();
        let is_page = table
            .iter()
            .any(|other| other.path == line.path && other.method == "GET");
        let query = serde_html_form::to_string([("next", &path)]).unwrap();
        let led = alice.get(&format!("/sign-in?{query}")).await.location();
        assert_eq!(led, if is_page { path.as_str() } else { "/" }, "{path}");
    }
}
