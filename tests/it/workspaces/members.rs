use keyhatch::domain::access::{By, Standing};
use keyhatch::domain::members;
use keyhatch::error::AppError;
use keyhatch::model::role::Role;

use crate::support::TestApp;
use crate::support::places::{self, trail};

#[tokio::test]
async fn everybody_sees_who_is_there_and_what_roles_may_do() {
    let app = TestApp::start().await;
    let (alice, victor) = (app.person("alice").await, app.person("victor").await);
    let acme = app.workspace(&alice, "Acme").await;
    app.join(&acme, &victor, "viewer").await;
    let page = victor.get("/w/acme/members").await;
    assert_eq!(
        page.texts("table[aria-label=Members] strong"),
        ["alice@example.com", "victor@example.com"]
    );
    assert_eq!(
        page.texts("[aria-label=Members] [data-label=Role]"),
        ["Owner", "Viewer"]
    );
    assert_eq!(page.texts("[aria-label=Members] .muted"), ["that is you"]);
    assert_eq!(page.text(".pagination"), "2 members");
    assert_eq!(
        page.texts("[data-label='Manage keys']"),
        ["Yes", "Yes", "Yes", "No"],
        "owner, admin, developer, viewer"
    );
    assert_eq!(page.texts("main form").len(), 0, "a viewer changes nobody");
}

#[tokio::test]
async fn the_operator_adds_changes_and_removes() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let acme = app.workspace(&alice, "Acme").await;
    let by = By::operator();
    let proof = places::members(&acme, &by);
    members::add(&app.app, proof, "Bob@Example.com", Role::Viewer)
        .await
        .unwrap();
    assert_eq!(bob.get("/w/acme/settings").await.status, 200);
    for (email, words) in [
        ("bob@example.com", "a member already"),
        ("nobody@example.com", "Nobody has an account"),
    ] {
        let refused = members::add(&app.app, proof, email, Role::Admin).await.unwrap_err();
        assert!(refused.to_string().contains(words), "{refused}");
    }
    members::change_role(&app.app, proof, "bob@example.com", Role::Admin)
        .await
        .unwrap();
    assert_eq!(bob.get("/w/acme/audit").await.status, 200);
    members::remove(&app.app, proof, "bob@example.com").await.unwrap();
    let lines: Vec<_> = trail(&app, &acme).await.into_iter().rev().skip(1).collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.action.as_str(), line.subject.as_str(), line.details.as_str()))
        .collect();
    assert_eq!(
        lines,
        [
            ("member.added", "bob@example.com", "as viewer"),
            ("member.role_changed", "bob@example.com", "viewer → admin"),
            ("member.removed", "bob@example.com", "was admin"),
        ]
    );
}

#[tokio::test]
async fn the_last_owner_stays() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let acme = app.workspace(&alice, "Acme").await;
    let by = By::operator();
    let proof = places::members(&acme, &by);
    let email = "alice@example.com";
    let demoted = members::change_role(&app.app, proof, email, Role::Admin).await;
    assert!(matches!(demoted, Err(AppError::Conflict(_))));
    assert!(matches!(
        members::remove(&app.app, proof, email).await,
        Err(AppError::Conflict(_))
    ));
    app.join(&acme, &bob, "owner").await;
    // Two owners who unmake each other at once: one of them stays.
    let (one, other) = tokio::join!(
        members::remove(&app.app, proof, email),
        members::remove(&app.app, proof, "bob@example.com"),
    );
    assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|done| **done).count(), 1);
}

#[tokio::test]
async fn admins_manage_members_but_not_owners() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let (victor, charlie) = (app.person("victor").await, app.person("charlie").await);
    let acme = app.workspace(&alice, "Acme").await;
    app.join(&acme, &bob, "admin").await;
    app.join(&acme, &victor, "developer").await;
    let standing = Standing::enter(&app.app, &bob.account, "acme", "192.0.2.1")
        .await
        .unwrap();
    let proof = standing.manage_members().unwrap();
    members::add(&app.app, proof, charlie.account.email.as_str(), Role::Viewer)
        .await
        .unwrap();
    let forbidden = [
        members::add(&app.app, proof, "charlie@example.com", Role::Owner).await,
        members::change_role(&app.app, proof, "bob@example.com", Role::Owner).await,
        members::change_role(&app.app, proof, "alice@example.com", Role::Viewer).await,
        members::remove(&app.app, proof, "alice@example.com").await,
    ];
    for refused in forbidden {
        assert!(matches!(refused, Err(AppError::Forbidden(_))), "{refused:?}");
    }
    let standing = Standing::enter(&app.app, &victor.account, "acme", "192.0.2.1")
        .await
        .unwrap();
    assert!(standing.manage_members().is_err());
}

#[tokio::test]
async fn the_plan_bounds_the_members() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace(&alice, "Acme").await;
    let by = By::operator();
    let proof = places::members(&acme, &by);
    for name in ["b1", "b2", "b3", "b4", "b5"] {
        app.person(name).await;
        let added = members::add(&app.app, proof, &format!("{name}@example.com"), Role::Viewer).await;
        assert_eq!(added.is_ok(), name != "b5", "free has five members: {added:?}");
    }
}
