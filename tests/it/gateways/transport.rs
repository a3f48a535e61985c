//! Proxies say how the requests that they hold came, whatever clients say; and pass on what browsers ask beforehand.

use keyhatch::model::key::KeyState;
use reqwest::Method;

use super::{World, client};
use crate::support::Answer;

#[tokio::test]
async fn a_request_over_plain_http_is_refused_and_its_key_compromised() {
    let world = World::start_with(&[("https_only = false", "https_only = true")]).await;
    for proxy in &world.proxies {
        for said in ["https", "http"] {
            let project = Some(&world.project);
            let key = world.app.key(&world.workspace, project, "secret", "live", &[]).await;
            let direct = world.app.program(key.text.expose_secret());
            let path = if said == "https" {
                "/api/v1/shipments"
            } else {
                "/api/v1/me"
            };
            let request = client(proxy, Some(key.text.expose_secret())).request(Method::GET, path);
            // A client's own word is not believed.
            let request = request
                .header("x-forwarded-proto", said)
                .header("forwarded", "proto=https");
            let refused = Answer::of(request.send().await.unwrap()).await;
            assert_eq!(
                (refused.status, &refused.json()["code"]),
                (403, &"https_required".into()),
                "{:?}",
                proxy.kind
            );
            let found = keyhatch::store::keys::find_of_any_tenant(world.app.app.db.reader(), key.key.id).await;
            let found = found.unwrap().unwrap();
            assert_eq!(found.state, KeyState::Compromised, "{:?} {path}", proxy.kind);
            assert_eq!(found.compromise.unwrap().address.as_deref(), Some("127.0.0.1"));
            assert_eq!(direct.get("/api/v1/me").await.status, 401, "{:?}", proxy.kind);
        }
    }
    assert!(world.api.take().is_empty());
}

#[tokio::test]
async fn what_a_browser_asks_beforehand_reaches_the_api_and_is_nobodys() {
    let world = World::start().await;
    let public = world.key("publishable", &[]).await;
    for proxy in &world.proxies {
        let browser = client(proxy, None);
        let request = browser
            .request(Method::OPTIONS, "/api/v1/shipments")
            .header("origin", "https://shop.example");
        let request = request
            .header("access-control-request-method", "GET")
            .header("x-keyhatch-key-id", "mine");
        assert_eq!(request.send().await.unwrap().status(), 200, "{:?}", proxy.kind);
        let got = world.api.take_one();
        assert!(got.line.starts_with("OPTIONS /api/v1/shipments"), "{}", got.line);
        for name in ["key-id", "workspace", "type"] {
            let said = got.all(&format!("x-keyhatch-{name}"));
            assert!(
                said.iter().all(|value| value.is_empty()),
                "{:?}: {name}: {said:?}",
                proxy.kind
            );
        }
        // Without what makes it one, it needs a key.
        let request = browser
            .request(Method::OPTIONS, "/api/v1/shipments")
            .send()
            .await
            .unwrap();
        assert_eq!(request.status(), 401);

        // The API learns that the key is public; a refusal can be read by the page.
        let request = client(proxy, Some(&public)).request(Method::GET, "/api/v1/shipments");
        assert_eq!(request.send().await.unwrap().status(), 200);
        assert_eq!(world.api.take_one().all("x-keyhatch-type"), ["publishable"]);
        let request = client(proxy, Some(&public)).request(Method::POST, "/api/v1/shipments");
        let refused = request.header("origin", "https://shop.example").send().await.unwrap();
        assert_eq!(refused.status(), 403);
        assert_eq!(
            refused.headers()["access-control-allow-origin"],
            "*",
            "{:?}",
            proxy.kind
        );
    }
}
