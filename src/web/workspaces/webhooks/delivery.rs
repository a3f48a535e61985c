//! `…/webhooks/deliveries/{delivery}`: one event that was sent to the workspace's own endpoint, and each attempt.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::App;
use crate::domain::webhooks::own;
use crate::error::{AppError, Result};
use crate::model::role::Deed;
use crate::model::timestamp::{SECOND, Timestamp};
use crate::model::webhook::{Attempt, Delivery, DeliveryId, DeliveryState};
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page::{self, Page};
use crate::web::webhooks::words::{self, Badge, Outcome};

/// How many characters of an answer are shown.
const ANSWER_SHOWN: usize = 4_000;

/// How many attempts are shown; by hand there may be more.
const ATTEMPTS_SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "workspaces/webhooks/delivery.html")]
struct DeliveryPage {
    page: Page,
    list_url: String,
    url: String,
    badge: Badge,
    next_attempt_at: Option<Timestamp>,
    /// Whether the page is worth asking again for.
    is_soon: bool,
    /// Why it was given up.
    stopped: &'static str,
    may_send: bool,
    /// Newest first.
    attempts: Vec<ShownAttempt>,
    delivery: Delivery,
}

struct ShownAttempt {
    number: i64,
    at: Timestamp,
    took: String,
    outcome: Outcome,
    headers: String,
    address: String,
    /// Nothing when there was no answer, or none with a body.
    answer: String,
    is_cut: bool,
}

/// `GET …/webhooks/deliveries/{delivery}`
pub async fn show(app: Data<App>, workspace: WorkspacePage, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (delivery, attempts) = own::delivery(&app, &workspace.standing, id(&path)?).await?;
    let is_off = super::endpoint(&app, &workspace).await?.off.is_some();
    let (now, list_url) = (app.now(), super::url(&app, &workspace));
    let is_due = delivery.next_attempt_at.is_some_and(|at| at <= now.plus(30 * SECOND));
    let shown = |attempt: Attempt| shown(&delivery, attempt);
    page::ok(&DeliveryPage {
        page: super::context(&app, &workspace),
        url: format!("{list_url}/deliveries/{}", delivery.id),
        list_url,
        badge: words::badge(&delivery, now),
        next_attempt_at: words::next_attempt(&delivery, now),
        is_soon: delivery.state == DeliveryState::Waiting && (is_due || delivery.is_under_way(now)),
        stopped: delivery.stopped_because.map_or("", words::stopped),
        may_send: workspace.standing.may(Deed::ManageWorkspace) && !is_off,
        attempts: attempts.into_iter().rev().take(ATTEMPTS_SHOWN).map(shown).collect(),
        delivery,
    })
}

/// `POST …/webhooks/deliveries/{delivery}/resends`
pub async fn resend(
    app: Data<App>,
    workspace: WorkspacePage,
    path: Path<(String, String)>,
    _: Form<Button>,
) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    let delivery = own::resend(&app, proof, id(&path)?).await?;
    let url = format!("{}/deliveries/{}", super::url(&app, &workspace), delivery.id);
    Ok(page::redirect_with(
        &app,
        &url,
        &Flash::good("It is sent again, under the same id."),
    ))
}

/// The `{delivery}` of the path; what is no id is not found.
fn id(path: &Path<(String, String)>) -> Result<DeliveryId> {
    path.1.parse().map_err(|_| AppError::NotFound)
}

fn shown(delivery: &Delivery, attempt: Attempt) -> ShownAttempt {
    let answer = attempt.answer.unwrap_or_default();
    let (text, is_more) = words::beginning(&answer, ANSWER_SHOWN);
    ShownAttempt {
        number: attempt.number,
        at: attempt.at,
        took: words::took(attempt.took_millis),
        outcome: words::outcome(attempt.status, attempt.failure.as_deref()),
        headers: format!(
            "webhook-id: {}\nwebhook-timestamp: {}\nwebhook-signature: {}",
            delivery.id, attempt.timestamp_header, attempt.signature_header
        ),
        answer: words::harmless(text),
        is_cut: is_more || attempt.answer_cut,
        address: attempt.address.unwrap_or_default(),
    }
}
