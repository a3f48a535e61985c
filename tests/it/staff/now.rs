//! Why a key would be refused now: what the desk says is what verification says, and nothing is counted by asking.

use keyhatch::model::verdict::Verdict;

use crate::support::places::{call, issue, secret};
use crate::support::{Person, TestApp};

async fn says(lou: &Person, page: &str) -> (String, String) {
    let said = lou.get(page).await;
    assert_eq!(said.status, 200);
    let title = said.texts("main > section .callout-title");
    (title[0].clone(), said.text("main > section .callout"))
}

#[tokio::test]
async fn the_desk_says_what_verification_would() {
    let app = TestApp::start().await;
    let (alice, lou) = (app.person("alice").await, app.person("lou").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let issued = issue(&app, &acme, Some(&shop), &secret("CI", "live")).await;
    let page = format!("/staff/keys/{}", issued.key.id);
    let text = issued.text.expose_secret();
    assert_eq!(says(&lou, &page).await.0, "Yes");
    assert!(matches!(call(&app, text).await, Verdict::Allowed(_)));
    keyhatch::domain::workspaces::suspend(&app.app, &acme).await.unwrap();
    let (title, said) = says(&lou, &page).await;
    assert_eq!(title, "The workspace is suspended");
    assert!(
        said.contains("writes to support") && said.contains("workspace_suspended"),
        "{said}"
    );
    keyhatch::domain::workspaces::resume(&app.app, &acme).await.unwrap();
    let ring = app.ring(&acme, Some(&shop));
    keyhatch::domain::keys::disable(&app.app, ring.manage_keys().unwrap(), issued.key.id)
        .await
        .unwrap();
    let (title, said) = says(&lou, &page).await;
    assert_eq!(title, "The key is disabled");
    assert!(said.contains("Enable the key on its page"), "{said}");
    let said = lou.get(&page).await;
    let changes = said.texts("[aria-label='Last changes'] tbody tr");
    assert!(changes[0].contains("The operator disabled the key CI"), "{changes:?}");
    assert!(changes.iter().all(|line| !line.contains("looked up")), "{changes:?}");
}

#[tokio::test]
async fn one_request_is_judged_as_it_would_be() {
    let app = TestApp::start().await;
    let (alice, lou) = (app.person("alice").await, app.person("lou").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let key = app.key(&acme, Some(&shop), "restricted", "live", &["rates:read"]).await;
    let page = format!("/staff/keys/{}", key.key.id);
    let ask = async |request: &str| says(&lou, &format!("{page}?request={request}")).await;
    let (title, said) = ask("GET+/api/v1/shipments").await;
    assert_eq!(title, "The key lacks the scope or access that was needed");
    assert!(
        said.contains("shipments:read") && said.contains("insufficient_scope"),
        "{said}"
    );
    assert_eq!(ask("get+/api/v1/rates?x=1").await.0, "Yes");
    assert_eq!(ask("GET+/api/v1//rates").await.0, "The request can be read in two ways");
    assert_eq!(ask("nonsense").await.0, "Yes", "nothing in particular is asked");
    // An address is no place for a key.
    let text = key.text.expose_secret();
    let sent_on = lou.get(&format!("{page}?request=GET+/api/v1/x?key={text}")).await;
    assert_eq!((sent_on.status, sent_on.location()), (303, page.clone()));
    let said = lou.get(&page).await;
    assert!(said.text(".flash").contains("There is a key in what was asked") && !said.body.contains(text));
}

#[tokio::test]
async fn of_a_key_with_a_list_of_addresses_a_request_from_one_of_them_is_judged() {
    let app = TestApp::start().await;
    let (alice, lou) = (app.person("alice").await, app.person("lou").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let what = keyhatch::domain::keys::NewKeyInput {
        allowed_addresses: vec!["198.51.100.0/24".to_owned()],
        ..secret("CI", "live")
    };
    let issued = issue(&app, &acme, Some(&shop), &what).await;
    let page = format!("/staff/keys/{}", issued.key.id);
    let (title, said) = says(&lou, &page).await;
    assert_eq!(title, "Yes");
    assert!(said.contains("from an address on the key’s list"), "{said}");
    assert!(
        lou.get(&page)
            .await
            .text("article")
            .contains("Used from 198.51.100.0/24")
    );
}

#[tokio::test]
async fn limits_are_shown_and_not_used_up() {
    let app = TestApp::start().await;
    let (alice, lou) = (app.person("alice").await, app.person("lou").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let issued = issue(&app, &acme, Some(&shop), &secret("CI", "live")).await;
    let page = format!("/staff/keys/{}", issued.key.id);
    let text = issued.text.expose_secret();
    let used = async || lou.get(&page).await.texts("[aria-label=Limits] [data-label=Used]");
    assert_eq!(used().await[0], "0 of 600 in a minute");
    for _ in 0..600 {
        assert!(matches!(call(&app, text).await, Verdict::Allowed(_)));
    }
    for _ in 0..3 {
        assert_eq!(used().await[0], "600 of 600 in a minute");
        assert_eq!(says(&lou, &page).await.0, "A rate limit was reached");
    }
    let waits = lou
        .get(&page)
        .await
        .texts("[aria-label=Limits] [data-label='Room again in']");
    assert!(waits[0].ends_with("seconds"), "{waits:?}");
    // As verification says, which has not forgotten it on the way.
    assert!(matches!(call(&app, text).await, Verdict::Refused(_)));
    app.advance(std::time::Duration::from_secs(61));
    assert_eq!(used().await[0], "0 of 600 in a minute");
    assert_eq!(says(&lou, &page).await.0, "Yes");
}
