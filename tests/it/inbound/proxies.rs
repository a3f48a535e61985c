//! Through the real proxies, as the examples have them.

use serde_json::json;

use crate::gateways::{Kind, Proxy, Upstream};
use crate::inbound::{make, service};
use crate::support::Program;

#[tokio::test]
async fn the_api_behind_learns_whose_webhook_it_is() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let token = make(&service.alice, &key.url, "invoice").await;
    let api = Upstream::start().await;
    for kind in [Kind::Nginx, Kind::Caddy] {
        let proxy = Proxy::start(kind, &service.app.address, &api.address).await;
        let sender = Program::new(&proxy.address, None);
        let request = sender
            .request(reqwest::Method::POST, &format!("/v1/inbound/{token}"))
            .header("X-Keyhatch-Template", "receipt")
            .header("X-Keyhatch-Key-Id", "somebody else")
            .json(&json!({ "amount": 7 }));
        assert_eq!(request.send().await.unwrap().status(), 200, "{kind:?}");
        let got = api.take_one();
        assert_eq!(got.all("x-keyhatch-key-id"), [key.id.as_str()], "{kind:?}");
        assert_eq!(got.all("x-keyhatch-template"), ["invoice"], "{kind:?}");
        // With a key there is no template, whatever the client says.
        let request = Program::new(&proxy.address, Some(&key.text))
            .request(reqwest::Method::GET, "/v1/renders")
            .header("X-Keyhatch-Template", "receipt");
        assert_eq!(request.send().await.unwrap().status(), 200, "{kind:?}");
        let got = api.take_one();
        assert!(
            got.all("x-keyhatch-template").iter().all(|value| value.is_empty()),
            "{kind:?}"
        );
        let unknown = sender.post("/v1/inbound/ck_in_x", &json!({})).await;
        assert_eq!(
            (unknown.status, unknown.json()["code"].as_str()),
            (401, Some("invalid_credentials")),
            "{kind:?}"
        );
        assert!(api.take().is_empty());
    }
}
