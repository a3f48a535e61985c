//! Requests whose credential is in their path: `POST {base}/inbound/{token}`. The token stands for the key that owns it, which is
//! judged, limited and counted as if it had been presented. Tokens are not remembered: each request has its own read.

use crate::domain::keys::compromise;
use crate::domain::verify::records::Granted;
use crate::domain::verify::{Question, ask_cold, pay};
use crate::domain::{App, seal};
use crate::error::Result;
use crate::model::transport::Transport;
use crate::model::verdict::{Refusal, Refused, Verdict};
use crate::profile::Profile;

/// What stands between the base path and the token.
const BELOW: &str = "/inbound/";

/// The token that the request is to be judged by. Whatever is in that place, where no key is presented; where one is, a token that
/// has the form of one of ours.
pub fn presented<'a>(profile: &Profile, question: &Question<'a>) -> Option<&'a str> {
    let inbound = profile.inbound.as_ref()?;
    let below = question.path?.strip_prefix(profile.api.base_path.as_str())?;
    let rest = below.strip_prefix(BELOW)?;
    let token = rest.split_once('?').map_or(rest, |(token, _)| token);
    let decides = question.credential.is_none() || inbound.token_format().accepts(token);
    (question.method == Some("POST") && decides).then_some(token)
}

/// Answers; `answer` is told what the token is for.
pub async fn ask<T>(
    app: &App,
    token: &str,
    question: &Question<'_>,
    answer: impl Fn(&Granted<'_>, &str) -> T + Copy,
) -> Result<Verdict<T>> {
    // The token came over plain http, not the key that owns it. A key that came beside it did.
    if question.transport != Transport::Fine {
        report_beside(app, question).await;
        return Ok(app.refuse(question, Refusal::HttpsRequired));
    }
    let inbound = app.profile.inbound.as_ref();
    if !inbound.is_some_and(|inbound| inbound.token_format().accepts(token)) {
        return Ok(app.refuse(question, Refusal::InboundToken));
    }
    let Some(owner) = app.fill_tokens.find(&app.db, seal::digest(token)).await? else {
        return Ok(app.refuse(question, Refusal::InboundToken));
    };
    let (digest, template) = (&owner.key_digest, owner.template.as_str());
    // The profile has a part for it, so that no route has to name it.
    let question = &Question {
        is_ours: true,
        from_anywhere: true,
        ..question.clone()
    };
    let take = |granted: &Granted<'_>| {
        (
            Some(granted.key_id),
            granted.tenant.workspace,
            answer(granted, template),
        )
    };
    let warm = app.records.ask(&app.profile, digest, question, || app.now(), take);
    let verdict = match warm {
        Some(verdict) => app.counted(question, verdict),
        None => ask_cold(app, digest, question, take).await?,
    };
    Ok(without_the_key(pay::conclude(app, digest, question, verdict).await?))
}

/// Has a key marked that everybody on the way could read, although the token decides.
async fn report_beside(app: &App, question: &Question<'_>) {
    let text = question.credential.unwrap_or_default();
    if question.transport == Transport::Plain && app.profile.key_types_of_text(text).next().is_some() {
        compromise::report(app, &seal::digest(text), question).await;
    }
}

/// Who sends a webhook in knows nothing of a key.
fn without_the_key<T>(verdict: Verdict<T>) -> Verdict<T> {
    match verdict {
        Verdict::Refused(Refused { refusal, key }) if refusal.code() == Refusal::InboundToken.code() => {
            Verdict::Refused(Refused {
                refusal: Refusal::InboundToken,
                key,
            })
        }
        other => other,
    }
}
