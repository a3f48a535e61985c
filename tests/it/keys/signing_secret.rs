use super::world::{World, see};
use crate::support::places::typed;

#[tokio::test]
async fn a_new_secret_is_shown_once_and_the_key_stays() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let action = format!("{}/signing-secret", made.url);
    let answer = world.alice.submit(&action, &action, &[]).await;
    assert_eq!(answer.location(), format!("{}/reveal", made.url));
    let shown = see(&world.alice, &answer.location()).await;
    assert_eq!(shown.text, "", "the key is not shown again");
    assert!(shown.signing_secret.starts_with("whsec_"));
    assert_ne!(shown.signing_secret, made.signing_secret);
    assert_eq!(world.ask(&made.text).await, "accepted");
    let again = world.alice.get(&answer.location()).await;
    assert!(again.texts("#signing-secret").is_empty());
    let trail = world.trail(&made).await;
    assert!(trail[0].contains("was shown the signing secret"), "{trail:?}");
    assert!(trail[1].contains("rotated the signing secret"), "{trail:?}");
}

#[tokio::test]
async fn the_page_with_the_new_secret_says_what_the_old_one_still_does() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let action = format!("{}/signing-secret", made.url);
    for (overlap, said) in [
        ("24h", "The old one signs too for as long as you chose."),
        ("now", "The old one signs nothing any more."),
    ] {
        let answer = world.alice.submit(&action, &action, &[("overlap", overlap)]).await;
        let page = world.alice.get(&answer.location()).await;
        assert!(page.body.contains(said), "{overlap}: {}", page.body);
    }
}

#[tokio::test]
async fn a_double_click_rotates_once() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let action = format!("{}/signing-secret", made.url);
    let form = world.alice.get(&action).await.form(&action);
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let both = tokio::join!(world.alice.post(&action, &fields), world.alice.post(&action, &fields));
    assert_eq!((both.0.status, both.1.status), (303, 303));
    assert!(
        see(&world.alice, &both.0.location())
            .await
            .signing_secret
            .starts_with("whsec_")
    );
    let trail = world.trail(&made).await;
    assert_eq!(
        trail.iter().filter(|line| line.contains("rotated")).count(),
        1,
        "{trail:?}"
    );
}

#[tokio::test]
async fn whoever_is_slower_hears_that_it_was_rotated_and_chooses() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let action = format!("{}/signing-secret", made.url);
    let bob = world.member("bob", "developer").await;
    let opened = bob.get(&action).await.form(&action);
    let answer = world.alice.submit(&action, &action, &[]).await;
    see(&world.alice, &answer.location()).await;

    let told = bob.try_post(&action, &typed(&opened, "overlap", "24h")).await.unwrap();
    assert_eq!(told.status, 409);
    assert_eq!(
        told.text(".callout-title"),
        "The signing secret was rotated while this page was open"
    );
    assert_eq!(told.attribute(".callout a", "href").as_deref(), Some(made.url.as_str()));
    assert!(
        told.attribute("input[value='24h'][checked]", "id").is_some(),
        "what was chosen stays"
    );
    let rotations = async || {
        let trail = world.trail(&made).await;
        trail
            .iter()
            .filter(|line| line.contains("rotated the signing secret"))
            .count()
    };
    assert_eq!(rotations().await, 1);
    // Sending it once more means it.
    let meant = bob.try_post(&action, &told.form(&action)).await.unwrap();
    assert_eq!(meant.location(), format!("{}/reveal", made.url));
    assert_eq!(rotations().await, 2);
    // Nor does it matter that the key was renamed.
    let opened = bob.get(&action).await.form(&action);
    let edit = format!("{}/edit", made.url);
    world.alice.submit(&edit, &edit, &[("name", "CI 2")]).await;
    assert_eq!(bob.try_post(&action, &opened).await.unwrap().status, 303);
}

#[tokio::test]
async fn what_signs_nothing_has_nothing_to_rotate() {
    let world = World::start().await;
    let public = world.make(&[("name", "Shop"), ("type", "publishable")]).await;
    let action = format!("{}/signing-secret", public.url);
    assert_eq!(world.alice.get(&action).await.status, 409);
    let secret = world.key("CI").await;
    let other = format!("{}/signing-secret", secret.url);
    let form = world.alice.get(&other).await.form(&other);
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(world.alice.post(&action, &fields).await.status, 409);
}
