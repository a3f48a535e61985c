//! How the proxies ask, and what they make of answers that Keyhatch seldom gives: here somebody else answers in its place.

use reqwest::Method;
use tokio::net::TcpListener;

use super::client;
use super::passing::IDENTITY;
use super::proxy::{Kind, Proxy};
use super::upstream::Upstream;
use crate::support::Answer;

#[tokio::test]
async fn keyhatch_is_asked_about_the_request_and_does_not_get_its_body() {
    let (keyhatch, api) = (Upstream::start().await, Upstream::start().await);
    for (kind, line, method, path) in [
        (
            Kind::Nginx,
            "GET /gateway/nginx HTTP/1.1",
            "x-original-method",
            "x-original-uri",
        ),
        (
            Kind::Caddy,
            "GET /gateway/forward HTTP/1.1",
            "x-forwarded-method",
            "x-forwarded-uri",
        ),
    ] {
        let proxy = Proxy::start(kind, &keyhatch.address, &api.address).await;
        let mut request = client(&proxy, Some("a key")).request(Method::PUT, "/a%20b//c?d=%2F");
        for name in IDENTITY {
            request = request.header(name, "made up");
        }
        let answer = request.body("a parcel").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{kind:?}");
        let asked = keyhatch.take_one();
        // Caddy adds the query, which nobody reads.
        let asked_where = asked.line.replace("?d=%2F", "");
        assert_eq!((asked_where.as_str(), asked.body.as_str()), (line, ""));
        assert_eq!(asked.all(method), ["PUT"]);
        assert_eq!(asked.all(path), ["/a%20b//c?d=%2F"]);
        assert_eq!(asked.all("authorization"), ["Bearer a key"]);
        assert!(matches!(asked.all("content-length")[..], [] | ["0"]), "{asked:#?}");
        // Whoever answered said nothing about who it is: then nobody does.
        let got = api.take_one();
        assert_eq!(got.line, "PUT /a%20b//c?d=%2F HTTP/1.1");
        assert_eq!(got.body, "a parcel");
        assert!(!format!("{got:?}").contains("made up"), "{got:#?}");
        for name in IDENTITY
            .into_iter()
            .chain(["x-keyhatch-subject", "x-keyhatch-template"])
        {
            assert!(matches!(got.all(name)[..], [] | [""]), "{kind:?} {name}: {got:#?}");
        }
    }
}

#[tokio::test]
async fn nginx_writes_out_whatever_status_it_is_told() {
    let api = Upstream::start().await;
    for status in [400, 401, 402, 403, 429, 500, 503] {
        let body = format!("{{\"code\":\"{status}\"}}");
        let head = format!(
            "{} No\r\nX-Keyhatch-Status: {status}\r\nX-Keyhatch-Body: {body}\r\nContent-Type: application/problem+json",
            if status == 401 { 401 } else { 403 }
        );
        let keyhatch = Upstream::answering(&head, &body).await;
        let proxy = Proxy::start(Kind::Nginx, &keyhatch.address, &api.address).await;
        let answer = client(&proxy, None).get("/api/v1/rates.html").await;
        assert_eq!((answer.status, &answer.body), (status, &body));
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
    assert!(api.take().is_empty());
}

#[tokio::test]
async fn without_keyhatch_nothing_is_let_through() {
    let api = Upstream::start().await;
    // Nobody answers there once it is dropped.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = listener.local_addr().unwrap().to_string();
    drop(listener);
    for (kind, status) in [(Kind::Nginx, 503), (Kind::Caddy, 502)] {
        let proxy = Proxy::start(kind, &nobody, &api.address).await;
        let answer = client(&proxy, Some("kh_live_x")).get("/api/v1/rates.html").await;
        assert_eq!(answer.status, status, "{kind:?}");
        if kind == Kind::Nginx {
            assert_eq!(answer.json()["code"], "unavailable");
            assert_eq!(answer.headers["content-type"], "application/json");
            assert_eq!(answer.headers["cache-control"], "no-store");
        }
    }
    assert!(api.take().is_empty());
}

#[tokio::test]
async fn nobody_reaches_the_address_where_nginx_asks() {
    let (keyhatch, api) = (Upstream::start().await, Upstream::start().await);
    let proxy = Proxy::start(Kind::Nginx, &keyhatch.address, &api.address).await;
    let request = client(&proxy, None).request(Method::GET, "/keyhatch");
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 404);
    assert!(keyhatch.take().is_empty() && api.take().is_empty());
}
