//! HEAD, wherever the route table says GET: the same answer without its body, and nothing used up.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Client, Method};

use super::cast::Cast;
use super::{API, OPEN, PAGES};
use crate::connections::{exchange, statuses};
use crate::support::{Answer, http};

/// What differs from one answer to the next.
const OF_THE_MOMENT: [&str; 3] = ["date", "set-cookie", "x-request-id"];

fn headers(answer: &Answer) -> BTreeMap<String, String> {
    let headers = answer.headers.iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    headers
        .filter(|(name, _)| !OF_THE_MOMENT.contains(&name.as_str()))
        .collect()
}

async fn ask(client: &Client, method: Method, url: &str, credential: Option<&str>) -> Answer {
    let mut request = client.request(method, url);
    if let Some(credential) = credential {
        request = request.bearer_auth(credential);
    }
    if url.contains("/gateway/") {
        request = request
            .header("x-forwarded-method", "GET")
            .header("x-forwarded-uri", "/api/v1/me");
        request = request
            .header("x-original-method", "GET")
            .header("x-original-uri", "/api/v1/me");
    }
    Answer::of(request.send().await.unwrap()).await
}

/// Asks about it, then for it; and again where the page may have moved on in between, such as that of a delivery that was being
/// attempted. (What shows something once is asked for once.)
async fn compare(client: &Client, url: &str, credential: Option<&str>) -> Vec<String> {
    let mut wrong = compare_once(client, url, credential).await;
    for _ in 0..3 {
        if wrong.is_empty() || url.ends_with("/reveal") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        wrong = compare_once(client, url, credential).await;
    }
    wrong
}

async fn compare_once(client: &Client, url: &str, credential: Option<&str>) -> Vec<String> {
    let head = ask(client, Method::HEAD, url, credential).await;
    let get = ask(client, Method::GET, url, credential).await;
    let mut wrong = Vec::new();
    if head.status != get.status {
        wrong.push(format!("{url}: HEAD {}, GET {}", head.status, get.status));
    }
    if !head.body.is_empty() {
        wrong.push(format!("{url}: HEAD has a body"));
    }
    let (mut of_head, mut of_get) = (headers(&head), headers(&get));
    if url.ends_with("/reveal") && get.status == 200 {
        // Its length would say whether there is something to show.
        assert_eq!(of_head.remove("content-length"), None);
        of_get.remove("content-length");
    }
    if of_head != of_get {
        wrong.push(format!("{url}: HEAD {of_head:?}, GET {of_get:?}"));
    }
    wrong
}

#[tokio::test]
async fn every_page_answers_head_as_get() {
    let cast = Cast::assemble().await;
    let mut wrong = Vec::new();
    for row in PAGES.iter().filter(|row| row.method == "GET") {
        for caller in ["nobody", "charlie", "alice"] {
            let browser = cast.browser(caller);
            let url = browser.url(&cast.path(row.path).await);
            wrong.extend(compare(&browser.client, &url, None).await);
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[tokio::test]
async fn the_api_gateways_monitors_and_assets_answer_head_as_get() {
    let cast = Cast::assemble().await;
    let key = cast.key("secret", &[]).await;
    let service = keyhatch::domain::service_tokens::create(&cast.app.app, "gateway")
        .await
        .unwrap();
    let service = secrecy::ExposeSecret::expose_secret(&service.text);
    let client = http().build().unwrap();
    let mut wrong = Vec::new();
    for row in API.iter().filter(|row| row.method == "GET") {
        for credential in [None, Some(key.text.expose_secret()), Some(service)] {
            let url = format!("{}{}", cast.app.address, cast.path(row.path).await);
            wrong.extend(compare(&client, &url, credential).await);
        }
    }
    let style = cast.browser("nobody").get("/sign-in").await;
    let style = style.attribute("link[rel=stylesheet]", "href").unwrap();
    for path in OPEN {
        let path = if path.starts_with("/static") { &style } else { *path };
        wrong.extend(compare(&client, &format!("{}{path}", cast.app.address), None).await);
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What really goes over the wire: whatever stood behind the headers would be taken for the next answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_follows_the_headers() {
    let cast = Cast::assemble().await;
    let style = cast.browser("nobody").get("/sign-in").await;
    let style = style.attribute("link[rel=stylesheet]", "href").unwrap();
    for path in [
        "/healthz",
        "/readyz",
        "/sign-in",
        "/",
        "/api/v1/openapi.json",
        "/api/v1/me",
        "/gateway/forward",
        "/gateway/nginx",
        &style,
        "/docs/authentication",
        "/nowhere",
        "/sign-out",
        "/provider/v1/keys/verify",
        "/api/v1/nowhere",
    ] {
        let head = format!("HEAD {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = exchange(&cast.app.address, head.as_bytes());
        assert_eq!(statuses(&answer).len(), 1, "{answer}");
        assert!(
            answer.ends_with("\r\n\r\n") && answer.matches("\r\n\r\n").count() == 1,
            "{path}: {answer}"
        );
    }
}

/// The methods that a path takes are those of the table, with HEAD beside GET, and `Allow` says so.
#[tokio::test]
async fn whatever_takes_no_head_says_what_it_takes() {
    let cast = Cast::assemble().await;
    let client = http().build().unwrap();
    let alice = cast.browser("alice");
    let rows = PAGES.iter().chain(API).map(|row| (row.method, row.path));
    let mut takes: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (method, path) in rows {
        let methods = takes.entry(path).or_default();
        methods.insert(method);
        if method == "GET" {
            methods.insert("HEAD");
        }
    }
    for (path, methods) in takes {
        let client = if path.starts_with("/w/") {
            &alice.client
        } else {
            &client
        };
        let url = format!("{}{}", cast.app.address, cast.path(path).await);
        let wrong = if methods.contains("HEAD") { "PROPFIND" } else { "HEAD" };
        let answer = ask(client, wrong.parse().unwrap(), &url, None).await;
        assert_eq!(answer.status, 405, "{wrong} {path}: {}", answer.body);
        let allow = answer
            .headers
            .get("allow")
            .unwrap_or_else(|| panic!("{path}"))
            .to_str()
            .unwrap();
        assert_eq!(allow.split(", ").collect::<BTreeSet<_>>(), methods, "{path}");
    }
}
