//! Forms from elsewhere: every page that changes something refuses them, from the most powerful person there is.

use super::cast::Cast;
use super::{PAGES, headers};
use crate::support::Answer;

#[tokio::test]
async fn a_form_without_a_proof_of_origin_or_with_a_foreign_one_is_refused() {
    let cast = Cast::assemble().await;
    let (foreign, signed_out) = (cast.csrf("charlie").await, cast.csrf("nobody").await);
    let mut wrong = Vec::new();
    for row in PAGES.iter().filter(|row| row.method == "POST") {
        // The support desk is there for nobody else.
        let caller = if row.path.starts_with("/staff") { "sam" } else { "alice" };
        let (own, alice) = (cast.csrf(caller).await, cast.browser(caller));
        let url = alice.url(&cast.path(row.path).await);
        let form = |csrf: Option<&str>| {
            let fields: Vec<(&str, &str)> = csrf.map(|csrf| ("csrf", csrf)).into_iter().collect();
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
    for caller in ["alice", "sam"] {
        let page = cast.browser(caller).get("/sign-in").await;
        assert_eq!(page.status, 303, "{caller} is still signed in");
    }
}
