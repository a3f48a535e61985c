//! Lou looks, Ann acts, Sam administers: whoever may not, cannot, and sees no button for it.

use crate::support::{Person, TestApp};

const REASON: (&str, &str) = ("reason", "They asked for it by mail");

async fn submit(person: &Person, page: &str) -> u16 {
    person.submit_from("/staff", page, &[REASON]).await.status
}

#[tokio::test]
async fn each_role_does_what_it_may_and_no_more() {
    let app = super::at_once::start().await;
    let (alice, lou, ann, sam) = (
        app.person("alice").await,
        app.person("lou").await,
        app.person("ann").await,
        app.person("sam").await,
    );
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let workspace = format!("/staff/workspaces/{}", acme.id);
    let account = format!("/staff/accounts/{}", alice.account.id);
    let acting = [
        format!("{workspace}/suspension"),
        format!("{workspace}/suspension/removal"),
        format!("/staff/projects/{}/suspension", shop.id),
        format!("/staff/projects/{}/suspension/removal", shop.id),
        format!("{account}/sessions/revocation"),
    ];
    let administering = [format!("{workspace}/plan"), format!("{workspace}/credits")];
    for page in [&workspace, &account] {
        for (staff, sees) in [(&lou, false), (&ann, true), (&sam, true)] {
            let buttons = staff
                .get(page)
                .await
                .texts("main .actions a[href$=suspension], main a[href$=revocation]");
            assert_eq!(!buttons.is_empty(), sees, "{page}");
        }
    }
    for (staff, sees) in [(&lou, false), (&ann, false), (&sam, true)] {
        let buttons = staff.get(&workspace).await.texts("main .actions a[href$=plan]");
        assert_eq!(!buttons.is_empty(), sees);
    }
    for page in acting.iter().chain(&administering) {
        assert_eq!(lou.get(page).await.status, 403, "{page}");
        assert_eq!(submit(&lou, page).await, 403, "{page}");
        assert_eq!(alice.get(page).await.status, 404, "{page}");
        assert_eq!(submit(&alice, page).await, 404, "{page}");
    }
    for page in &acting {
        assert_eq!(
            (ann.get(page).await.status, submit(&ann, page).await),
            (200, 303),
            "{page}"
        );
    }
    for page in &administering {
        assert_eq!(
            (ann.get(page).await.status, submit(&ann, page).await),
            (403, 403),
            "{page}"
        );
        assert_eq!(sam.get(page).await.status, 200, "{page}");
    }
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_with_the_next_request() {
    let app = TestApp::start().await;
    let (alice, ann) = (app.person("alice").await, app.person("ann").await);
    let acme = app.workspace(&alice, "Acme").await;
    let page = format!("/staff/workspaces/{}/suspension", acme.id);
    assert_eq!(ann.get(&page).await.status, 200);
    let set = keyhatch::domain::accounts::set_staff_role;
    set(&app.app, &ann.account, Some(keyhatch::model::staff::StaffRole::Look))
        .await
        .unwrap();
    assert_eq!(
        (ann.get(&page).await.status, ann.get("/staff").await.status),
        (403, 200)
    );
    set(&app.app, &ann.account, None).await.unwrap();
    assert_eq!(
        (ann.get(&page).await.status, ann.get("/staff").await.status),
        (404, 404)
    );
}
