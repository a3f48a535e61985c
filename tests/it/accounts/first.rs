use std::time::Duration;

use keyhatch::domain::accounts::first::first_link;

use crate::support::{PASSWORD, TestApp};

async fn path(app: &TestApp) -> String {
    let link = first_link(&app.app).await.unwrap().unwrap();
    link.strip_prefix(&app.address).unwrap().to_owned()
}

#[tokio::test]
async fn the_first_link_makes_one_account_which_is_staff() {
    let app = TestApp::start().await;
    let first = path(&app).await;
    let newer = path(&app).await;
    let sam = app.browser();
    assert_eq!(sam.get(&first).await.status, 410, "a newer link replaces an older one");
    let page = sam.get(&newer).await;
    assert!(page.body.contains("staff"), "{}", page.body);
    // A form that is sent back keeps the link's token.
    let fields = [("email", "sam@example.com"), ("password", "short")];
    let answer = sam.submit(&newer, "/sign-up", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.attribute("input[name=first]", "value").is_some());
    let fields = [("email", "sam@example.com"), ("password", PASSWORD)];
    let stale = sam.get(&newer).await;
    let answer = sam.submit(&newer, "/sign-up", &fields).await;
    assert_eq!((answer.status, answer.location().as_str()), (303, "/welcome"));
    assert_eq!(sam.get("/account").await.text(".badge"), "Staff");

    assert_eq!(first_link(&app.app).await.unwrap(), None);
    assert_eq!(app.browser().get(&newer).await.status, 410);
    let token = stale.attribute("input[name=first]", "value").unwrap();
    let eve = app.browser();
    let fields = [("email", "eve@example.com"), ("password", PASSWORD), ("first", &token)];
    let answer = eve.submit("/sign-up", "/sign-up", &fields).await;
    assert_eq!(answer.status, 410);
}

#[tokio::test]
async fn two_who_use_the_link_at_once_make_one_account() {
    let app = TestApp::start().await;
    let first = path(&app).await;
    let (a, b) = (app.browser(), app.browser());
    let (one, two) = tokio::join!(
        a.submit(
            &first,
            "/sign-up",
            &[("email", "a@example.com"), ("password", PASSWORD)]
        ),
        b.submit(
            &first,
            "/sign-up",
            &[("email", "b@example.com"), ("password", PASSWORD)]
        ),
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
}

#[tokio::test]
async fn it_is_good_for_a_day_and_dead_once_there_is_an_account() {
    let app = TestApp::start().await;
    let first = path(&app).await;
    app.advance(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(app.browser().get(&first).await.status, 410);
    let first = path(&app).await;
    app.person("alice").await;
    assert_eq!(app.browser().get(&first).await.status, 410);
    assert_eq!(app.browser().get("/sign-up?first=nonsense").await.status, 410);
}
