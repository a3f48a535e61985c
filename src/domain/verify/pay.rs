//! Requests that cost something: what they cost, and taking it once everything else is found good.
//!
//! A balance is in the database alone, so such a request waits for it, and the fast lane leaves it to the whole way. Limits come
//! first and stay counted when the balance is too small: they are what keeps an empty workspace from asking the database
//! without end.

use super::{Question, Warm, ask_cold, ask_warm, tokens};
use crate::domain::credits::{Order, Outcome};
use crate::domain::usage::notes::request_of;
use crate::domain::verify::records::Granted;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::credits::{Amount, EntryKind};
use crate::model::ids::{KeyId, WorkspaceId};
use crate::model::verdict::{Refusal, Refused, Verdict};

/// The same question with what it costs: what was `said`, or what the profile says of its route. Who does not ask for a price pays
/// nothing: that is what Keyhatch answers itself.
pub fn priced<'a>(app: &'a App, question: Question<'a>, said: Option<u32>) -> Question<'a> {
    if app.profile.credits.is_none() {
        return question;
    }
    let matched = match (question.matched, question.method, question.path) {
        (None, Some(method), Some(path)) => match app.profile.route_of(method, path) {
            Ok(matched) => Some(matched),
            // It is refused for that.
            Err(_) => return question,
        },
        (known, ..) => known,
    };
    Question {
        matched,
        cost: said.unwrap_or_else(|| app.profile.cost(&matched.unwrap_or_default())),
        ..question
    }
}

/// Answers a question that has a price.
pub(super) async fn ask<T>(
    app: &App,
    question: &Question<'_>,
    answer: impl Fn(&Granted<'_>) -> T + Copy,
) -> Result<Verdict<T>> {
    let take = |granted: &Granted<'_>| {
        // A token of the identity provider pays, but is no key.
        let key = granted.subject.is_none().then_some(granted.key_id);
        (key, granted.tenant.workspace, answer(granted))
    };
    let verdict = match ask_warm(app, question, take) {
        Warm::Answered(verdict) => verdict,
        Warm::Cold(digest) => ask_cold(app, &digest, question, take).await?,
        Warm::Token => tokens::ask(app, question, take).await?,
    };
    let digest = seal::digest(question.credential.unwrap_or_default());
    conclude(app, &digest, question, verdict).await
}

/// Has a good request paid for, if it costs anything, and only then counts it.
pub(super) async fn conclude<T>(
    app: &App,
    digest: &[u8; 32],
    question: &Question<'_>,
    verdict: Verdict<(Option<KeyId>, WorkspaceId, T)>,
) -> Result<Verdict<T>> {
    let (key, workspace, answer) = match verdict {
        Verdict::Allowed(taken) => taken,
        Verdict::Refused(refused) => return Ok(Verdict::Refused(refused)),
    };
    if question.cost == 0 {
        return Ok(Verdict::Allowed(answer));
    }
    let refusal = pay(app, question, key, workspace).await?;
    match (key, &refusal) {
        (Some(key), _) => app
            .records
            .settle(&app.profile, (digest, key), question, app.now(), refusal.as_ref()),
        (None, Some(refusal)) => app.note_without_key(question, refusal),
        (None, None) => {}
    }
    let verdict = match refusal {
        None => Verdict::Allowed(answer),
        Some(refusal) => Verdict::Refused(Refused { refusal, key }),
    };
    app.totals.count(&verdict);
    Ok(verdict)
}

/// Takes what the request costs, or says why that is not possible.
async fn pay(
    app: &App,
    question: &Question<'_>,
    key_id: Option<KeyId>,
    workspace: WorkspaceId,
) -> Result<Option<Refusal>> {
    let Some(amount) = Amount::cost(question.cost) else {
        return Ok(None);
    };
    let order = Order {
        workspace,
        amount,
        kind: EntryKind::Request,
        reason: request_of(question, &app.profile).unwrap_or_default(),
        key_id,
        idempotency_key: None,
    };
    match app.till.carry_out(order).await? {
        Outcome::Done(_) => Ok(None),
        Outcome::Short(short) => Ok(Some(Refusal::InsufficientCredits(Box::new(short)))),
        Outcome::TooMuch | Outcome::UsedBefore => Err(AppError::Internal(anyhow::anyhow!("a price that is none"))),
    }
}
