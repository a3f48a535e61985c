use regex::Regex;

use super::{make, send, service};
use crate::keys::world::error_at;

#[tokio::test]
async fn a_token_is_made_for_a_template_and_shown_once() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let page = format!("{}/inbound", key.url);
    let shown = service.alice.get(&key.url).await;
    assert_eq!(
        shown.attribute("#inbound a", "href").unwrap(),
        page,
        "the key leads there"
    );
    let made = service.alice.submit(&page, &page, &[("template", " invoice ")]).await;
    let reveal = made.location();
    let ahead = service
        .alice
        .client
        .get(service.alice.url(&reveal))
        .header("Purpose", "prefetch");
    assert_eq!(ahead.send().await.unwrap().status(), 503);
    let once = service.alice.get(&reveal).await;
    let token = once.text("#inbound-token");
    assert!(Regex::new("^ck_in_[0-9A-Za-z]{46}$").unwrap().is_match(&token));
    assert_eq!(
        once.text("#inbound-address"),
        format!("{}/v1/inbound/{token}", service.app.app.settings.public_url)
    );
    assert_eq!(once.headers["cache-control"], "no-store");
    let again = service.alice.get(&reveal).await;
    assert_eq!(again.text("h1"), "The token cannot be shown");
    assert!(!again.body.contains(&token));
    let list = service.alice.get(&page).await;
    assert_eq!(list.text("tbody td"), "invoice");
    assert!(list.text("tbody").contains(&token[..12]) && !list.body.contains(&token));
    assert_eq!(send(&service, &token).await.status, 200);
    let trail = service.trail(&key).await;
    assert!(
        trail[0].contains("was shown an inbound token: invoice (ck_in_"),
        "{trail:?}"
    );
    assert!(trail[1].contains("created an inbound token: invoice"), "{trail:?}");
    crate::conformance::service::assert_kept_nowhere(&service, &token);
}

#[tokio::test]
async fn what_was_typed_is_kept_and_told_apart() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let page = format!("{}/inbound", key.url);
    for (template, why) in [
        ("", "Enter what"),
        ("in voice", "Use letters"),
        (&"x".repeat(101), "at most 100"),
    ] {
        let answer = service.alice.submit(&page, &page, &[("template", template)]).await;
        assert_eq!(answer.status, 422);
        assert!(error_at(&answer, "template").contains(why), "{template}");
        assert_eq!(answer.attribute("#template", "value").unwrap(), template);
    }
    assert!(service.alice.get(&page).await.texts("tbody tr").is_empty());
}

#[tokio::test]
async fn a_double_click_makes_one_token() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let page = format!("{}/inbound", key.url);
    let mut form = service.alice.get(&page).await.form(&page);
    form.retain(|(name, _)| name != "template");
    form.push(("template".to_owned(), "invoice".to_owned()));
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let both = tokio::join!(service.alice.post(&page, &fields), service.alice.post(&page, &fields));
    assert_eq!(both.0.location(), both.1.location());
    assert_eq!(service.alice.get(&page).await.texts("tbody tr").len(), 1);
    assert_eq!(
        service
            .alice
            .get(&both.1.location())
            .await
            .texts("#inbound-token")
            .len(),
        1
    );
}

#[tokio::test]
async fn a_viewer_looks_and_a_revoked_key_makes_no_more() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let page = format!("{}/inbound", key.url);
    make(&service.alice, &key.url, "invoice").await;
    let victor = service.member("victor", "viewer").await;
    let seen = victor.get(&page).await;
    assert_eq!(seen.texts("tbody tr").len(), 1);
    assert_eq!(seen.text(".pagination"), "1 token");
    assert!(seen.texts("main form").is_empty() && seen.texts("tbody a").is_empty());
    let fields = [("template", "x"), ("nonce", "x")];
    assert_eq!(victor.submit_from(&page, &page, &fields).await.status, 403);
    let form = service.alice.get(&page).await.form(&page);
    let revocation = format!("{}/revocation", key.url);
    service
        .alice
        .submit(&revocation, &revocation, &[("name", "handler")])
        .await;
    let after = service.alice.get(&page).await;
    assert!(after.texts("main form").is_empty() && after.text(".callout").contains("revoked"));
    let mut fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.retain(|(name, _)| *name != "template");
    fields.push(("template", "late"));
    assert_eq!(service.alice.post(&page, &fields).await.status, 409);
}

#[tokio::test]
async fn a_token_of_one_key_is_not_anothers() {
    let service = service().await;
    let one = service.make(&[("name", "one"), ("type", "live")]).await;
    let two = service.make(&[("name", "two"), ("type", "live")]).await;
    let token = make(&service.alice, &one.url, "invoice").await;
    let revocation = service.alice.get(&format!("{}/inbound", one.url)).await;
    let revocation = revocation.attribute("tbody a", "href").unwrap();
    let crossed = revocation.replace(&one.id, &two.id);
    assert_eq!(service.alice.get(&crossed).await.status, 404);
    assert_eq!(service.alice.submit_from(&one.url, &crossed, &[]).await.status, 404);
    assert_eq!(send(&service, &token).await.status, 200);
}
