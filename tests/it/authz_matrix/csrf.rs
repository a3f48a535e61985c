//! Forms from elsewhere: every page that changes something refuses them, from the most powerful person there is.

use super::cast::Cast;
use super::{PAGES, headers};
use crate::support::Answer;

#[tokio::test]
async fn a_form_without_a_proof_of_origin_or_with_a_foreign_one_is_refused() {
    let cast = Cast::assemble().await;
    let (own, foreign, signed_out) = (
        cast.csrf("alice").await,
        cast.csrf("charlie").await,
        cast.csrf("nobody").await,
    );
    let alice = cast.browser("alice");
    let mut wrong = Vec::new();
    for row in PAGES.iter().filter(|row| row.method != "GET") {
        let url = alice.url(&cast.path(row.path).await);
        let form = |csrf: Option<&str>| {
            let mut fields: Vec<(&str, &str)> = row.fields.to_vec();
            fields.extend(csrf.map(|csrf| ("csrf", csrf)));
            alice.client.post(&url).form(&fields)
        };
        let json = serde_json::json!({ "csrf": own }).to_string();
        let tries = [
            ("no proof", form(None)),
            ("an empty proof", form(Some(""))),
            ("a proof of another browser", form(Some(&foreign))),
            ("a proof of nobody", form(Some(&signed_out))),
            ("a changed proof", form(Some(&format!("{own}x")))),
            (
                "a cross-site form",
                form(Some(&own)).header("Sec-Fetch-Site", "cross-site"),
            ),
            (
                "a same-site form",
                form(Some(&own)).header("Sec-Fetch-Site", "same-site"),
            ),
            (
                "a foreign origin",
                form(Some(&own)).header("Origin", "https://evil.example"),
            ),
            (
                "plain text",
                alice
                    .client
                    .post(&url)
                    .header("Content-Type", "text/plain")
                    .body(format!("csrf={own}")),
            ),
            (
                "json",
                alice
                    .client
                    .post(&url)
                    .header("Content-Type", "application/json")
                    .body(json),
            ),
        ];
        for (what, request) in tries {
            let answer = Answer::of(request.send().await.unwrap()).await;
            if answer.status != 403 {
                wrong.push(format!("{} {} with {what}: {}", row.method, row.path, answer.status));
            }
            let faults = headers::faults(&answer);
            wrong.extend(
                faults
                    .iter()
                    .map(|fault| format!("{} {}: {fault}", row.method, row.path)),
            );
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert_eq!(alice.get("/sign-in").await.status, 303, "she is still signed in");
}
