//! Roles, removal and leaving, on pages: true from the next request on, in pages that are open, too.

use keyhatch::model::role::Role;
use keyhatch::model::workspace::Workspace;

use crate::support::places::trail;
use crate::support::{Person, TestApp};

async fn world() -> (TestApp, Person, Workspace) {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let acme = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
    app.project(&acme, "Site").await;
    (app, alice, acme)
}

fn of(person: &Person) -> String {
    format!("/w/acme/members/{}", person.account.id)
}

#[tokio::test]
async fn a_role_is_changed_where_it_stands_and_holds_at_once() {
    let (app, alice, acme) = world().await;
    let bob = app.person("bob").await;
    app.join(&acme, &bob, "developer").await;
    let open = bob.get("/w/acme/p/site/keys/new").await.form("/w/acme/p/site/keys");
    let role = format!("{}/role", of(&bob));
    let answer = alice.submit("/w/acme/members", &role, &[("role", "viewer")]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/w/acme/members"));
    let fields = [("name", "Mine"), ("type", "secret")];
    let answer = bob.post_form("/w/acme/p/site/keys", open, &fields).await;
    assert_eq!(answer.status, 403, "a form that was open before");
    assert!(alice.get("/w/acme/p/site/keys").await.texts("tbody tr").is_empty());
    // What is no role, or more than one's own, changes nothing.
    for wrong in ["", "king"] {
        assert_eq!(
            alice.submit("/w/acme/members", &role, &[("role", wrong)]).await.status,
            303
        );
    }
    let last = alice
        .submit(
            "/w/acme/members",
            &format!("{}/role", of(&alice)),
            &[("role", "viewer")],
        )
        .await;
    assert_eq!(last.status, 303);
    let page = alice.get("/w/acme/members").await;
    assert!(page.text(".flash").contains("keeps its last owner"), "{}", page.body);
    assert_eq!(page.texts("select[name=role] option[selected]"), ["Owner", "Viewer"]);
}

#[tokio::test]
async fn who_is_removed_is_gone_and_their_keys_and_what_they_were_shown_are_told() {
    let (app, alice, acme) = world().await;
    let bob = app.person("bob").await;
    app.join(&acme, &bob, "developer").await;
    let fields = [("name", "Bob's key"), ("type", "secret")];
    let made = bob
        .submit("/w/acme/p/site/keys/new", "/w/acme/p/site/keys", &fields)
        .await;
    assert_eq!(made.status, 303);
    let open = bob.get("/w/acme/p/site/keys/new").await.form("/w/acme/p/site/keys");

    let removal = format!("{}/removal", of(&bob));
    let page = alice.get(&removal).await;
    assert!(page.text("tbody").contains("Bob's key"), "{}", page.body);
    assert_eq!(page.texts("tbody a.button").len(), 2, "roll it, or revoke it");
    let answer = alice.submit(&removal, &removal, &[]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/w/acme/members"));
    assert_eq!(bob.get("/w/acme").await.status, 404);
    let fields = [("name", "Another"), ("type", "secret")];
    assert_eq!(bob.post_form("/w/acme/p/site/keys", open, &fields).await.status, 404);
    assert_eq!(alice.get(&removal).await.status, 404, "no member any more");
    assert_eq!(
        alice.get("/w/acme/p/site/keys").await.texts("tbody tr").len(),
        1,
        "it stays"
    );
}

/// However many keys somebody has made and revoked, one that works is not passed over.
#[tokio::test]
async fn a_key_that_works_is_listed_behind_many_that_do_not() {
    let (app, alice, acme) = world().await;
    let bob = app.person("bob").await;
    app.join(&acme, &bob, "developer").await;
    let standing = keyhatch::domain::access::Standing::enter(&app.app, &bob.account, "acme", "192.0.2.1");
    let standing = standing.await.unwrap();
    let ring = standing.key_ring(&app.app, Some("site")).await.unwrap();
    let proof = ring.manage_keys().unwrap();
    for number in 0..110 {
        let input = keyhatch::domain::keys::NewKeyInput {
            name: format!("key {number}"),
            type_id: "secret".to_owned(),
            environment: "test".to_owned(),
            ..Default::default()
        };
        let new = input.check(&app.app, proof).unwrap();
        let made = keyhatch::domain::keys::issue(&app.app, proof, new).await.unwrap();
        if number > 0 {
            keyhatch::domain::keys::revoke(&app.app, proof, made.key.id)
                .await
                .unwrap();
        }
    }
    let page = alice.get(&format!("{}/removal", of(&bob))).await;
    assert_eq!(page.texts("tbody .lead-cell a"), ["key 0"]);
}

#[tokio::test]
async fn an_admin_has_no_power_over_owners_and_nobody_over_other_workspaces() {
    let (app, alice, acme) = world().await;
    let (adam, charlie) = (app.person("adam").await, app.person("charlie").await);
    app.join(&acme, &adam, "admin").await;
    app.workspace(&charlie, "Elsewhere").await;
    let alices = of(&alice);
    let removal = format!("{alices}/removal");
    assert_eq!(adam.get(&removal).await.status, 403);
    for (deed, status) in [
        (removal.clone(), 403),
        (format!("{alices}/role"), 403),
        (format!("{}/removal", of(&charlie)), 404),
        (format!("{}/role", of(&charlie)), 404),
    ] {
        let answer = adam.submit_from("/w/acme", &deed, &[("role", "viewer")]).await;
        assert_eq!(answer.status, status, "{deed}");
    }
    assert_eq!(adam.get("/w/acme/members").await.texts("#invited form").len(), 0);
    assert_eq!(alice.get("/w/acme").await.status, 200);
}

#[tokio::test]
async fn an_old_link_brings_nobody_back() {
    let (app, alice, acme) = world().await;
    let (eve, adam) = (app.person("eve").await, app.person("adam").await);
    app.join(&acme, &adam, "admin").await;
    let fields = [("emails", "eve@example.com"), ("role", "admin")];
    alice.submit("/w/acme/members", "/w/acme/invitations", &fields).await;
    let link = crate::accounts::link(&app.mails(1).await[0], "/invitations/");
    // Another way in: the link is of no use any more.
    let by = keyhatch::domain::access::By::operator();
    let proof = crate::support::places::members(&acme, &by);
    keyhatch::domain::members::add(&app.app, proof, "eve@example.com", Role::Viewer)
        .await
        .unwrap();
    assert_eq!(eve.get(&link).await.status, 410);
    // What whoever goes has sent is over, and does not come back with them.
    let fields = [("emails", "mallory@example.com"), ("role", "admin")];
    adam.submit("/w/acme/members", "/w/acme/invitations", &fields).await;
    let link = crate::accounts::link(&app.mails(2).await[1], "/invitations/");
    let removal = format!("{}/removal", of(&adam));
    alice.submit(&removal, &removal, &[]).await;
    app.join(&acme, &adam, "admin").await;
    assert_eq!(app.browser().get(&link).await.status, 410);
    assert!(alice.get("/w/acme/members").await.texts("#invited").is_empty());
}

#[tokio::test]
async fn people_leave_by_themselves_but_not_the_last_owner() {
    let (app, alice, acme) = world().await;
    let victor = app.person("victor").await;
    app.join(&acme, &victor, "viewer").await;
    let own = format!("{}/removal", of(&victor));
    assert_eq!(victor.get(&own).await.text("h1"), "Leave Acme?");
    let answer = victor.submit(&own, "/w/acme/departure", &[]).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/workspaces"));
    assert_eq!(victor.get("/w/acme").await.status, 404);
    let line = trail(&app, &acme).await.remove(0);
    assert_eq!(
        (line.action.as_str(), line.details.as_str()),
        ("member.removed", "left; was viewer")
    );

    let own = format!("{}/removal", of(&alice));
    let answer = alice.submit(&own, "/w/acme/departure", &[]).await;
    assert_eq!(answer.location(), "/w/acme/members");
    assert_eq!(alice.get("/w/acme").await.status, 200);
}

#[tokio::test]
async fn two_owners_who_end_each_other_fifty_times_leave_one() {
    let (app, alice, acme) = world().await;
    let olga = app.person("olga").await;
    for round in 0..25 {
        let by = keyhatch::domain::access::By::operator();
        let proof = crate::support::places::members(&acme, &by);
        for email in ["alice@example.com", "olga@example.com"] {
            let added = keyhatch::domain::members::add(&app.app, proof, email, Role::Owner).await;
            if added.is_err() {
                keyhatch::domain::members::change_role(&app.app, proof, email, Role::Owner)
                    .await
                    .unwrap();
            }
        }
        let deed = |person: &Person| format!("{}/{}", of(person), if round % 2 == 0 { "removal" } else { "role" });
        let (of_olga, of_alice) = (deed(&olga), deed(&alice));
        let fields = [("role", "viewer")];
        tokio::join!(
            alice.submit_from("/workspaces", &of_olga, &fields),
            olga.submit_from("/workspaces", &of_alice, &fields),
        );
        let owners = keyhatch::store::members::count_owners(app.app.db.reader(), acme.id)
            .await
            .unwrap();
        assert_eq!(owners, 1, "in round {round}");
    }
}
