//! Why requests were refused, in words: on a key's page, and at the support desk.

use crate::domain::App;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::NotedRefusal;

/// A refused request, as it is shown.
pub struct RefusedRequest {
    pub at: Timestamp,
    pub words: String,
    /// What the API answered.
    pub code: String,
    /// What was asked for, and what stood in the way.
    pub request: String,
    pub needed: String,
    pub address: String,
    pub user_agent: String,
}

/// The last refusals of a key, newest first.
pub fn shown(app: &App, refusals: Vec<NotedRefusal>) -> Vec<RefusedRequest> {
    let shown = refusals.into_iter().map(|noted| {
        let (words, code) = reason(&noted.reason);
        RefusedRequest {
            at: noted.at,
            words,
            code: app.profile.errors.case.write(code).into_owned(),
            request: noted.request.unwrap_or_default(),
            needed: noted.needed.unwrap_or_default(),
            address: noted.address,
            user_agent: noted.user_agent,
        }
    });
    shown.collect()
}

/// A reason in words, and with the code that the API answers.
pub fn reason(reason: &str) -> (String, &'static str) {
    let (words, code) = match reason {
        "revoked" => ("The key is revoked", "invalid_credentials"),
        "compromised" => ("The key is compromised", "invalid_credentials"),
        "https_required" => ("The request came over plain http", "https_required"),
        "disabled" => ("The key is disabled", "invalid_credentials"),
        "expired" => ("The key has expired", "invalid_credentials"),
        "wrong_environment" => ("A key of the other environment was needed", "invalid_credentials"),
        "workspace_suspended" => ("The workspace is suspended", "workspace_suspended"),
        "ambiguous_path" => ("The request can be read in two ways", "ambiguous_path"),
        "insufficient_scope" => (
            "The key lacks the scope or access that was needed",
            "insufficient_scope",
        ),
        "rate_limit_exceeded" => ("A rate limit was reached", "rate_limit_exceeded"),
        "insufficient_credits" => ("The workspace could not pay for it", "insufficient_credits"),
        "embed_off" => ("Embed mode is not enabled", "invalid_credentials"),
        "partner_suspended" => ("The embed partnership is suspended", "partner_suspended"),
        "embed_unsigned" => ("A session takes a signature besides the key", "insufficient_scope"),
        "embed_signature" => (
            "The embed signature or publishable key was wrong",
            "invalid_credentials",
        ),
        other => return (other.replace('_', " "), ""),
    };
    (words.to_owned(), code)
}
