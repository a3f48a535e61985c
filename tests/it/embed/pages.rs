use std::time::Duration;

use super::{enable, mint, page, plain, see, service, suspend};

#[tokio::test]
async fn the_overview_says_what_embed_mode_is_for_and_enables_it() {
    let service = service().await;
    let embed = page(&service);
    let keys = service.alice.get(&service.keys).await;
    assert_eq!(
        keys.texts(".sections a"),
        ["Keys", "Usage", "Webhooks", "Embed", "Settings"]
    );
    let before = service.alice.get(&embed).await;
    assert_eq!(before.text("h1"), "Embed");
    assert_eq!(before.text(".page-head .badge"), "Not enabled");
    assert_eq!(before.text(".sections [aria-current]"), "Embed");
    let keys = enable(&service.alice, &embed).await;
    assert!(keys.publishable.starts_with("ck_embed_pk_") && keys.signing.starts_with("ck_embed_sk_"));
    let after = service.alice.get(&embed).await;
    assert_eq!(after.text(".page-head .badge"), "Enabled");
    assert!(!after.body.contains(&keys.signing));
    assert!(after.text(".definition").contains("60 minutes"));
    let trail = service.alice.get(&format!("/w/{}/audit", service.workspace.slug)).await;
    assert!(trail.body.contains("enabled embed mode") && trail.body.contains("was shown the embed signing key"));
}

#[tokio::test]
async fn the_signing_key_is_shown_once_in_the_browser_that_made_it() {
    let service = service().await;
    let embed = page(&service);
    let bob = service.member("bob", "developer").await;
    let enabled = service.alice.submit(&embed, &embed, &[]).await;
    let reveal = enabled.location();
    assert_eq!(reveal, format!("{embed}/reveal"));
    // Neither a look ahead nor somebody else uses it up.
    let ahead = service
        .alice
        .client
        .get(service.alice.url(&reveal))
        .header("Sec-Purpose", "prefetch");
    assert_eq!(ahead.send().await.unwrap().status(), 503);
    assert_eq!(
        service
            .alice
            .client
            .head(service.alice.url(&reveal))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
    assert!(bob.get(&reveal).await.texts("#embed-signing-key").is_empty());
    let shown = service.alice.get(&reveal).await;
    assert_eq!(shown.headers["cache-control"], "no-store");
    let key = shown.text("#embed-signing-key");
    assert_eq!(
        shown.text("#embed-signing-key-line"),
        format!("CRAFTKIT_EMBED_SIGNING_KEY={key}")
    );
    let again = service.alice.get(&reveal).await;
    assert_eq!(again.text("h1"), "The embed signing key cannot be shown");
    assert!(!again.body.contains(&key));
    let stored = format!("{reveal}/acknowledgement");
    assert_eq!(service.alice.submit_from(&embed, &stored, &[]).await.location(), embed);
}

#[tokio::test]
async fn a_key_that_nobody_looks_at_is_gone_after_ten_minutes() {
    let service = service().await;
    let embed = page(&service);
    let reveal = service.alice.submit(&embed, &embed, &[]).await.location();
    service.app.advance(Duration::from_secs(601));
    assert!(service.alice.get(&reveal).await.texts("#embed-signing-key").is_empty());
}

#[tokio::test]
async fn a_double_click_enables_once_and_a_second_form_nothing() {
    let service = service().await;
    let embed = page(&service);
    let form = service.alice.get(&embed).await.form(&embed);
    let second = service.alice.get(&embed).await.form(&embed);
    let fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let both = tokio::join!(service.alice.post(&embed, &fields), service.alice.post(&embed, &fields));
    assert_eq!((both.0.status, both.1.status), (303, 303));
    let key = see(&service.alice, &both.1).await;
    let fields: Vec<_> = second
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let late = service.alice.post(&embed, &fields).await;
    assert_eq!(late.location(), embed);
    assert!(
        service
            .alice
            .get(&embed)
            .await
            .text(".flash")
            .contains("enabled already")
    );
    let keys = super::Keys {
        publishable: service.alice.get(&embed).await.text("#publishable-key"),
        signing: key,
    };
    let api_key = service.mint("live", &[]).await;
    assert_eq!(mint(&service, &api_key, &keys, &plain(&keys)).await.status, 201);
}

#[tokio::test]
async fn rotating_ends_the_old_key_and_keeps_the_publishable_one() {
    let service = service().await;
    let embed = page(&service);
    let old = enable(&service.alice, &embed).await;
    let rotation = format!("{embed}/signing-key");
    let rotated = service.alice.submit(&rotation, &rotation, &[]).await;
    let new = super::Keys {
        signing: see(&service.alice, &rotated).await,
        publishable: service.alice.get(&embed).await.text("#publishable-key"),
    };
    assert_eq!(new.publishable, old.publishable);
    let key = service.mint("live", &[]).await;
    assert_eq!(mint(&service, &key, &old, &plain(&old)).await.status, 401);
    assert_eq!(mint(&service, &key, &new, &plain(&new)).await.status, 201);
}

#[tokio::test]
async fn whoever_rotates_second_hears_of_the_first() {
    let service = service().await;
    let embed = page(&service);
    enable(&service.alice, &embed).await;
    let rotation = format!("{embed}/signing-key");
    let opened = service.alice.get(&rotation).await.form(&rotation);
    service.alice.submit(&rotation, &rotation, &[]).await;
    let told = service.alice.try_post(&rotation, &opened).await.unwrap();
    assert_eq!(told.status, 409);
    assert_eq!(
        told.text(".callout-title"),
        "The signing key was rotated while this page was open"
    );
    let meant = service.alice.try_post(&rotation, &told.form(&rotation)).await.unwrap();
    assert_eq!(meant.location(), format!("{embed}/reveal"));
}

#[tokio::test]
async fn disabling_ends_everything_and_enabling_begins_anew() {
    let service = service().await;
    let embed = page(&service);
    let old = enable(&service.alice, &embed).await;
    let key = service.mint("live", &[]).await;
    let disablement = format!("{embed}/disablement");
    let disabled = service.alice.submit(&disablement, &disablement, &[]).await;
    assert_eq!(disabled.location(), embed);
    assert_eq!(mint(&service, &key, &old, &plain(&old)).await.status, 401);
    // There is nothing to ask about any more.
    for part in ["disablement", "signing-key"] {
        assert_eq!(service.alice.get(&format!("{embed}/{part}")).await.location(), embed);
    }
    let new = enable(&service.alice, &embed).await;
    assert_ne!((&new.publishable, &new.signing), (&old.publishable, &old.signing));
    assert_eq!(mint(&service, &key, &old, &plain(&old)).await.status, 401);
    assert_eq!(mint(&service, &key, &new, &plain(&new)).await.status, 201);
}

#[tokio::test]
async fn secrets_take_a_fresh_password() {
    let service = service().await;
    let embed = page(&service);
    enable(&service.alice, &embed).await;
    service.app.advance(Duration::from_secs(12 * 3_600 + 60));
    let rotation = format!("{embed}/signing-key");
    for answer in [
        service.alice.get(&rotation).await,
        service.alice.submit_from(&embed, &rotation, &[]).await,
        service.alice.submit_from(&embed, &embed, &[]).await,
    ] {
        assert!(answer.location().starts_with("/confirm-password"), "{}", answer.status);
    }
}

#[tokio::test]
async fn a_viewer_looks_and_a_developer_manages() {
    let service = service().await;
    let embed = page(&service);
    let (bob, victor) = (
        service.member("bob", "developer").await,
        service.member("victor", "viewer").await,
    );
    assert!(victor.get(&embed).await.texts("main form").is_empty());
    enable(&bob, &embed).await;
    let seen = victor.get(&embed).await;
    assert_eq!(seen.texts("#publishable-key").len(), 1);
    assert!(seen.texts("main form").is_empty() && !seen.body.contains("Rotate it"));
    for part in ["", "/signing-key", "/disablement"] {
        let answer = victor.submit_from(&embed, &format!("{embed}{part}"), &[]).await;
        assert_eq!(answer.status, 403, "{part}");
    }
}

#[tokio::test]
async fn a_suspended_partnership_says_so_and_cannot_be_got_round() {
    let service = service().await;
    let embed = page(&service);
    enable(&service.alice, &embed).await;
    suspend(&service, true).await;
    let said = service.alice.get(&embed).await;
    assert_eq!(said.text(".page-head .badge"), "Suspended");
    assert!(said.text(".callout").contains("partner_suspended"));
    let disablement = format!("{embed}/disablement");
    service.alice.submit(&disablement, &disablement, &[]).await;
    let said = service.alice.get(&embed).await;
    assert!(said.texts("main form").is_empty(), "it cannot be enabled");
    let form = [("nonce", "A".repeat(43))];
    let fields: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(service.alice.submit_from(&embed, &embed, &fields).await.status, 409);
    let sam = service.app.person("sam").await;
    let key = service.make(&[("name", "server"), ("type", "live")]).await;
    let desk = sam.get(&format!("/staff/keys/{}", key.id)).await;
    assert!(
        desk.text("article").contains("Embed mode Suspended"),
        "{}",
        desk.text("article")
    );
    suspend(&service, false).await;
    enable(&service.alice, &embed).await;
}
