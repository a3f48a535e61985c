//! Alice's workspace with a key that has a webhook URL, the provider's backend, and a customer's server.

use std::time::{Duration, Instant};

use keyhatch::domain::access::KeyRing;
use keyhatch::domain::keys::{Issued, NewKeyInput};
use keyhatch::model::workspace::{Project, Workspace};
use serde_json::{Value, json};

use super::customer::Customer;
use crate::support::{Answer, Person, Program, TestApp};

pub const WEBHOOKS: &str = "/provider/v1/webhooks";

pub struct World {
    pub app: TestApp,
    pub alice: Person,
    pub workspace: Workspace,
    pub project: Project,
    pub key: Issued,
    pub backend: Program,
    pub receiver: Customer,
}

impl World {
    pub async fn start() -> Self {
        let app = TestApp::start().await;
        let alice = app.person("alice").await;
        let workspace = app.workspace_on(&alice, "Acme", Some("enterprise")).await;
        let project = app.project(&workspace, "Site").await;
        let receiver = Customer::start().await;
        let key = app
            .key_of(&workspace, Some(&project), with_url("CI", &receiver.url))
            .await;
        Self {
            backend: app.backend().await,
            app,
            alice,
            workspace,
            project,
            key,
            receiver,
        }
    }

    pub fn ring(&self) -> KeyRing {
        self.app.ring(&self.workspace, Some(&self.project))
    }

    pub fn secret(&self) -> &str {
        self.key.signing_secret.as_ref().unwrap().expose_secret()
    }

    /// `/w/acme/p/site/keys/0192…`
    pub fn page(&self) -> String {
        let (workspace, project) = (&self.workspace.slug, &self.project.slug);
        format!("/w/{workspace}/p/{project}/keys/{}", self.key.key.id)
    }

    /// Another key of the same project.
    pub async fn another_key(&self, name: &str, url: &str) -> Issued {
        let input = with_url(name, url);
        self.app.key_of(&self.workspace, Some(&self.project), input).await
    }

    /// The backend sends an event for the key.
    pub async fn post(&self, data: Value) -> Answer {
        let body = json!({"key_id": self.key.key.id.to_string(), "type": "invoice.paid", "data": data});
        self.backend.post(WEBHOOKS, &body).await
    }

    /// As [`Self::post`], accepted: its id.
    pub async fn send(&self, data: Value) -> String {
        let answer = self.post(data).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// How a delivery fares.
    pub async fn look(&self, id: &str) -> Value {
        self.backend.get(&format!("{WEBHOOKS}/{id}")).await.json()
    }

    /// How it fares once so many attempts are written down.
    pub async fn after(&self, id: &str, attempts: usize) -> Value {
        self.until(id, |delivery| {
            delivery["attempts"].as_array().unwrap().len() >= attempts
        })
        .await
    }

    /// How it fares once it is in this state.
    pub async fn in_state(&self, id: &str, state: &str) -> Value {
        self.until(id, |delivery| delivery["state"] == state).await
    }

    pub async fn until(&self, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let delivery = self.look(id).await;
            if is_so(&delivery) {
                return delivery;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "it stays {delivery:#}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Moves time on to when the next attempt of a delivery is due.
    pub async fn move_on_to_next(&self, id: &str) {
        self.move_on_to_each(&[id]).await;
    }

    /// Moves time on to when the next attempts of some deliveries, none of them under way, are all due.
    pub async fn move_on_to_each(&self, ids: &[&str]) {
        let mut last = 0;
        for id in ids {
            last = last.max(millis(&self.look(id).await["next_attempt_at"]));
        }
        self.app.clock.advance_millis(last - self.app.app.now().millis());
    }
}

/// A secret key with a webhook URL.
pub fn with_url(name: &str, url: &str) -> NewKeyInput {
    NewKeyInput {
        name: name.to_owned(),
        type_id: "secret".to_owned(),
        environment: "live".to_owned(),
        webhook_url: url.to_owned(),
        ..NewKeyInput::default()
    }
}

/// A moment as an answer has it.
pub fn millis(moment: &Value) -> i64 {
    let text = moment.as_str().unwrap_or_else(|| panic!("no moment: {moment}"));
    keyhatch::model::timestamp::Timestamp::parse(text).unwrap().millis()
}
