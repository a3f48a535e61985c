//! C: CraftKit.

use regex::Regex;

use super::service::{Service, assert_only_the_digest_is_kept, code, handed_on};

async fn service() -> Service {
    Service::start("craftkit").await
}

#[tokio::test]
async fn c01_keys_belong_to_a_project_and_their_environment_reaches_the_api() {
    let service = service().await;
    let other = service.app.project(&service.workspace, "Shop").await;
    for (environment, prefix) in [("live", "ck_live_"), ("test", "ck_test_")] {
        let key = service.mint(environment, &[]).await;
        assert!(key.starts_with(prefix));
        let judged = service.judge(&key, "POST", "/v1/templates/invoice/render").await;
        assert_eq!(judged.status, 200);
        assert_eq!(handed_on(&judged, "environment"), environment);
        assert_eq!(
            handed_on(&judged, "project"),
            service.project.as_ref().unwrap().id.to_string()
        );
        assert_eq!(service.me(&key).await.json()["environment"], environment);
        let theirs = service
            .app
            .key(&service.workspace, Some(&other), environment, environment, &[])
            .await;
        let judged = service.judge(theirs.text.expose_secret(), "GET", "/v1/renders").await;
        assert_eq!(handed_on(&judged, "project"), other.id.to_string());
    }
}

#[tokio::test]
async fn c02_a_key_is_made_in_its_project_shown_once_and_stored_as_a_hash() {
    let service = service().await;
    let project = service.alice.follow(&service.keys.replace("/keys", "")).await;
    assert!(project.body.contains(&service.keys), "the project leads to its keys");
    let made = service.make(&[("name", "render worker"), ("type", "live")]).await;
    assert!(Regex::new("^ck_live_[0-9A-Za-z]{46}$").unwrap().is_match(&made.text));
    assert!(
        !service
            .alice
            .get(&format!("{}/reveal", made.url))
            .await
            .body
            .contains(&made.text)
    );
    assert_only_the_digest_is_kept(&service, &made.text).await;
}

#[tokio::test]
async fn c03_each_of_many_keys_is_revocable_alone() {
    let service = service().await;
    let mut keys = Vec::new();
    for name in ["background", "api", "inbound"] {
        keys.push(service.make(&[("name", name), ("type", "live")]).await);
    }
    let page = format!("{}/revocation", keys[1].url);
    assert_eq!(service.alice.submit(&page, &page, &[]).await.status, 303);
    let mut statuses = Vec::new();
    for key in &keys {
        statuses.push(service.me(&key.text).await.status);
    }
    assert_eq!(statuses, [200, 401, 200]);
}

#[tokio::test]
async fn c04_a_revoked_key_is_invalid_at_once() {
    let service = service().await;
    let made = service.make(&[("name", "worker"), ("type", "test")]).await;
    for _ in 0..3 {
        assert_eq!(service.status(&made.text, "GET", "/v1/renders/7").await, 200);
    }
    let page = format!("{}/revocation", made.url);
    service.alice.submit(&page, &page, &[("name", "worker")]).await;
    let refused = service.judge(&made.text, "GET", "/v1/renders/7").await;
    assert_eq!((refused.status, code(&refused).as_str()), (401, "invalid_credentials"));
}

#[tokio::test]
async fn c05_a_missing_key_and_an_unknown_one_have_codes_of_their_own() {
    let service = service().await;
    let missing = service.stranger().get("/v1/me").await;
    assert_eq!(
        (missing.status, code(&missing).as_str()),
        (401, "missing_authorization")
    );
    assert!(missing.headers.contains_key("www-authenticate"));
    let request = service.stranger().request(reqwest::Method::GET, "/v1/me");
    let basic = crate::support::Answer::of(request.basic_auth("a", Some("b")).send().await.unwrap()).await;
    assert_eq!(code(&basic), "missing_authorization");
    let good = service.mint("live", &[]).await;
    let mut typo = good.clone();
    typo.pop();
    typo.push(if good.ends_with('a') { 'b' } else { 'a' });
    for key in ["x", "ck_live_x", typo.as_str()] {
        let unknown = service.me(key).await;
        assert_eq!(
            (unknown.status, code(&unknown).as_str()),
            (401, "invalid_credentials"),
            "{key}"
        );
    }
}

#[tokio::test]
async fn c06_a_key_renders_and_reads_and_changes_nothing_else() {
    let service = service().await;
    for environment in ["live", "test"] {
        let key = service.mint(environment, &[]).await;
        for (method, path, expected) in [
            ("POST", "/v1/templates/invoice/render", 200),
            ("GET", "/v1/renders", 200),
            ("GET", "/v1/renders/0193c2c3", 200),
            ("POST", "/v1/inbound/ck_in_x", 200),
            ("POST", "/v1/templates", 403),
            ("PUT", "/v1/templates/invoice", 403),
            ("DELETE", "/v1/templates/invoice", 403),
            ("DELETE", "/v1/renders/0193c2c3", 403),
            ("PATCH", "/v1/projects/site", 403),
            ("POST", "/v1/webhooks", 403),
            ("POST", "/v1/api-keys", 403),
        ] {
            assert_eq!(service.status(&key, method, path).await, expected, "{method} {path}");
        }
        // The management API is closed to keys as well, not only the gateway.
        let listed = service.app.program(&key).get("/v1/api-keys").await;
        assert_eq!((listed.status, code(&listed).as_str()), (403, "insufficient_scope"));
        assert!(listed.body.contains("in the dashboard"), "{}", listed.body);
    }
}

#[tokio::test]
async fn c10_a_key_of_one_deployment_is_unknown_in_another() {
    let (here, there) = (service().await, service().await);
    let key = here.mint("live", &[]).await;
    assert_eq!(here.me(&key).await.status, 200);
    let answer = there.me(&key).await;
    assert_eq!((answer.status, code(&answer).as_str()), (401, "invalid_credentials"));
}

#[tokio::test]
async fn c12_a_replaced_keys_traffic_is_shown_until_there_is_none() {
    let mut service = service().await;
    let old = service.make(&[("name", "worker"), ("type", "live")]).await;
    service.me(&old.text).await;
    let roll = format!("{}/roll", old.url);
    let rolled = service.alice.submit(&roll, &roll, &[("grace", "7d")]).await;
    let new = crate::keys::world::see(&service.alice, &rolled.location()).await;
    let lingering = async |service: &Service, url: &str| service.alice.get(url).await.text("#lingering");
    for url in [&old.url, &new.url] {
        let said = lingering(&service, url).await;
        assert!(
            said.contains("No request has come with the old key since it was replaced"),
            "{said}"
        );
    }
    for _ in 0..3 {
        service.me(&new.text).await;
    }
    service.me(&old.text).await;
    let today = async |service: &Service, url: &str| service.alice.get(url).await.texts(".number dd")[0].clone();
    assert_eq!(
        (today(&service, &old.url).await, today(&service, &new.url).await),
        ("2".to_owned(), "3".to_owned())
    );
    for url in [&old.url, &new.url] {
        let said = lingering(&service, url).await;
        assert!(
            said.contains("The last request with the old key came") && said.contains("2 requests today"),
            "{said}"
        );
    }
    // The next day only the new one is used: nothing needs the old one any more, and its own numbers say so too.
    service.app.advance(std::time::Duration::from_secs(24 * 3600));
    service.sign_in_again().await;
    service.me(&new.text).await;
    assert_eq!(
        (today(&service, &old.url).await, today(&service, &new.url).await),
        ("0".to_owned(), "1".to_owned())
    );
    for url in [&old.url, &new.url] {
        let said = lingering(&service, url).await;
        assert!(
            said.contains("yesterday") || said.contains("day ago") || said.contains("24 h"),
            "{said}"
        );
        assert!(said.contains("; 0 requests today. See both"), "{said}");
    }
    // Once it is revoked there is nothing to wait for.
    let page = format!("{}/revocation", old.url);
    assert_eq!(
        service.alice.submit(&page, &page, &[("name", "worker")]).await.status,
        303
    );
    for url in [&old.url, &new.url] {
        assert!(service.alice.get(url).await.texts("#lingering").is_empty());
    }
}
