use super::world::World;

#[tokio::test]
async fn disabled_is_refused_and_enabled_works_again() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let answer = world.press(&made, "disablement").await;
    assert_eq!(answer.location(), made.url);
    assert_eq!(world.ask(&made.text).await, "disabled");
    let page = world.alice.get(&made.url).await;
    assert!(page.text(".flash").contains("refused until you enable it again"));
    assert_eq!(page.text(".badges [data-state]"), "Disabled");
    assert!(page.texts("form[action$='/disablement']").is_empty());
    world.press(&made, "enablement").await;
    assert_eq!(world.ask(&made.text).await, "accepted");
    let trail = world.trail(&made).await;
    assert!(
        trail[0].contains("enabled the key") && trail[1].contains("disabled the key"),
        "{trail:?}"
    );
}

#[tokio::test]
async fn twice_is_once() {
    let world = World::start().await;
    let made = world.key("CI").await;
    let csrf = super::world::csrf(&world.alice, &made.url).await;
    let disablement = format!("{}/disablement", made.url);
    for _ in 0..2 {
        assert_eq!(world.alice.post(&disablement, &[("csrf", &csrf)]).await.status, 303);
    }
    let trail = world.trail(&made).await;
    assert_eq!(
        trail.iter().filter(|line| line.contains("disabled the key")).count(),
        1,
        "{trail:?}"
    );
}

#[tokio::test]
async fn an_expired_key_that_is_enabled_says_that_it_stays_refused() {
    let world = World::start().await;
    let made = world.make(&[("name", "CI"), ("expiry", "7")]).await;
    world.press(&made, "disablement").await;
    world.app.advance(std::time::Duration::from_secs(7 * 24 * 3600 + 1));
    world.press(&made, "enablement").await;
    assert!(
        world
            .alice
            .get(&made.url)
            .await
            .text(".flash")
            .contains("it has expired")
    );
    assert_eq!(world.ask(&made.text).await, "expired");
}
