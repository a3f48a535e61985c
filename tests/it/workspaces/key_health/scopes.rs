//! A scope is said not to be needed only where a key had it all the time, and where no request is overlooked.

use super::*;

const TRACKING: &str = "/api/v1/tracking/7";

async fn restricted(world: &World, scopes: &[&str]) -> Issued {
    let input = NewKeyInput {
        type_id: "restricted".to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        expiry: "date".to_owned(),
        expires_at: world.far(),
        ..secret("Partner", "live")
    };
    world.app.key_of(&world.workspace, Some(&world.site), input).await
}

#[tokio::test]
async fn a_scope_that_was_granted_lately_is_no_finding() {
    let world = World::start().await;
    let key = restricted(&world, &["tracking:read"]).await;
    let alice = world.after(60).await;
    let url = format!("/w/acme/p/site/keys/{}/edit", key.key.id);
    let mut form = alice.get(&url).await.form(&url);
    form.push(("scopes".to_owned(), "rates:read".to_owned()));
    assert_eq!(alice.post(&url, &fields(&form)).await.status, 303);
    let _ = world.after(32).await;
    world.uses(&key, TRACKING, "203.0.113.7").await;
    // The key is older than 90 days, and has this scope for 32.
    let alice = world.after(0).await;
    assert!(findings(&alice.get(PAGE).await).is_empty());
    let alice = world.after(60).await;
    let page = alice.get(PAGE).await;
    assert_eq!(findings(&page), ["unused-scopes"]);
    assert_eq!(page.texts("#unused-scopes .scope-list span"), ["rates:read"]);
}

#[tokio::test]
async fn requests_from_everywhere_do_not_hide_that_a_scope_is_needed() {
    let world = World::start().await;
    let key = restricted(&world, &["tracking:read", "rates:read"]).await;
    let _ = world.after(92).await;
    for number in 0..300 {
        let address = format!("198.51.{}.{}", number / 200, number % 200);
        world.uses(&key, TRACKING, &address).await;
    }
    world.uses(&key, RATES, "203.0.113.7").await;
    let alice = world.after(1).await;
    let unused = alice.get(&format!("{PAGE}?finding=unused-scopes")).await;
    assert!(under(&unused, "unused-scopes").is_empty(), "{}", unused.text("main"));
}
