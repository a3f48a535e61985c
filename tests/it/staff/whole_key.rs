//! A whole key, pasted by mistake, is refused and is nowhere afterwards.

use crate::support::TestApp;
use crate::support::places::{issue, secret, trail};

#[tokio::test]
async fn a_whole_key_is_refused_and_not_repeated() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let issued = issue(&app, &acme, Some(&shop), &secret("One", "live")).await;
    let text = issued.text.expose_secret().to_owned();
    let pasted = [
        text.clone(),
        format!("  {text}\n"),
        format!("{} {}", &text[..20], &text[20..]),
        format!("API_KEY={text}"),
        text[..issued.key.display_prefix.len() + 1].to_owned(),
        text[..text.len() - 1].to_owned(),
        text[8..].to_owned(),
    ];
    for typed in &pasted {
        let answer = sam
            .submit("/staff", "/staff/lookups", &[("display_prefix", typed)])
            .await;
        assert_eq!(answer.status, 422, "{typed}");
        assert_eq!(answer.text(".callout-title"), "This looks like a whole key");
        assert!(
            answer
                .text(".callout")
                .contains("Ask the customer to revoke or roll it")
        );
        assert_eq!(answer.attribute("#display_prefix", "value").as_deref(), Some(""));
        let secret_part = &text[issued.key.display_prefix.len()..];
        assert!(!answer.body.contains(typed.trim()) && !answer.body.contains(secret_part));
        assert!(!answer.body.contains(&text[8..24]), "not even a part of it");
        assert!(!format!("{:?}", answer.headers).contains(&text[8..24]));
    }
    assert!(
        trail(&app, &acme)
            .await
            .iter()
            .all(|line| line.action != "key.looked_up")
    );
    for file in std::fs::read_dir(app.data.path()).unwrap().flatten() {
        let Ok(bytes) = std::fs::read(file.path()) else {
            continue;
        };
        let kept = bytes
            .windows(text.len() - 8)
            .any(|window| window == &text.as_bytes()[8..]);
        assert!(!kept, "{}", file.path().display());
    }
}

#[tokio::test]
async fn nothing_is_looked_up_by_address() {
    let app = TestApp::start().await;
    let (alice, sam) = (app.person("alice").await, app.person("sam").await);
    let acme = app.workspace(&alice, "Acme").await;
    let shop = app.project(&acme, "Shop").await;
    let key = issue(&app, &acme, Some(&shop), &secret("One", "live")).await.key;
    let page = sam.get(&format!("/staff?display_prefix={}", key.display_prefix)).await;
    assert_eq!(page.status, 200);
    assert_eq!(page.texts("article").len(), 0);
    assert!(!page.body.contains(&key.display_prefix));
    assert_eq!(page.attribute("main form", "method").as_deref(), Some("post"));
    assert_eq!(sam.get("/staff/lookups").await.location(), "/staff");
}
