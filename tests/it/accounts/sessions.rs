use std::time::Duration;

use keyhatch::domain::accounts::sessions;

use crate::support::{PASSWORD, TestApp};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn alice_sees_her_browsers_and_ends_one() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.person("alice").await, app.person("bob").await);
    let phone = app.browser();
    phone.sign_in("alice@example.com", PASSWORD).await;
    let page = alice.get("/account/sessions").await;
    assert_eq!(page.texts("ul.rows > li").len(), 2);
    assert_eq!(page.text(".pagination"), "2 sessions");
    assert_eq!(page.texts(".badge"), ["This one"]);
    assert!(page.text("ul.rows > li").contains("127.0.0.1"), "{}", page.body);

    let all = sessions::list(&app.app, &alice.account).await.unwrap();
    let action = |id: String| format!("/account/sessions/{id}/revocation");
    let of_phone = all.iter().map(|session| action(session.id.to_string())).find(|action| {
        page.attribute(&format!("li:last-child form[action='{action}']"), "action")
            .is_some()
    });
    let of_phone = of_phone.unwrap();
    let answer = bob.submit_from("/account/sessions", &of_phone, &[]).await;
    assert_eq!(answer.status, 404, "somebody else's session does not exist");
    for nonsense in ["nonsense", "00000000-0000-0000-0000-000000000000"] {
        let answer = alice
            .submit_from("/account/sessions", &action(nonsense.into()), &[])
            .await;
        assert_eq!(answer.status, 404);
    }
    assert_eq!(phone.get("/account").await.status, 200);
    let answer = alice.submit("/account/sessions", &of_phone, &[]).await;
    assert_eq!(answer.location(), "/account/sessions");
    assert_eq!(phone.get("/account").await.status, 303, "out at once");
    assert_eq!(alice.get("/account").await.status, 200);
}

#[tokio::test]
async fn alice_ends_all_others_and_then_her_own() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let others = [app.browser(), app.browser()];
    for other in &others {
        other.sign_in("alice@example.com", PASSWORD).await;
    }
    let page = "/account/sessions";
    let answer = alice.submit(page, "/account/sessions/others/revocation", &[]).await;
    assert_eq!(answer.location(), page);
    for other in &others {
        assert_eq!(other.get("/account").await.status, 303);
    }
    let answer = alice.get(page).await;
    assert!(answer.text(".flash").contains("2 other browsers"));
    let own = answer.attribute("ul.rows form", "action").unwrap();
    assert_eq!(alice.submit(page, &own, &[]).await.location(), "/sign-in");
    assert_eq!(alice.get("/account").await.status, 303);
    assert!(sessions::list(&app.app, &alice.account).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_session_ends_when_it_idles_and_at_the_latest_after_thirty_days() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    app.advance(14 * DAY - Duration::from_secs(60));
    assert_eq!(alice.get("/account").await.status, 200);
    app.advance(14 * DAY + Duration::from_secs(60));
    assert_eq!(alice.get("/account").await.status, 303, "two weeks of nothing");

    alice.sign_in("alice@example.com", PASSWORD).await;
    for _ in 0..29 {
        app.advance(DAY);
        assert_eq!(alice.get("/account").await.status, 200);
    }
    app.advance(DAY);
    assert_eq!(
        alice.get("/account").await.status,
        303,
        "thirty days, though used daily"
    );
}

#[tokio::test]
async fn a_new_session_id_does_not_make_a_session_younger() {
    let app = TestApp::start().await;
    let state = sessions::State {
        started_at: Some(app.app.now()),
        ..sessions::State::default()
    };
    app.advance(29 * DAY);
    let cookie = sessions::save(&app.app, state).await.unwrap();
    let cookie = secrecy::ExposeSecret::expose_secret(&cookie);
    assert!(sessions::load(&app.app, cookie).await.unwrap().is_some());
    app.advance(DAY);
    assert!(sessions::load(&app.app, cookie).await.unwrap().is_none());
}

#[tokio::test]
async fn signing_in_begins_a_new_session_and_ends_the_one_before() {
    let app = TestApp::start().await;
    let alice = app.person("alice").await;
    let before = sessions::list(&app.app, &alice.account).await.unwrap();
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    let answer = alice.submit_from("/account", "/sign-in", &fields).await;
    assert_eq!(answer.status, 303);
    let after = sessions::list(&app.app, &alice.account).await.unwrap();
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(before[0].id, after[0].id);
}
