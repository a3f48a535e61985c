//! Finding a person by their address, and what keeps them from signing in.

use std::time::Duration;

use crate::support::places::trail;
use crate::support::{Answer, PASSWORD, Person, TestApp};

async fn look_up(sam: &Person, typed: &str) -> Answer {
    sam.submit("/staff", "/staff/lookups", &[("display_prefix", typed)])
        .await
}

#[tokio::test]
async fn an_address_leads_to_the_account_and_the_person_sees_that_it_was_looked_at() {
    let app = TestApp::start().await;
    let (alice, bob, sam) = (
        app.person("alice").await,
        app.person("bob").await,
        app.person("sam").await,
    );
    let acme = app.workspace(&alice, "Acme").await;
    app.join(&acme, &bob, "viewer").await;
    app.advance(Duration::from_secs(120));
    let answer = look_up(&sam, "  ALICE@example.com ").await;
    let page = answer.location();
    assert_eq!(page, format!("/staff/accounts/{}", alice.account.id));
    let said = sam.get(&page).await;
    assert_eq!(said.status, 200);
    assert_eq!(said.text("article h2"), "alice@example.com");
    assert_eq!(said.texts("article .badge"), ["Confirmed"]);
    let card = said.text("article");
    assert!(
        card.contains("(2 minutes ago)") && card.contains("Not throttled"),
        "{card}"
    );
    let rows = said.texts(".rows li");
    assert!(rows[0].contains("127.0.0.1, last seen 2 minutes ago"), "{rows:?}");
    assert!(rows[1].contains("Acme acme, Owner"), "{rows:?}");
    assert_eq!(
        said.attribute(".rows a", "href"),
        Some(format!("/staff/workspaces/{}", acme.id))
    );
    // The id of the account leads there, too.
    assert_eq!(look_up(&sam, &alice.account.id.to_string()).await.location(), page);
    // She sees it on her own page, and whoever reads the workspace's trail there.
    let own = alice.get("/account").await.text("main");
    assert!(
        own.contains("sam@example.com looked up the account for support"),
        "{own}"
    );
    let lines = trail(&app, &acme).await;
    assert_eq!(
        (lines[0].action.as_str(), lines[0].actor_kind.as_str()),
        ("account.looked_up", "staff")
    );
    assert_eq!(lines[0].subject, "alice@example.com");
    assert_eq!(
        lines.iter().filter(|line| line.action == "account.looked_up").count(),
        1
    );
    assert!(!bob.get("/account").await.body.contains("looked up"));
}

#[tokio::test]
async fn an_address_that_nobody_has_is_said_to_be_nobodys() {
    let app = TestApp::start().await;
    let sam = app.person("sam").await;
    let answer = look_up(&sam, "nobody@example.com").await;
    assert_eq!(answer.status, 200);
    assert!(answer.text(".count").starts_with("Nobody has this email address"));
    assert_eq!(
        answer.attribute("#display_prefix", "value").as_deref(),
        Some("nobody@example.com")
    );
    let unknown = sam.get("/staff/accounts/019a0000-0000-7000-8000-000000000000").await;
    assert_eq!((unknown.status, sam.get("/staff/accounts/x").await.status), (404, 404));
}

#[tokio::test]
async fn why_somebody_cannot_sign_in_is_on_the_page() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let page = format!("/staff/accounts/{}", alice.account.id);
    let thief = app.browser();
    for _ in 0..11 {
        let wrong = [("email", "alice@example.com"), ("password", "mistyped")];
        thief.submit("/sign-in", "/sign-in", &wrong).await;
    }
    let said = sam.get(&page).await;
    assert_eq!(said.texts("article .badge"), ["Confirmed", "Sign-in throttled"]);
    assert!(
        said.text("article").contains("Refused until"),
        "{}",
        said.text("article")
    );
    // To look is no attempt, and the time that it names is the time that it takes.
    app.advance(Duration::from_secs(120));
    assert_eq!(sam.get(&page).await.texts("article .badge"), ["Confirmed"]);
    thief.sign_in("alice@example.com", PASSWORD).await;
    assert_eq!(sam.get(&page).await.texts(".rows li").len(), 2, "both sessions");
}

#[tokio::test]
async fn somebody_who_has_not_confirmed_their_address_is_found_and_hears_of_it_afterwards() {
    let app = TestApp::start().await;
    let sam = app.person("sam").await;
    let erin = app.browser();
    let fields = [("email", "erin@example.com"), ("password", PASSWORD)];
    assert_eq!(erin.submit("/sign-up", "/sign-up", &fields).await.status, 303);
    let page = look_up(&sam, "erin@example.com").await.location();
    let said = sam.get(&page).await;
    assert_eq!(said.texts("article .badge"), ["Not confirmed"]);
    assert!(said.text("article").contains("There is no account yet"));
    let mails = app.mails(1).await;
    let link = mails[0].lines().find(|line| line.contains("/verify-email?")).unwrap();
    let path = link[link.find("/verify-email").unwrap()..].trim().to_owned();
    assert_eq!(erin.submit(&path, "/verify-email", &[]).await.status, 303);
    assert_eq!(sam.get(&page).await.status, 404, "it has become an account");
    let own = erin.get("/account").await.text("main");
    assert!(
        own.contains("sam@example.com looked up the account for support"),
        "{own}"
    );
    assert_eq!(look_up(&sam, "erin@example.com").await.status, 303);
}

#[tokio::test]
async fn a_mail_that_did_not_arrive_is_on_the_page() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let browser = app.browser();
    browser
        .submit(
            "/forgot-password",
            "/forgot-password",
            &[("email", "alice@example.com")],
        )
        .await;
    app.mails(1).await;
    let page = format!("/staff/accounts/{}", alice.account.id);
    let mails = "[aria-label='Mails that did not arrive'] tbody tr";
    assert_eq!(sam.get(&page).await.texts(mails).len(), 0);
    let sql = "UPDATE mails SET state = 'failed', attempts = 17";
    app.app.db.execute(sql).await.unwrap();
    let said = sam.get(&page).await.texts(mails);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].contains("Reset the password") && said[0].contains("Given up") && said[0].contains("17"),
        "{said:?}"
    );
}
