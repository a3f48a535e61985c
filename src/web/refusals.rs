//! Why requests were refused, in words: on a key's page, where somebody looks one up, and at the support desk.

use crate::domain::App;
use crate::model::mistake::Mistake;
use crate::model::refused_request::RefusedRequest;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;

/// A refused request, as it is shown.
pub struct Shown {
    pub at: Timestamp,
    /// The name that its answer told.
    pub id: String,
    pub words: String,
    /// What the API answered.
    pub code: String,
    /// What was asked for, and what stood in the way.
    pub request: String,
    pub needed: String,
    /// Where the credential was.
    pub read_from: String,
    /// How it begins, and what is wrong with how it was written.
    pub presented: String,
    pub mistake: &'static str,
    pub remedy: String,
    pub address: String,
    pub user_agent: String,
}

/// Requests as they are shown.
pub fn all_shown(app: &App, refused: Vec<RefusedRequest>) -> Vec<Shown> {
    refused.into_iter().map(|refused| shown(app, refused)).collect()
}

/// A request as it is shown.
pub fn shown(app: &App, refused: RefusedRequest) -> Shown {
    let (words, code) = reason(&refused.reason);
    Shown {
        at: refused.at,
        id: refused.request_id.map(|id| id.to_string()).unwrap_or_default(),
        words,
        code: app.profile.errors.case.write(code).into_owned(),
        request: refused.request.unwrap_or_default(),
        needed: refused.needed.unwrap_or_default(),
        read_from: refused.read_from.unwrap_or_default(),
        presented: refused.presented.unwrap_or_default(),
        mistake: refused.mistake.map(mistake).unwrap_or_default(),
        remedy: remedy(app, &refused.reason, refused.mistake),
        address: refused.address,
        user_agent: refused.user_agent,
    }
}

/// A refusal that was not made: what would be said.
pub struct Told {
    pub words: String,
    pub code: String,
    pub needed: String,
    pub remedy: String,
}

/// A refusal in the words that the customer reads.
pub fn told(app: &App, refusal: &Refusal) -> Told {
    let (words, code) = reason(refusal.reason());
    Told {
        words,
        code: app.profile.errors.case.write(code).into_owned(),
        needed: refusal.stood_in_the_way().unwrap_or_default(),
        remedy: remedy(app, refusal.reason(), None),
    }
}

/// A reason in words, and with the code that the API answers.
pub fn reason(reason: &str) -> (String, &'static str) {
    let (words, code) = match reason {
        "missing" => ("No key came with the request", "missing_authorization"),
        "malformed" => ("What came is no key of this API", "invalid_credentials"),
        "unknown" => ("There is no such key", "invalid_credentials"),
        "revoked" => ("The key is revoked", "invalid_credentials"),
        "compromised" => ("The key is compromised", "invalid_credentials"),
        "https_required" => ("The request came over plain http", "https_required"),
        "disabled" => ("The key is disabled", "invalid_credentials"),
        "expired" => ("The key has expired", "invalid_credentials"),
        "wrong_environment" => ("A key of the other environment was needed", "invalid_credentials"),
        "workspace_suspended" => ("The workspace is suspended", "workspace_suspended"),
        "project_suspended" => ("The project is suspended", "workspace_suspended"),
        "environment_stopped" => ("All keys of its environment are stopped", "invalid_credentials"),
        "ambiguous_path" => ("The request can be read in two ways", "ambiguous_path"),
        "insufficient_scope" => (
            "The key lacks the scope or access that was needed",
            "insufficient_scope",
        ),
        "ip_not_allowed" => ("The address is not on the key’s list", "ip_not_allowed"),
        "rate_limit_exceeded" => ("A rate limit was reached", "rate_limit_exceeded"),
        "insufficient_credits" => ("The workspace could not pay for it", "insufficient_credits"),
        "embed_off" => ("Embed mode is not enabled", "invalid_credentials"),
        "partner_suspended" => ("The embed partnership is suspended", "partner_suspended"),
        "embed_unsigned" => ("A session takes a signature besides the key", "insufficient_scope"),
        "embed_signature" => (
            "The embed signature or publishable key was wrong",
            "invalid_credentials",
        ),
        "inbound_token" => (
            "The inbound token is unknown or revoked, or its key is not good",
            "invalid_credentials",
        ),
        "token_malformed" => ("The token is damaged", "invalid_credentials"),
        "token_algorithm" => ("The token is not signed as it should be", "invalid_credentials"),
        "token_critical" => (
            "The token asks for something this API does not know",
            "invalid_credentials",
        ),
        "token_type" => ("The token is of another kind", "invalid_credentials"),
        "token_key" => ("The token is signed with an unknown key", "invalid_credentials"),
        "token_signature" => ("The token’s signature is wrong", "invalid_credentials"),
        "token_issuer" => ("The token was issued by somebody else", "invalid_credentials"),
        "token_audience" => ("The token is for another API", "invalid_credentials"),
        "token_expired" => ("The token has expired", "invalid_credentials"),
        "token_not_yet_valid" => ("The token is not valid yet", "invalid_credentials"),
        "token_subject" => ("The token does not say whom it is about", "invalid_credentials"),
        "token_workspace" => ("The token names no workspace", "invalid_credentials"),
        other => return (other.replace('_', " "), ""),
    };
    (words.to_owned(), code)
}

/// What to do about it: for a credential that was spoilt, what is wrong with it decides.
fn remedy(app: &App, reason: &str, mistake: Option<Mistake>) -> String {
    if let Some(mistake) = mistake {
        return remedy_for(mistake, app);
    }
    match reason {
        "missing" => format!("Send the key {}.", app.profile.api.how_to_send()),
        "unknown" => {
            "It is written like a key, but no key here has this text: it was deleted, or belongs to another installation. Compare its \
             beginning with the list of keys."
        }
        .to_owned(),
        "revoked" => "A revoked key stays revoked. Create a new one and use that.".to_owned(),
        "compromised" => "Roll the key, and use the new one.".to_owned(),
        "https_required" => "Call https:// only, and roll the key: others could read it on the way.".to_owned(),
        "disabled" => "Enable the key on its page, if it may be used again.".to_owned(),
        "expired" => "Roll the key, or give it a later end on its page.".to_owned(),
        "wrong_environment" => "Use a key of the environment that the request is for.".to_owned(),
        "workspace_suspended" | "project_suspended" => "An owner of the workspace writes to support. A new key does not help.".to_owned(),
        "environment_stopped" => "Let the keys work again, where the page of the keys says that they are stopped.".to_owned(),
        "ambiguous_path" => "Write the path as the documentation does, without //, dots, or encoded slashes.".to_owned(),
        "insufficient_scope" => "Use a key that may, or tick the scope on the key’s page.".to_owned(),
        "ip_not_allowed" => "Add the address to the list on the key’s page, or send the request from one that is there.".to_owned(),
        "rate_limit_exceeded" => "Wait for the seconds in Retry-After, and spread requests out.".to_owned(),
        "insufficient_credits" => "Get more credits, then send the request again.".to_owned(),
        "partner_suspended" => "Write to support. A new key does not help.".to_owned(),
        "embed_off" => "Enable embed mode on the project’s Embed page.".to_owned(),
        "embed_unsigned" | "embed_signature" => "Sign the session with the signing key of the Embed page.".to_owned(),
        "inbound_token" => "Compare the address with the tokens on the key’s page.".to_owned(),
        _ if reason.starts_with("token_") => "Get a new token from the identity provider, for this API.".to_owned(),
        _ => String::new(),
    }
}

/// What is wrong with how a credential was written.
fn mistake(mistake: Mistake) -> &'static str {
    match mistake {
        Mistake::Whitespace => "There is a space or a line break around it.",
        Mistake::Quotes => "There are quotes around it.",
        Mistake::Scheme => "There is a word like “Bearer” before it that does not belong there.",
        Mistake::Placeholder => "It is the placeholder of an example, not a key.",
        Mistake::CutShort => "It begins like a key, and is cut short.",
        Mistake::TooLong => "It begins like a key, and goes on after its end.",
        Mistake::Characters => "It has characters that keys do not have.",
        Mistake::Checksum => "Its checksum is wrong: a character was mistyped.",
        Mistake::SigningSecret => "It is a webhook’s signing secret, not a key.",
        Mistake::ServiceToken => "It is a service token of the API’s own systems, not a key.",
        Mistake::OtherPrefix => "It does not begin like a key of this API.",
        Mistake::Unreadable => "It is empty, no text, or there were two of them.",
        Mistake::OtherScheme => "There was an Authorization header, but not with the scheme that carries a key here.",
        Mistake::OtherHeader => "There was a key in a header that is not looked at here.",
        Mistake::InAddress => "There was a key in the address, where it is not looked for.",
    }
}

fn remedy_for(mistake: Mistake, app: &App) -> String {
    let how = || app.profile.api.how_to_send();
    match mistake {
        Mistake::Whitespace => {
            "Trim the key where the program reads it, from a file or an environment variable.".to_owned()
        }
        Mistake::Quotes => "Leave the quotes out where the key is configured.".to_owned(),
        Mistake::Scheme => format!("Send the key alone, {}.", how()),
        Mistake::Placeholder => "Put a real key in its place: create one, and copy it while it is shown.".to_owned(),
        Mistake::CutShort | Mistake::TooLong | Mistake::Characters | Mistake::Checksum => {
            "Copy the whole key again from where it is stored. If it is stored like this, roll it.".to_owned()
        }
        Mistake::SigningSecret | Mistake::ServiceToken => {
            "Send an API key instead, and replace what was sent if a stranger may have seen it.".to_owned()
        }
        Mistake::OtherPrefix => "Use a key of this API; the list of keys shows how they begin.".to_owned(),
        Mistake::Unreadable => format!("Send one key, once, {}.", how()),
        Mistake::OtherScheme | Mistake::OtherHeader => format!("Send the key {}.", how()),
        Mistake::InAddress => {
            format!(
                "Send the key {}, and roll it: addresses are written down in many logs.",
                how()
            )
        }
    }
}
