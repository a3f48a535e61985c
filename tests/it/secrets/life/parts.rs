//! Embed mode and inbound tokens: their secrets are made, shown, used, misused and ended.

use keyhatch::clock::{Clock, SystemClock};
use keyhatch::model::embed::signature;
use keyhatch::model::key_format::KeyText;
use serde_json::json;

use super::Life;
use crate::secrets::Belongs;
use crate::support::{Answer, Browser};

const EMBED: &str = "/w/acme/p/site/embed";

impl Life {
    /// A signing key that is shown, rotated, and once not looked at; sessions; tokens in addresses.
    pub async fn embed_and_take_in(&mut self) {
        let alice = self.alice.clone();
        let enabled = self.submit(&alice, EMBED, EMBED, &[]).await;
        let signing = self
            .shown(
                &alice,
                &enabled.location(),
                "#embed-signing-key",
                "an embed signing key",
            )
            .await;
        let publishable = self.visit(&alice, EMBED).await.text("#publishable-key");
        let (page, key) = self.keys.last().unwrap().clone();

        let body = json!({ "publishable_key": publishable, "subject": "42" }).to_string();
        let session = self.mint(&key, &signing, &body).await;
        let session = session.json()["token"].as_str().unwrap().to_owned();
        self.keep("an embed session", &session, Belongs::Answer(self.answers));
        // A signing key where the publishable one belongs, and where an API key does.
        let careless = json!({ "publishable_key": signing }).to_string();
        self.mint(&key, &signing, &careless).await;
        self.mint(&signing, &signing, &body).await;
        let service = self.service_token.clone();
        for question in [
            json!({ "token": session }),
            json!({ "token": session, "type": session }),
            json!({ "token": [session] }),
            json!({ "token": signing }),
        ] {
            self.call("POST", "/provider/v1/embed/verify", &service, Some(question))
                .await;
        }

        let tokens = format!("{page}/inbound");
        let made = self.submit(&alice, &tokens, &tokens, &[("template", "invoice")]).await;
        let token = self
            .shown(&alice, &made.location(), "#inbound-token", "an inbound token")
            .await;
        let path = format!("/api/v1/inbound/{token}");
        for (method, path) in [
            ("POST", path.as_str()),
            ("GET", &path),
            ("POST", &format!("{path}?token={token}")),
            ("POST", &format!("/gateway/envoy{path}")),
        ] {
            self.call(method, path, "", Some(json!({ "n": 1 }))).await;
        }
        self.press(&alice, &page, &format!("{page}/disablement")).await;
        self.call("POST", &path, "", Some(json!({}))).await;
        self.press(&alice, &page, &format!("{page}/enablement")).await;
        let revocation = self.visit(&alice, &tokens).await.attribute("tbody a", "href").unwrap();
        self.submit(&alice, &revocation, &revocation, &[]).await;
        self.call("POST", &path, "", Some(json!({}))).await;
        // Made, and never looked at.
        self.submit(&alice, &tokens, &tokens, &[("template", "receipt")]).await;

        let rotation = format!("{EMBED}/signing-key");
        let rotated = self.submit(&alice, &rotation, &rotation, &[]).await;
        self.shown(
            &alice,
            &rotated.location(),
            "#embed-signing-key",
            "an embed signing key",
        )
        .await;
        self.submit(&alice, &rotation, &rotation, &[]).await;
        for page in [EMBED, &tokens, &page, "/w/acme/audit"] {
            self.visit(&alice, page).await;
        }
        let disablement = format!("{EMBED}/disablement");
        self.submit(&alice, &disablement, &disablement, &[]).await;
    }

    /// The one view, and a second that shows nothing.
    async fn shown(&mut self, who: &Browser, page: &str, place: &str, what: &'static str) -> String {
        let text = self.visit(who, page).await.text(place);
        self.keep(what, &text, Belongs::Answer(self.answers));
        self.visit(who, page).await;
        text
    }

    async fn mint(&mut self, key: &str, signing: &str, body: &str) -> Answer {
        let timestamp = SystemClock.now().seconds().to_string();
        let signature = signature::sign(&KeyText::presented(signing.to_owned()), &timestamp, body.as_bytes());
        let request = self.alice.client.post(self.alice.url("/api/v1/embed/sessions"));
        let request = request.bearer_auth(key).header("content-type", "application/json");
        let request = request.header("x-embed-timestamp", timestamp);
        let request = request.header("x-embed-signature", signature).body(body.to_owned());
        self.note(
            "a request for a session",
            Answer::of(request.send().await.unwrap()).await,
        )
    }
}
