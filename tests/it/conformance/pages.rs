//! Pages say nothing of what a profile does not have.

use super::service::Service;

#[tokio::test]
async fn where_no_key_signs_webhooks_no_page_offers_them_for_keys() {
    let service = Service::start("kodostatus").await;
    let form = service.alice.get("/w/acme/keys/new").await;
    assert_eq!(form.status, 200);
    assert!(!form.body.contains("webhook_url") && !form.body.contains("Events go to"));
    let items = [
        "Overview",
        "Keys",
        "Events",
        "Usage",
        "Requests",
        "Key health",
        "Members",
        "Audit",
        "Settings",
    ];
    assert_eq!(form.texts(".sections a"), items);
    let welcome = service.alice.get("/welcome").await;
    assert!(!welcome.body.contains("Receive a webhook"));
    let key = service.make(&[("name", "CI"), ("type", "full")]).await;
    let edit = service.alice.get(&format!("{}/edit", key.url)).await;
    assert!(edit.body.contains("name=\"name\"") && !edit.body.contains("webhook_url"));
}

#[tokio::test]
async fn credits_run_low_only_where_there_are_any() {
    for (profile, offered) in [("craftkit", false), ("kodisc", true)] {
        let form = Service::start(profile).await;
        let form = form.alice.get("/w/acme/webhooks/new").await;
        assert!(form.body.contains("key.revoked"));
        assert_eq!(form.body.contains("credits.low"), offered, "{profile}");
    }
}

#[tokio::test]
async fn a_key_that_is_no_secret_is_not_said_to_be_shown_once() {
    let service = Service::start("docsapi").await;
    let made = service.make(&[("name", "web"), ("type", "pk_live")]).await;
    let reveal = service.alice.get(&format!("{}/reveal", made.url)).await;
    assert!(reveal.body.contains("no secret"), "{}", reveal.body);
    for untrue in ["only time you see it", "Nobody can show it again"] {
        assert!(!reveal.body.contains(untrue), "{untrue}");
    }
}

#[tokio::test]
async fn a_key_that_somebody_made_did_not_come_with_the_account() {
    let service = Service::start("docsapi").await;
    service.make(&[("name", "web"), ("type", "pk_live")]).await;
    let welcome = service.alice.get("/welcome").await;
    assert_eq!(welcome.status, 200);
    assert!(!welcome.body.contains("They came with your account"));
}
