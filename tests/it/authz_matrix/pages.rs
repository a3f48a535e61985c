//! Pages: who gets what, and whether every answer carries what every answer must.

use super::cast::Cast;
use super::{PAGES, PEOPLE, Row, as_line, headers};
use crate::support::{Answer, Browser};

#[tokio::test]
async fn everybody_gets_of_every_page_what_is_theirs() {
    let cast = Cast::assemble().await;
    let mut wrong = Vec::new();
    for row in PAGES {
        let mut answers = Vec::new();
        for caller in PEOPLE {
            let answer = call(&cast, row, caller).await;
            let mut faults = headers::faults(&answer);
            if row.path == crate::docs::AUTHENTICATION && caller == "nobody" {
                // It is the same for every stranger; tests/it/docs looks at how it is kept.
                faults.retain(|fault| !fault.starts_with("cache-control"));
            }
            wrong.extend(
                faults
                    .iter()
                    .map(|fault| format!("{} {} as {caller}: {fault}", row.method, row.path)),
            );
            answers.push(answer.status);
            if !is_safe(row) {
                cast.restore(caller).await;
            }
        }
        if answers != row.expected {
            wrong.push(format!(
                "expected {:?}, but\n{}",
                row.expected,
                as_line(row.method, row.path, &answers)
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[tokio::test]
async fn somebody_elses_things_look_like_things_that_do_not_exist() {
    let cast = Cast::assemble().await;
    let charlie = cast.browser("charlie");
    for row in PAGES.iter().filter(|row| row.path.contains("{workspace}")) {
        let there = send(charlie, row, &cast.path(row.path).await, &cast.csrf("charlie").await).await;
        let nowhere = send(charlie, row, &Cast::nowhere(row.path), &cast.csrf("charlie").await).await;
        assert_eq!(there.status, 404, "{} {}", row.method, row.path);
        assert_eq!(nowhere.status, 404, "{} {}", row.method, row.path);
        assert_eq!(there.body, nowhere.body, "{} {}", row.method, row.path);
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_and_a_method_it_does_not_take_are_pages_too() {
    let cast = Cast::assemble().await;
    for caller in ["nobody", "alice"] {
        let browser = cast.browser(caller);
        let answer = browser.get("/no-such-page").await;
        assert_eq!(answer.status, 404);
        assert_eq!(headers::faults(&answer), Vec::<String>::new());
        for method in [reqwest::Method::PUT, reqwest::Method::PATCH, reqwest::Method::DELETE] {
            for row in PAGES {
                let url = browser.url(&cast.path(row.path).await);
                let request = browser.client.request(method.clone(), url);
                let answer = Answer::of(request.send().await.unwrap()).await;
                assert_eq!(answer.status, 405, "{method} {}: {}", row.path, answer.body);
                assert_eq!(headers::faults(&answer), Vec::<String>::new(), "{method} {}", row.path);
            }
        }
    }
}

async fn call(cast: &Cast, row: &Row<7>, caller: &str) -> Answer {
    let path = cast.path(row.path).await;
    let csrf = match row.method {
        "GET" | "HEAD" => String::new(),
        _ => cast.csrf(caller).await,
    };
    send(cast.browser(caller), row, &path, &csrf).await
}

fn is_safe(row: &Row<7>) -> bool {
    matches!(row.method, "GET" | "HEAD")
}

/// Opens a page, or sends a form as the page's own.
async fn send(browser: &Browser, row: &Row<7>, path: &str, csrf: &str) -> Answer {
    if is_safe(row) {
        let request = browser.client.request(row.method.parse().unwrap(), browser.url(path));
        return Answer::of(request.send().await.unwrap()).await;
    }
    // Whoever sends a form for a secret has a nonce of their own: 32 bytes, as the page would have made it.
    let nonce: Vec<u8> = [uuid::Uuid::new_v4(), uuid::Uuid::new_v4()]
        .iter()
        .flat_map(|id| *id.as_bytes())
        .collect();
    let nonce = data_encoding::BASE64URL_NOPAD.encode(&nonce);
    let fields = [("csrf", csrf), ("nonce", nonce.as_str())];
    browser.post(path, &fields).await
}
