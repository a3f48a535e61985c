//! `…/webhooks/{delivery}`: one event on its way, each attempt with its request and its answer.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::webhooks::{look, overview};
use crate::domain::{App, keys};
use crate::error::{AppError, Result};
use crate::model::key::Key;
use crate::model::role::Deed;
use crate::model::timestamp::{SECOND, Timestamp};
use crate::model::webhook::{Attempt, Delivery, DeliveryState, Endpoint};
use crate::web::extract::{DeliveryPath, KeysPage};
use crate::web::page::{self, Page};
use crate::web::webhooks::words::{self, Badge, Outcome};

/// How many characters of a body are shown.
const BODY_SHOWN: usize = 16_000;

/// How many characters of an answer are shown.
const ANSWER_SHOWN: usize = 4_000;

/// How many attempts are shown. The schedule makes fewer; sending again by hand may make more.
const ATTEMPTS_SHOWN: usize = 20;

/// An attempt so soon is worth waiting for in front of the page, in milliseconds.
const SOON: i64 = 30 * SECOND;

#[derive(Template)]
#[template(path = "webhooks/show.html")]
struct ShowPage {
    page: Page,
    list_url: String,
    url: String,
    key_url: String,
    key: Key,
    badge: Badge,
    next_attempt_at: Option<Timestamp>,
    /// Whether the page is worth asking again for.
    is_soon: bool,
    /// Why it was given up.
    stopped: &'static str,
    endpoint: Endpoint,
    may_send: bool,
    /// Newest first.
    attempts: Vec<ShownAttempt>,
    older: usize,
    body: String,
    body_is_cut: bool,
    delivery: Delivery,
}

struct ShownAttempt {
    number: i64,
    at: Timestamp,
    took: String,
    outcome: Outcome,
    headers: String,
    address: String,
    /// Nothing when there was no answer.
    answer: Option<String>,
    /// What is not shown of it, and why; empty when all of it is.
    missing: &'static str,
}

/// `GET …/webhooks/{delivery}`
pub async fn show(app: Data<App>, page: KeysPage, delivery: DeliveryPath) -> Result<HttpResponse> {
    let proof = page.ring.read_keys();
    let (delivery, attempts) = look::find(&app, proof, delivery.0).await?;
    let key = keys::find(&app, proof, delivery.key_id.ok_or(AppError::NotFound)?).await?;
    let endpoint = overview::endpoint(&app, proof, &delivery).await?;
    let now = app.now();
    let older = attempts.len().saturating_sub(ATTEMPTS_SHOWN);
    let is_off = endpoint.off.is_some();
    let (body, body_is_cut) = words::beginning(&delivery.body, BODY_SHOWN);
    page::ok(&ShowPage {
        page: page.page_in(&app, "webhooks"),
        list_url: page.webhooks_url(),
        url: page.delivery_url(delivery.id),
        key_url: page.key_url(key.id),
        badge: words::badge(&delivery, now),
        next_attempt_at: words::next_attempt(&delivery, now),
        is_soon: is_soon(&delivery, now),
        stopped: delivery.stopped_because.map_or("", words::stopped),
        may_send: page.workspace.standing.may(Deed::ManageKeys) && !key.is_frozen() && !is_off,
        attempts: attempts
            .into_iter()
            .skip(older)
            .rev()
            .map(|attempt| shown(&delivery, attempt))
            .collect(),
        older,
        body: body.to_owned(),
        body_is_cut,
        endpoint,
        key,
        delivery,
    })
}

fn is_soon(delivery: &Delivery, now: Timestamp) -> bool {
    let is_due = delivery.next_attempt_at.is_some_and(|at| at <= now.plus(SOON));
    delivery.state == DeliveryState::Waiting && (is_due || delivery.is_under_way(now))
}

fn shown(delivery: &Delivery, attempt: Attempt) -> ShownAttempt {
    let answer = attempt
        .answer
        .as_deref()
        .map(|answer| words::beginning(answer, ANSWER_SHOWN));
    let missing = match answer {
        Some((_, true)) => "The rest is not shown.",
        Some((_, false)) if attempt.answer_cut => "It is cut here: it was longer, or broke off.",
        _ => "",
    };
    ShownAttempt {
        number: attempt.number,
        at: attempt.at,
        took: words::took(attempt.took_millis),
        outcome: words::outcome(attempt.status, attempt.failure.as_deref()),
        headers: format!(
            "webhook-id: {}\nwebhook-timestamp: {}\nwebhook-signature: {}\ncontent-type: application/json",
            delivery.id, attempt.timestamp_header, attempt.signature_header
        ),
        answer: answer.map(|(text, _)| words::harmless(text)),
        missing,
        address: attempt.address.unwrap_or_default(),
    }
}
