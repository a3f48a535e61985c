//! A webhook that names a member twice is refused where it arrives: whoever reads it next might take the other one.

use reqwest::Method;

use super::{make, service};
use crate::support::Answer;

#[tokio::test]
async fn a_webhook_that_names_a_member_twice_is_refused() {
    let service = service().await;
    let key = service.make(&[("name", "handler"), ("type", "live")]).await;
    let token = make(&service.alice, &key.url, "invoice").await;
    let path = format!("{}/inbound/{token}", service.base);
    let send = async |kind: &str, body: &str| {
        let request = service
            .stranger()
            .request(Method::POST, &path)
            .header("content-type", kind);
        Answer::of(request.body(body.to_owned()).send().await.unwrap()).await
    };
    for (body, member) in [
        (r#"{"amount":1,"amount":1000}"#, "amount"),
        (r#"{"a":{"b":[{"c":1,"c":1e400}]}}"#, "a.b[0].c"),
        (r#"[{"a":1,"\u0061":2}]"#, "[0].a"),
    ] {
        for kind in [
            "application/json",
            "application/json; charset=utf-8",
            "application/cloudevents+json",
        ] {
            let answer = send(kind, body).await;
            assert_eq!(answer.status, 422, "{body}: {}", answer.body);
            assert!(
                answer.body.contains(member) && answer.body.contains("twice"),
                "{body}: {}",
                answer.body
            );
        }
    }
    // What is no JSON, or none that anybody could read, is the API's own matter.
    for (kind, body) in [
        ("application/json", r#"{"amount":1,"Amount":2,"b":{"amount":3}}"#),
        ("application/json", ""),
        ("application/json", "{"),
        ("text/plain", r#"{"amount":1,"amount":1000}"#),
        ("application/x-www-form-urlencoded", "a=1&a=2"),
    ] {
        let answer = send(kind, body).await;
        assert_eq!(answer.status, 200, "{kind} {body}: {}", answer.body);
    }
}
