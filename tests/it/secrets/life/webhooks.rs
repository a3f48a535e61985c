//! Events that arrive, that fail, and that nobody wants; a rotation with an overlap.

use serde_json::json;

use super::Life;
use crate::webhooks::customer::{Customer, Reply};

const WEBHOOKS: &str = "/provider/v1/webhooks";

impl Life {
    /// Events signed with one secret, with two, with the new one alone.
    pub async fn deliver_webhooks(&mut self) {
        let customer = Customer::start().await;
        let (alice, page) = (self.alice.clone(), self.keys[0].0.clone());
        self.deliver(&customer, "/hook").await;
        let rotation = format!("{page}/signing-secret");
        let rotated = self.submit(&alice, &rotation, &rotation, &[("overlap", "1h")]).await;
        self.reveal(&alice, &rotated.location()).await;
        self.deliver(&customer, "/hook").await;
        self.press(&alice, &page, &format!("{rotation}/retirement")).await;
        customer.next(Reply::status(500));
        self.deliver(&customer, "/hook").await;
        let signatures: Vec<usize> = customer.received().iter().map(|one| one.signatures().len()).collect();
        assert_eq!(signatures, [1, 2, 1]);
        // The owner is told by mail.
        customer.next(Reply::status(410));
        self.deliver(&customer, "/gone").await;
        self.deliver(&customer, "/gone").await;
        self.visit(&alice, &page).await;
        self.visit(&alice, "/dev/mail").await;
    }

    async fn deliver(&mut self, customer: &Customer, path: &str) {
        let key_id = self.keys[0].0.rsplit('/').next().unwrap().to_owned();
        let event = json!({"key_id": key_id, "type": "a", "data": {"n": 1}, "url": customer.at(path)});
        let token = self.service_token.clone();
        let accepted = self.call("POST", WEBHOOKS, &token, Some(event)).await;
        if accepted.status == 409 {
            return;
        }
        assert_eq!(accepted.status, 202, "{}", accepted.body);
        let delivery = format!("{WEBHOOKS}/{}", accepted.json()["id"].as_str().unwrap());
        for _ in 0..400 {
            let shown = self.call("GET", &delivery, &token, None).await;
            if !shown.json()["attempts"].as_array().unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("nothing is delivered");
    }
}
