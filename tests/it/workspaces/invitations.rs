//! Inviting people: by mail, for a role, for one address; used once.

mod limits;

use std::time::Duration;

use keyhatch::domain::access::By;
use keyhatch::domain::members;
use keyhatch::model::role::Role;
use keyhatch::model::workspace::Workspace;
use sea_orm::{ConnectionTrait, Statement};

use crate::accounts::link;
use crate::support::places::{self, trail};
use crate::support::{Answer, Browser, PASSWORD, Person, TestApp};

const DAY: u64 = 24 * 3_600;

async fn world() -> (TestApp, Person, Workspace) {
    world_on("enterprise").await
}

async fn world_on(plan: &str) -> (TestApp, Person, Workspace) {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace_on(&alice, "Acme", Some(plan)).await;
    (app, alice, acme)
}

async fn invite(person: &Person, emails: &str, role: &str) -> Answer {
    let fields = [("emails", emails), ("role", role)];
    person.submit("/w/acme/members", "/w/acme/invitations", &fields).await
}

/// The link in the newest of so many mails.
async fn newest_link(app: &TestApp, mails: usize) -> String {
    link(&app.mails(mails).await.pop().unwrap(), "/invitations/")
}

async fn accept(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    browser.submit(path, &format!("{path}/acceptance"), fields).await
}

async fn invited(person: &Person) -> Vec<String> {
    person.get("/w/acme/members").await.texts("#invited tbody strong")
}

async fn role_of(app: &TestApp, acme: &Workspace, email: &str) -> Option<Role> {
    let all = keyhatch::store::members::list(app.app.db.reader(), acme.id)
        .await
        .unwrap();
    all.into_iter()
        .find(|member| member.email.to_string() == email)
        .map(|member| member.role)
}

#[tokio::test]
async fn bob_who_has_an_account_joins_by_the_link_in_his_mail() {
    let (app, alice, acme) = world().await;
    let bob = app.person("bob").await;
    let answer = invite(&alice, "Bob@Example.com", "developer").await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/w/acme/members"));
    assert_eq!(invited(&alice).await, ["Bob@Example.com"]);
    assert_eq!(bob.get("/w/acme").await.status, 404, "a mail makes no member");

    let mail = app.mails(1).await.remove(0);
    for words in [
        "alice@example.com invites you to join the workspace",
        "as Developer",
        "Subject: You are invited to a workspace at",
    ] {
        assert!(mail.contains(words), "{words} in {mail}");
    }
    let path = newest_link(&app, 1).await;
    // A program that checks mails follows the link.
    assert_eq!(app.browser().get(&path).await.status, 200);
    let page = bob.get(&path).await;
    assert_eq!(page.text("h1"), "Join Acme");
    assert!(page.texts("input[type=password]").is_empty(), "he has one");
    let answer = accept(&bob, &path, &[]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/w/acme"));
    assert_eq!(role_of(&app, &acme, "bob@example.com").await, Some(Role::Developer));
    assert_eq!(bob.get("/w/acme").await.status, 200);
    assert_eq!(bob.get(&path).await.status, 410, "it works once");
    assert!(invited(&alice).await.is_empty());
    let lines: Vec<_> = trail(&app, &acme).await.into_iter().take(2).collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.action.as_str(), line.details.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            ("member.added", "as developer, invited by alice@example.com"),
            ("member.invited", "as developer"),
        ]
    );
}

#[tokio::test]
async fn carol_who_has_none_makes_her_account_by_it_without_a_second_mail() {
    let (app, alice, acme) = world().await;
    invite(&alice, "carol@example.com", "viewer").await;
    let path = newest_link(&app, 1).await;
    let carol = app.browser();
    let short = accept(&carol, &path, &[("password", "short")]).await;
    assert_eq!(short.status, 422);
    assert!(!short.texts("#password-error").is_empty(), "{}", short.body);
    let answer = accept(&carol, &path, &[("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/w/acme"));
    assert_eq!(carol.get("/w/acme").await.status, 200, "signed in");
    assert_eq!(role_of(&app, &acme, "carol@example.com").await, Some(Role::Viewer));
    app.browser().sign_in("carol@example.com", PASSWORD).await;
    assert_eq!(app.mails(1).await.len(), 1, "nothing else had to be confirmed");
}

#[tokio::test]
async fn an_address_with_an_account_is_not_given_another_password() {
    let (app, alice, acme) = world().await;
    let _bob = app.person("bob").await;
    invite(&alice, "bob@example.com", "viewer").await;
    let path = newest_link(&app, 1).await;
    let somebody = app.browser();
    let answer = accept(&somebody, &path, &[("password", "another password of mine")]).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer
            .text(".problems")
            .contains("has an account already: sign in with it"),
        "{}",
        answer.body
    );
    assert_eq!(role_of(&app, &acme, "bob@example.com").await, None);
    // Signing in leads back to it.
    let sign_in = somebody
        .get(&path)
        .await
        .attribute("a[href^='/sign-in?next=']", "href")
        .unwrap();
    let fields = [("email", "bob@example.com"), ("password", PASSWORD)];
    let answer = somebody.submit(&sign_in, "/sign-in", &fields).await;
    assert_eq!(answer.location(), path);
    assert_eq!(accept(&somebody, &path, &[]).await.location(), "/w/acme");
}

#[tokio::test]
async fn it_is_for_the_address_it_was_sent_to_alone() {
    let (app, alice, acme) = world().await;
    let charlie = app.person("charlie").await;
    invite(&alice, "bob@example.com", "owner").await;
    let path = newest_link(&app, 1).await;
    let page = charlie.get(&path).await;
    assert!(
        page.text("main").contains("You are signed in as charlie@example.com"),
        "{}",
        page.body
    );
    let answer = charlie
        .submit_from("/workspaces", &format!("{path}/acceptance"), &[("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(charlie.get("/w/acme").await.status, 404);
    assert_eq!(role_of(&app, &acme, "bob@example.com").await, None);
    assert_eq!(invited(&alice).await, ["bob@example.com"], "it is still his");
}

#[tokio::test]
async fn several_are_invited_at_once_each_with_an_outcome_and_nothing_tells_who_has_an_account() {
    let (app, alice, acme) = world().await;
    let (bob, _dave) = (app.person("bob").await, app.person("dave").await);
    app.join(&acme, &bob, "viewer").await;
    let answer = invite(
        &alice,
        "dave@example.com\nerin@example.com, bob@example.com\nnobody",
        "developer",
    )
    .await;
    assert_eq!(answer.status, 422);
    let problem = answer.text("#emails-error");
    assert!(
        problem.starts_with("bob@example.com: This person is a member already. nobody: "),
        "{problem}"
    );
    assert_eq!(
        answer.text("#emails"),
        "bob@example.com nobody",
        "what went well is not typed again"
    );
    assert!(
        answer.text(".callout").starts_with("2 mails are on the way"),
        "{}",
        answer.body
    );
    // Dave has an account and Erin has none: of both the same is said.
    assert_eq!(invited(&alice).await, ["erin@example.com", "dave@example.com"]);
    let mails = app.mails(2).await;
    assert!(
        mails
            .iter()
            .all(|mail| mail.contains("invites you to join the workspace"))
    );

    let none = invite(&alice, " ,\n", "developer").await;
    assert_eq!(none.text("#emails-error"), "Type at least one email address.");
    let many: Vec<_> = (0..21).map(|number| format!("p{number}@example.com")).collect();
    let many = invite(&alice, &many.join(" "), "developer").await;
    assert_eq!(many.text("#emails-error"), "Invite at most 20 people at once.");
    assert_eq!(app.mails(2).await.len(), 2);
}

#[tokio::test]
async fn nobody_invites_to_more_than_they_are() {
    let (app, alice, acme) = world().await;
    let (adam, bob) = (app.person("adam").await, app.person("bob").await);
    app.join(&acme, &adam, "admin").await;
    app.join(&acme, &bob, "developer").await;
    let page = adam.get("/w/acme/members").await;
    assert_eq!(page.texts("#role option"), ["Viewer", "Developer", "Admin"]);
    let owner = adam.submit(
        "/w/acme/members",
        "/w/acme/invitations",
        &[("emails", "eve@example.com"), ("role", "owner")],
    );
    assert_eq!(owner.await.status, 422);
    assert!(bob.get("/w/acme/members").await.texts("#invite").is_empty());
    let answer = bob.submit_from(
        "/w/acme",
        "/w/acme/invitations",
        &[("emails", "eve@example.com"), ("role", "viewer")],
    );
    assert_eq!(answer.await.status, 403);
    // What an owner has sent is not an admin's to change.
    invite(&alice, "olga@example.com", "owner").await;
    assert!(adam.get("/w/acme/members").await.texts("#invited form").is_empty());
    let row = alice.get("/w/acme/members").await;
    let row = row.attribute("#invited form", "action").unwrap();
    for deed in [row.clone(), row.replace("/resends", "/withdrawal")] {
        assert_eq!(adam.submit_from("/w/acme", &deed, &[]).await.status, 403, "{deed}");
    }
    let again = invite(&adam, "olga@example.com\nnew@example.com", "viewer").await;
    assert_eq!(again.status, 422, "{}", again.body);
    assert_eq!(
        again.text("#emails-error"),
        "olga@example.com: Only owners decide who the owners are."
    );
    assert_eq!(invited(&alice).await, ["new@example.com", "olga@example.com"]);
}

#[tokio::test]
async fn a_new_link_ends_the_one_before_and_a_withdrawal_ends_both() {
    let (app, alice, _acme) = world().await;
    invite(&alice, "bob@example.com", "viewer").await;
    let first = newest_link(&app, 1).await;
    let resend = alice
        .get("/w/acme/members")
        .await
        .attribute("#invited form", "action")
        .unwrap();
    app.advance(Duration::from_secs(60));
    assert_eq!(alice.submit("/w/acme/members", &resend, &[]).await.status, 303);
    let second = newest_link(&app, 2).await;
    assert_eq!(app.browser().get(&first).await.status, 410);
    assert_eq!(app.browser().get(&second).await.status, 200);
    // To invite the same address again is to send it again, in the role that is meant now.
    app.advance(Duration::from_secs(60));
    invite(&alice, "BOB@example.com", "admin").await;
    assert_eq!(invited(&alice).await.len(), 1);
    let third = newest_link(&app, 3).await;
    assert!(app.browser().get(&third).await.body.contains("as Admin"));
    let withdraw = resend.replace("/resends", "/withdrawal");
    assert_eq!(alice.submit("/w/acme/members", &withdraw, &[]).await.status, 303);
    assert_eq!(app.browser().get(&third).await.status, 410);
    assert!(invited(&alice).await.is_empty());
}

#[tokio::test]
async fn a_link_is_good_for_seven_days_and_listed_for_a_month_more() {
    let (app, mut alice, _acme) = world().await;
    invite(&alice, "bob@example.com", "viewer").await;
    let path = newest_link(&app, 1).await;
    app.advance(Duration::from_secs(7 * DAY - 60));
    assert_eq!(app.browser().get(&path).await.status, 200);
    app.advance(Duration::from_secs(60));
    assert_eq!(app.browser().get(&path).await.status, 410);
    alice.browser = app.browser();
    alice.sign_in("alice@example.com", PASSWORD).await;
    let page = alice.get("/w/acme/members").await;
    assert!(
        page.text("#invited tbody").contains("Over: send it again"),
        "{}",
        page.body
    );
    keyhatch::domain::accounts::sweep(&app.app).await.unwrap();
    assert_eq!(rows(&app).await, 1);
    app.advance(Duration::from_secs(31 * DAY));
    keyhatch::domain::accounts::sweep(&app.app).await.unwrap();
    assert_eq!(rows(&app).await, 0);
}

#[tokio::test]
async fn whoever_has_left_brings_nobody_in_any_more() {
    let (app, alice, acme) = world().await;
    let adam = app.person("adam").await;
    app.join(&acme, &adam, "admin").await;
    invite(&adam, "eve@example.com", "admin").await;
    let path = newest_link(&app, 1).await;
    let by = By::operator();
    members::change_role(
        &app.app,
        places::members(&acme, &by),
        "adam@example.com",
        Role::Developer,
    )
    .await
    .unwrap();
    assert_eq!(app.browser().get(&path).await.status, 410, "a developer invites nobody");
    members::change_role(&app.app, places::members(&acme, &by), "adam@example.com", Role::Admin)
        .await
        .unwrap();
    assert_eq!(app.browser().get(&path).await.status, 410, "what was over is over");
    let page = alice.get("/w/acme/members").await;
    assert!(
        page.text("#invited tbody").contains("Over: send it again"),
        "{}",
        page.body
    );
    let resend = page.attribute("#invited form", "action").unwrap();
    assert_eq!(adam.submit("/w/acme/members", &resend, &[]).await.status, 303);
    let path = newest_link(&app, 2).await;
    let eve = app.browser();
    assert_eq!(eve.get(&path).await.status, 200);
    let form = eve.get(&path).await.form(&format!("{path}/acceptance"));
    members::remove(&app.app, places::members(&acme, &by), "adam@example.com")
        .await
        .unwrap();
    let answer = eve
        .post_form(&format!("{path}/acceptance"), form, &[("password", PASSWORD)])
        .await;
    assert_eq!(answer.status, 410, "the open form, too");
    assert_eq!(role_of(&app, &acme, "eve@example.com").await, None);
    assert!(invited(&alice).await.is_empty(), "what they have sent is over");
}

async fn rows(app: &TestApp) -> i64 {
    let db = app.app.db.reader();
    let count = Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) FROM invitations");
    db.query_one_raw(count)
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap()
}
