//! A page of another origin calls the API: with a publishable key it reads the answers, with a secret one nothing.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};

use super::chromium::Chromium;
use super::server::Server;

/// A shop's page, on a server of its own; returns its address.
fn shop() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let page = "<!doctype html><title>Shop</title>";
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n",
                page.len()
            );
            let _ = stream.write_all(format!("{head}Connection: close\r\n\r\n{page}").as_bytes());
        }
    });
    address
}

/// What a script of the page gets to see: the status and a word of the answer, or that the browser hands over nothing.
async fn fetch(browser: &Chromium, url: &str, key: &str) -> Value {
    let script = "const [url, key] = arguments;
        return fetch(url, { headers: { Authorization: `Bearer ${key}` } }).then(
            async answer => { const body = await answer.json(); return `${answer.status} ${body.key?.type ?? body.code}` },
            error => error.name)";
    browser.script(script, json!([url, key])).await
}

#[tokio::test]
async fn a_page_of_another_origin_can_use_a_publishable_key_and_no_other() {
    let profile = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/docsapi.toml");
    let server = Server::start_with(&[("KEYHATCH_PROFILE", profile.to_str().unwrap())]);
    server.run(&["account", "create", "--email", "alice@example.com", "--password-stdin"]);
    server.run(&["workspace", "create", "--name", "Acme", "--owner", "alice@example.com"]);
    let key = |type_id: &str| {
        let arguments = [
            "key",
            "create",
            "--workspace",
            "acme",
            "--type",
            type_id,
            "--name",
            type_id,
        ];
        server.run(&arguments)["key"].as_str().unwrap().to_owned()
    };
    let (public, secret) = (key("pk_live"), key("sk_live"));
    assert_eq!(server.curl_to("/v1/me", &secret), 200, "on a server it works");

    let browser = Chromium::start(true).await;
    browser.open(&shop()).await;
    let me = format!("{}/v1/me", server.address);
    // The first answer comes the whole way, the second from memory.
    for _ in 0..2 {
        assert_eq!(fetch(&browser, &me, &public).await, "200 pk_live");
        assert_eq!(
            fetch(&browser, &me, &secret).await,
            "TypeError",
            "nothing is handed over"
        );
    }
    // What is wrong can be read, too.
    let keys = format!("{}/v1/api-keys", server.address);
    assert_eq!(fetch(&browser, &keys, &public).await, "403 insufficient_scope");
    assert_eq!(
        fetch(&browser, &me, "pk_live_mistyped").await,
        "401 invalid_credentials"
    );
}
