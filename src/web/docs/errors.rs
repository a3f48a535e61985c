//! Every code that a request can be refused with: its status and words by the functions that answer requests, its example in the
//! envelope that answers are written in. Only the cause and the remedy are written here.
//!
//! Come here with a new [`Refusal`]: give it a line in [`one_of_each`], and its code one in [`WORDS`]. A test fails until then.

use std::net::Ipv4Addr;

use actix_web::http::StatusCode;

use super::limits;
use crate::domain::App;
use crate::model::access::Environment;
use crate::model::credits::Short;
use crate::model::embed::EmbedRefusal;
use crate::model::lack::Lack;
use crate::model::token_fault::TokenFault;
use crate::model::verdict::Refusal;
use crate::profile::{Credits, ErrorText, KeyOwner, Profile};

/// A code with everything that is said of it.
pub(super) struct Entry {
    /// The code in lower case: the end of its address, after `#`.
    pub(super) anchor: &'static str,
    /// As this API writes it.
    pub(super) code: String,
    pub(super) status: u16,
    pub(super) title: &'static str,
    pub(super) cause: &'static str,
    pub(super) remedy: &'static str,
    /// The body of an answer; empty for what [`OTHERS`] has.
    pub(super) example: String,
}

/// A code of a refusal, why it comes, and what to do.
pub const WORDS: [(&str, &str, &str); 10] = [
    (
        "missing_authorization",
        "No key came with the request: its header is missing or empty, or has another name or scheme.",
        "Send the key in a header, as under “Sending the key”.",
    ),
    (
        "invalid_credentials",
        "What came is no good key here: it is unknown, cut off, revoked, disabled, stopped or expired, or belongs to another environment \
         than the request. Which of these it is, a stranger is not told.",
        "Go through the table under “Troubleshooting”. The key’s page in the dashboard lists its last refused requests with the reason.",
    ),
    (
        "workspace_suspended",
        "The key is good, but the workspace that it belongs to is suspended, or the project.",
        "Its owner writes to support. A new key does not help.",
    ),
    (
        "partner_suspended",
        "The project’s embed partnership is suspended.",
        "Write to support. A new key does not help.",
    ),
    (
        "ambiguous_path",
        "Servers could take the path, or the method, for different ones: it has an empty segment (//), a . or .. segment, an encoded slash, \
         backslash or percent sign (%2F, %5C, %25), a semicolon or #, or capitals or percent-encoding where the documentation has \
         none. No key is let through with it.",
        "Write the path as the documentation does, and keep / \\ and % out of ids. Spaces and letters of other alphabets are fine in \
         percent-encoding (%20, %C3%BC).",
    ),
    (
        "insufficient_scope",
        "The key is good, but may not make this request. The message names the scope or the access that it lacks.",
        "Use a key that may, or tick the scope on the key’s page; it holds from the next request on. What no key may is done in \
         the dashboard.",
    ),
    (
        "ip_not_allowed",
        "The key has a list of addresses that it may be used from, and the request came from another one.",
        "Add the address to the list on the key’s page, or send the request from one that is there.",
    ),
    (
        "https_required",
        "The request came over plain http. Anybody on the way could read the key: it counts as compromised from now on.",
        "Roll the key, and call https:// only.",
    ),
    (
        "insufficient_credits",
        "The workspace has not enough credits left for what the request costs.",
        "Get more credits, then send the request again. Nothing was done, and nothing was taken.",
    ),
    (
        "rate_limit_exceeded",
        "The key, or its workspace with all its keys, has made as many requests as a limit allows.",
        "Wait for the seconds that Retry-After names, then send the request again. A request that is refused counts against nothing.",
    ),
];

/// What else an address of Keyhatch's own can answer: a code, its status, why it comes, and what to do.
pub const OTHERS: [(&str, u16, &str, &str); 13] = [
    (
        "bad_request",
        400,
        "The request could not be read.",
        "Compare it with the example.",
    ),
    (
        "invalid_json",
        400,
        "The body is not JSON, or no object.",
        "The message says where it stops being JSON.",
    ),
    (
        "forbidden",
        403,
        "This cannot be done with this key.",
        "The message says who may.",
    ),
    (
        "not_found",
        404,
        "There is nothing at this address, or it is not this key’s to see.",
        "Compare the path and the id.",
    ),
    (
        "method_not_allowed",
        405,
        "The address takes other methods.",
        "The header Allow names them.",
    ),
    (
        "conflict",
        409,
        "The state of things forbids it.",
        "The message says why.",
    ),
    (
        "plan_limit_reached",
        409,
        "The plan has no room for another one.",
        "Revoke one that is not needed, or change the plan.",
    ),
    (
        "request_timeout",
        408,
        "The body did not come in time: its first byte within 10 seconds, its last within 30.",
        "Send the request again, on a connection that is not as slow.",
    ),
    (
        "too_large",
        413,
        "The body is larger than the address takes.",
        "Send less.",
    ),
    (
        "unsupported_media_type",
        415,
        "The body is not said to be JSON.",
        "Send Content-Type: application/json.",
    ),
    (
        "invalid_request",
        422,
        "Fields of the body, or parameters, cannot be accepted.",
        "“fields” says what is wrong with each.",
    ),
    (
        "internal_error",
        500,
        "Something broke on this side.",
        "Try again later; name the “reference” to support.",
    ),
    (
        "unavailable",
        503,
        "Too much is going on.",
        "Wait for the seconds that Retry-After names.",
    ),
];

/// A refusal of every kind, as this profile's requests can meet them.
pub fn one_of_each(profile: &Profile) -> Vec<Refusal> {
    let exceeded = limits::exceeded(profile);
    let mut each = vec![Refusal::Missing];
    each.extend(profile.api.https_only.then_some(Refusal::HttpsRequired));
    each.extend([
        Refusal::Malformed,
        Refusal::Unknown,
        Refusal::Revoked,
        Refusal::Compromised,
        Refusal::Disabled,
        Refusal::Expired,
    ]);
    each.extend(profile.jwt.as_ref().map(|_| Refusal::Token(TokenFault::Expired)));
    each.extend([
        Refusal::WrongEnvironment(Environment::Live),
        Refusal::WorkspaceSuspended,
    ]);
    each.extend((profile.api.keys_belong_to == KeyOwner::Project).then_some(Refusal::ProjectSuspended));
    each.push(Refusal::EnvironmentStopped);
    each.extend([
        Refusal::Ambiguous("the path has an empty, . or .. segment"),
        Refusal::Insufficient(lacking(profile)),
        Refusal::AddressNotAllowed(Some(Ipv4Addr::new(198, 51, 100, 9).into())),
    ]);
    each.extend(exceeded.map(|exceeded| Refusal::RateLimited(Box::new(exceeded))));
    each.extend(profile.credits.as_ref().map(too_few));
    if profile.embed.is_some() {
        let all = [
            EmbedRefusal::Off,
            EmbedRefusal::Suspended,
            EmbedRefusal::Unsigned,
            EmbedRefusal::Wrong,
        ];
        each.extend(all.map(Refusal::Embed));
    }
    each.extend(profile.inbound.as_ref().map(|_| Refusal::InboundToken));
    each
}

/// One is missing.
fn too_few(credits: &Credits) -> Refusal {
    let needed = i64::from(credits.cost.max(1));
    Refusal::InsufficientCredits(Box::new(Short {
        needed,
        balance: needed - 1,
        unit: credits.unit.clone(),
    }))
}

/// What a key can lack here, in the words of the verdict.
fn lacking(profile: &Profile) -> Lack {
    match profile.scopes.first() {
        Some(scope) => Lack::Scope(scope.id.clone()),
        None if profile.routes.iter().any(|route| route.closed) => Lack::Person,
        None => Lack::FullAccess,
    }
}

/// Every code of a refusal by this profile, in the order in which reasons are looked for.
pub(super) fn entries(app: &App) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for refusal in one_of_each(&app.profile) {
        let code = refusal.code();
        if !entries.iter().any(|entry| entry.anchor == code) {
            entries.push(entry(app, &refusal));
        }
    }
    entries
}

/// What is no refusal of a key.
pub(super) fn others(profile: &Profile) -> Vec<Entry> {
    let other = |(code, status, cause, remedy): (&'static str, u16, &'static str, &'static str)| Entry {
        anchor: code,
        code: profile.errors.case.write(code).into_owned(),
        status,
        title: title(status),
        cause,
        remedy,
        example: String::new(),
    };
    OTHERS.map(other).into()
}

fn entry(app: &App, refusal: &Refusal) -> Entry {
    let (code, style) = (refusal.code(), app.profile.errors);
    let words = WORDS.iter().find(|(known, ..)| *known == code);
    let (_, cause, remedy) = words.copied().unwrap_or((code, "", ""));
    let remedy = match code {
        "insufficient_scope" if app.profile.scopes.is_empty() => {
            "Use a key that may. What no key may is done in the dashboard."
        }
        _ => remedy,
    };
    let title = title(refusal.status());
    let body = style.body(&ErrorText {
        status: refusal.status(),
        title,
        code,
        message: &refusal.message_where(|| app.profile.api.how_to_send()),
        fields: &[],
        reference: None,
        help: &app.help_with(code),
    });
    Entry {
        anchor: code,
        code: style.case.write(code).into_owned(),
        status: refusal.status(),
        title,
        cause,
        remedy,
        example: format!("{body:#}"),
    }
}

fn title(status: u16) -> &'static str {
    let status = StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or_default()
}
