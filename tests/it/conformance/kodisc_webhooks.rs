//! K: Kodisc's webhooks, brought to a customer's server.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::service::Service;
use crate::keys::world::{Made, see};
use crate::support::Answer;
use crate::webhooks::customer::{Customer, Received, Reply};
use crate::webhooks::foreign::Believed;

const WEBHOOKS: &str = "/provider/v1/webhooks";

/// Kodisc's backend, which is done with a job that was created with a key: it tells the customer, at another URL if the request
/// for the job named one.
async fn job_is_done(service: &Service, key: &Made, url: Option<&str>) -> Answer {
    // The key that came with the request for the job says whose it is.
    let me = service.me(&key.text).await.json();
    assert_eq!(me["key"]["id"], key.id);
    let mut event = json!({"key_id": me["key"]["id"], "type": "job.finished", "data": {"job": 7}});
    if let Some(url) = url {
        event["url"] = json!(url);
    }
    let backend = service.app.backend().await;
    Answer::of(
        backend
            .request(Method::POST, WEBHOOKS)
            .json(&event)
            .send()
            .await
            .unwrap(),
    )
    .await
}

/// As above, and it is accepted: its id.
async fn told(service: &Service, key: &Made, url: Option<&str>) -> String {
    let answer = job_is_done(service, key, url).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// How a delivery fares, once that is so.
async fn until(service: &Service, id: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let (backend, began) = (service.app.backend().await, Instant::now());
    loop {
        let delivery = backend.get(&format!("{WEBHOOKS}/{id}")).await.json();
        if is_so(&delivery) {
            return delivery;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it stays {delivery:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What came under an id.
async fn delivered(service: &Service, customer: &Customer, id: &str) -> Received {
    until(service, id, |delivery| delivery["state"] == "delivered").await;
    let received = customer.received();
    received.into_iter().rev().find(|one| one.id() == id).unwrap()
}

/// Alice rotates the signing secret on the key's page and looks at the new one.
async fn rotate(service: &Service, key: &Made) -> String {
    let page = service.alice.get(&key.url).await;
    let action = format!("{}/signing-secret", key.url);
    let link = format!("a[href='{action}']");
    assert_eq!(
        page.attribute(&link, "href").unwrap(),
        action,
        "the key's page leads there"
    );
    let answer = service.alice.submit(&action, &action, &[]).await;
    let shown = see(&service.alice, &answer.location()).await;
    assert_eq!(shown.text, "", "the key is not shown again");
    shown.signing_secret
}

#[tokio::test]
async fn k06_a_job_is_told_to_the_default_url_unless_its_request_names_another() {
    let service = Service::start("kodisc").await;
    let mut believed = Believed::default();
    let (usual, other) = (Customer::start().await, Customer::start().await);
    let key = service
        .make(&[("name", "prod-render-worker"), ("webhook_url", &usual.url)])
        .await;

    let first = told(&service, &key, None).await;
    let received = delivered(&service, &usual, &first).await;
    assert_eq!((received.path.as_str(), received.data()), ("/hook", json!({"job": 7})));
    believed.expect(&received, &key.signing_secret, true);
    assert!(other.received().is_empty());

    let elsewhere = other.at("/this-job");
    let second = told(&service, &key, Some(&elsewhere)).await;
    let received = delivered(&service, &other, &second).await;
    assert_eq!(
        (received.path.as_str(), received.data()),
        ("/this-job", json!({"job": 7}))
    );
    believed.expect(&received, &key.signing_secret, true);
    assert_eq!(usual.received().len(), 1, "it goes there instead, not as well");

    // It was for that job alone.
    let third = told(&service, &key, None).await;
    delivered(&service, &usual, &third).await;
    assert_eq!((usual.received().len(), other.received().len()), (2, 1));

    let without = service.make(&[("name", "no url")]).await;
    let refused = job_is_done(&service, &without, None).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let named = told(&service, &without, Some(&elsewhere)).await;
    let received = delivered(&service, &other, &named).await;
    believed.expect(&received, &without.signing_secret, true);
    believed.expect(&received, &key.signing_secret, false);

    // The page of the key sets another default, for whatever comes after.
    let edit = format!("{}/edit", key.url);
    let moved = other.at("/from-now-on");
    let saved = service.alice.submit(&edit, &edit, &[("webhook_url", &moved)]).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let fourth = told(&service, &key, None).await;
    assert_eq!(delivered(&service, &other, &fourth).await.path, "/from-now-on");
    assert_eq!(usual.received().len(), 2);
    believed.ask_the_libraries();
}

#[tokio::test]
async fn k11_a_rotated_secret_is_dead_at_once_and_the_key_is_untouched() {
    let service = Service::start("kodisc").await;
    let (customer, mut believed) = (Customer::start().await, Believed::default());
    let key = service
        .make(&[("name", "prod-render-worker"), ("webhook_url", &customer.url)])
        .await;
    let old = key.signing_secret.clone();
    let before = told(&service, &key, None).await;
    believed.expect(&delivered(&service, &customer, &before).await, &old, true);
    // One that fails at first: it waits for its next attempt while the secret is rotated.
    customer.next(Reply::status(500));
    let waiting = told(&service, &key, None).await;
    let delivery = until(&service, &waiting, |delivery| {
        !delivery["attempts"].as_array().unwrap().is_empty() && !delivery["next_attempt_at"].is_null()
    })
    .await;
    let me = service.me(&key.text).await.json();

    let new = rotate(&service, &key).await;
    assert!(new.starts_with("whsec_") && new != old);

    let after = told(&service, &key, None).await;
    let received = delivered(&service, &customer, &after).await;
    believed.expect(&received, &new, true);
    believed.expect(&received, &old, false);
    assert_eq!(received.signatures().len(), 1, "the old one signs nothing any more");

    // The key itself: the same text is good, and nothing that can be told of it has changed.
    let same = service.me(&key.text).await;
    assert_eq!((same.status, same.json()), (200, me));
    assert_eq!(service.status(&key.text, "POST", "/api/v2/jobs").await, 200);
    let page = service.alice.get(&key.url).await;
    assert!(page.texts("code").contains(&key.text[..16].to_owned()));
    for body in [&page.body, &service.alice.get(&service.keys).await.body] {
        assert!(!body.contains(&new) && !body.contains(&old), "it is shown once");
    }

    // What was accepted before the rotation, and is attempted after it, is signed anew.
    let due = delivery["next_attempt_at"].as_str().unwrap();
    let due = keyhatch::model::timestamp::Timestamp::parse(due).unwrap().millis();
    service.app.clock.advance_millis(due - service.app.app.now().millis());
    let received = delivered(&service, &customer, &waiting).await;
    assert!(received.is_signed_with(&new) && !received.is_signed_with(&old));
    believed.expect(&received, &new, true);
    believed.ask_the_libraries();
}
