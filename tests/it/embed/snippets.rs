//! The programs on the page, run as they stand there.

use std::process::Command;

use scraper::Selector;
use serde_json::{Value, json};

use super::{enable, page, service, verify};
use crate::support::Answer;

/// The text of a snippet, line by line as it is copied.
fn snippet(answer: &Answer, id: &str) -> String {
    let selector = Selector::parse(&format!("#{id}")).unwrap();
    let html = answer.html();
    let found = html.select(&selector).next().unwrap_or_else(|| panic!("no {id}"));
    found.text().collect()
}

#[tokio::test]
async fn each_program_mints_a_session() {
    let service = service().await;
    let embed = page(&service);
    let keys = enable(&service.alice, &embed).await;
    let key = service.mint("live", &[]).await;
    let overview = service.alice.get(&embed).await;
    for (id, program, flag) in [
        ("curl", "bash", "-c"),
        ("node", "node", "-e"),
        ("python", "python3", "-c"),
    ] {
        let text = snippet(&overview, id);
        let mut command = Command::new(program);
        command
            .args([flag, &text])
            .env("CRAFTKIT_API_KEY", &key)
            .env("CRAFTKIT_EMBED_SIGNING_KEY", &keys.signing);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{id}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let answer = &out[out.find('{').unwrap_or_else(|| panic!("{id}: {out}"))..];
        let answer: Value = serde_json::from_str(answer.trim()).unwrap_or_else(|_| panic!("{id}: {out}"));
        assert_eq!(answer["subject"], "customer-42", "{id}: {out}");
        let verified = verify(&service, &json!({ "token": answer["token"] })).await;
        assert_eq!(verified["valid"], true, "{id}: {verified}");
    }
}
