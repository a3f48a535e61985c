//! Tokens beside keys: the API is told whom one is about, and nobody can make that up.

use reqwest::Method;
use serde_json::json;

use super::{World, client};
use crate::support::tokens::hs256;
use crate::support::{Answer, JWT_SECRET};

#[tokio::test]
async fn the_api_is_told_whom_a_token_is_about() {
    let jwt = format!(
        "\n[jwt]\nissuer = \"https://id.example.com\"\nalgorithms = [\"HS256\"]\nsecret_variable = \"{}\"\n\
         workspace_claim = \"workspace\"\n\n[errors]\n",
        JWT_SECRET.0
    );
    let world = World::start_with(&[("\n[errors]\n", &jwt)]).await;
    let claims = json!({
        "iss": "https://id.example.com", "sub": "auth0|zoe", "exp": world.app.app.now().seconds() + 300,
        "workspace": world.workspace.id.to_string(),
    });
    let token = hs256(JWT_SECRET.1.as_bytes(), &json!({"alg": "HS256", "typ": "JWT"}), &claims);
    let forged = hs256(&[7; 32], &json!({"alg": "HS256", "typ": "JWT"}), &claims);
    let key = world.key("secret", &[]).await;
    for proxy in &world.proxies {
        for (credential, kind, subject) in [(&token, "jwt", "auth0|zoe"), (&key, "secret", "")] {
            let request = client(proxy, Some(credential)).request(Method::POST, "/api/v1/shipments");
            let request = request.header("x-keyhatch-subject", "somebody else");
            assert_eq!(request.send().await.unwrap().status(), 200, "{:?} {kind}", proxy.kind);
            let got = world.api.take_one();
            assert_eq!(got.all("x-keyhatch-type"), [kind]);
            let told = got.all("x-keyhatch-subject").join("");
            assert_eq!(told, subject, "{:?}: {got:#?}", proxy.kind);
            let id = got.all("x-keyhatch-key-id").join("");
            assert_eq!(id.is_empty(), kind == "jwt", "{:?}: {got:#?}", proxy.kind);
            assert!(!format!("{got:?}").contains(credential.as_str()), "{got:#?}");
        }
        let refused = client(proxy, Some(&forged)).request(Method::GET, "/api/v1/rates");
        let refused = Answer::of(refused.send().await.unwrap()).await;
        assert_eq!(
            (refused.status, &refused.json()["code"]),
            (401, &json!("invalid_credentials"))
        );
    }
}
