//! Places of the plan, twenty at once, and how many mails one person gets.

use keyhatch::model::role::Role;

use super::{accept, invite, invited, newest_link, role_of, world, world_on};
use crate::support::PASSWORD;
use crate::support::places::trail;

#[tokio::test]
async fn a_plan_has_places_for_members_and_for_who_is_invited() {
    let (app, alice, acme) = world_on("free").await;
    let limit = app
        .app
        .profile
        .plans
        .iter()
        .find(|plan| plan.id == "free")
        .unwrap()
        .members
        .unwrap();
    let many: Vec<_> = (0..limit).map(|number| format!("p{number}@example.com")).collect();
    let answer = invite(&alice, &many.join("\n"), "viewer").await;
    assert_eq!(answer.status, 422, "one too many: Alice has a place");
    assert!(
        answer
            .text(".problems")
            .contains("with the open invitations there are as many"),
        "{}",
        answer.body
    );
    assert_eq!(invited(&alice).await.len(), limit as usize - 1);
    // Somebody takes the place meanwhile: the link waits for another.
    let path = newest_link(&app, limit as usize - 1).await;
    let bob = app.person("bob").await;
    for person in 0..limit - 1 {
        let taker = app.person(&format!("taker{person}")).await;
        app.join(&acme, &taker, "viewer").await;
    }
    drop(bob);
    let answer = accept(&app.browser(), &path, &[("password", PASSWORD)]).await;
    assert_eq!(answer.status, 409);
    assert!(
        answer.text(".problems").contains("There is no place left in Acme"),
        "{}",
        answer.body
    );
    assert_eq!(app.browser().get(&path).await.status, 200, "it is still good");
}

#[tokio::test]
async fn an_invitation_accepted_twenty_times_at_once_is_used_once() {
    let (app, alice, acme) = world().await;
    invite(&alice, "carol@example.com", "viewer").await;
    let path = newest_link(&app, 1).await;
    let mut forms = Vec::new();
    for _ in 0..20 {
        let browser = app.browser();
        let form = browser.get(&path).await.form(&format!("{path}/acceptance"));
        forms.push((browser, form));
    }
    let action = format!("{path}/acceptance");
    let all = forms.into_iter().map(|(browser, form)| {
        let action = action.clone();
        async move { browser.post_form(&action, form, &[("password", PASSWORD)]).await.status }
    });
    let mut statuses = futures_util::future::join_all(all).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303, "{statuses:?}");
    assert!(
        statuses[1..].iter().all(|status| matches!(status, 410 | 422 | 429)),
        "{statuses:?}"
    );
    assert_eq!(role_of(&app, &acme, "carol@example.com").await, Some(Role::Viewer));
    let added = trail(&app, &acme)
        .await
        .into_iter()
        .filter(|line| line.action == "member.added")
        .count();
    assert_eq!(added, 1);
}

#[tokio::test]
async fn nobody_is_flooded_with_mails() {
    let (app, alice, _acme) = world().await;
    for round in 0..6 {
        let answer = invite(&alice, "bob@example.com", "viewer").await;
        if round >= 4 {
            assert_eq!(answer.status, 422);
            assert!(
                answer.text("#emails-error").contains("There were many mails lately"),
                "{}",
                answer.body
            );
        }
    }
    assert_eq!(app.mails(4).await.len(), 4);
}

#[tokio::test]
async fn a_suspended_workspace_invites_nobody_and_a_name_is_no_link() {
    let (app, alice, acme) = world().await;
    let fields = [("name", "Verify at evil.example/x")];
    let settings = "/w/acme/settings";
    assert_eq!(alice.submit(settings, settings, &fields).await.status, 303);
    invite(&alice, "bob@example.com", "viewer").await;
    let mail = app.mails(1).await.remove(0);
    assert!(!mail.contains("evil.example") && mail.contains("acme"), "{mail}");
    let path = newest_link(&app, 1).await;
    let (bob, action) = (app.browser(), format!("{path}/acceptance"));
    let form = bob.get(&path).await.form(&action);
    keyhatch::domain::workspaces::suspend(&app.app, &acme).await.unwrap();
    assert_eq!(bob.get(&path).await.status, 410, "it brings nobody in, either");
    let open = bob.post_form(&action, form, &[("password", PASSWORD)]).await;
    assert_eq!(open.status, 410);
    assert_eq!(role_of(&app, &acme, "bob@example.com").await, None);
    let answer = invite(&alice, "carol@example.com", "viewer").await;
    assert_eq!(answer.status, 422);
    assert!(answer.text("#emails-error").contains("suspended"), "{}", answer.body);
}

#[tokio::test]
async fn nobody_is_kept_from_a_new_password_by_being_invited() {
    let (app, alice, acme) = world().await;
    let (bob, _dave) = (app.person("bob").await, app.person("dave").await);
    app.join(&acme, &bob, "viewer").await;
    for _ in 0..6 {
        invite(&alice, "bob@example.com dave@example.com", "viewer").await;
    }
    let sent = app.mails(4).await.len();
    assert_eq!(sent, 4, "four to dave, none to bob, who is a member");
    for email in ["bob@example.com", "dave@example.com"] {
        let fields = [("email", email)];
        let answer = app
            .browser()
            .submit("/forgot-password", "/forgot-password", &fields)
            .await;
        assert_eq!(answer.location(), "/forgot-password/sent", "{email}");
    }
    assert_eq!(app.mails(6).await.len(), 6);
}
