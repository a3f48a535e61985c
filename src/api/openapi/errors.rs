//! What requests are refused with: a response for each status, in the envelope that the profile chose.

use serde_json::{Map, Value, json};

use crate::profile::{Envelope, Profile};

/// A status, the name of its response among the components, what it means, and the headers that always come with it.
type Known = (u16, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const WAIT: (&str, &str) = ("Retry-After", "When to send it again, in seconds.");

/// In every answer.
pub(super) const REQUEST_ID: (&str, &str) = (
    "X-Request-Id",
    "What the request is called: support finds out by it what happened.",
);

const KNOWN: [Known; 13] = [
    (
        400,
        "BadRequest",
        "The request cannot be read, or can be read in two ways.",
        &[],
    ),
    (
        401,
        "Unauthorized",
        "No credential came with the request, or one that is not good.",
        &[("WWW-Authenticate", "What to send.")],
    ),
    (
        402,
        "PaymentRequired",
        "There are too few credits. Nothing was spent.",
        &[],
    ),
    (403, "Forbidden", "The credential is good, and not for this.", &[]),
    (404, "NotFound", "There is nothing here, or it is somebody else’s.", &[]),
    (408, "RequestTimeout", "The body did not come in time.", &[]),
    (
        409,
        "Conflict",
        "The state of things forbids it; or the plan has no place left.",
        &[],
    ),
    (413, "TooLarge", "The body is too large.", &[]),
    (415, "UnsupportedMediaType", "The body is not said to be JSON.", &[]),
    (
        422,
        "Invalid",
        "Something in the request cannot be accepted: `fields` says what.",
        &[],
    ),
    (
        429,
        "TooManyRequests",
        "A limit has no room for the request.",
        &[
            WAIT,
            ("RateLimit", "The limit, what it has left, and when it has room again."),
            ("RateLimit-Policy", "The limit: so many requests in so many seconds."),
        ],
    ),
    (
        500,
        "InternalServerError",
        "Something broke here, and was written down.",
        &[],
    ),
    (503, "Unavailable", "Not available right now.", &[WAIT]),
];

/// The responses among the components, by their names.
pub(super) fn responses(profile: &Profile) -> Map<String, Value> {
    KNOWN
        .iter()
        .map(|(status, name, ..)| ((*name).to_owned(), response(profile, *status)))
        .collect()
}

/// Where the response with this status is, among the components.
pub(super) fn reference(status: u16) -> Value {
    let name = known(status).map_or("InternalServerError", |(_, name, ..)| name);
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// The response with this status.
pub(super) fn response(profile: &Profile, status: u16) -> Value {
    let Some((_, _, description, headers)) = known(status) else {
        return Value::Null;
    };
    let mut response = json!({
        "description": description,
        "content": { profile.errors.content_type(): { "schema": { "$ref": "#/components/schemas/Error" } } },
    });
    for (name, meaning) in headers.iter().chain([&REQUEST_ID]) {
        response["headers"][*name] = header(meaning, true);
    }
    response
}

fn known(status: u16) -> Option<&'static Known> {
    KNOWN.iter().find(|(known, ..)| *known == status)
}

/// A header of an answer.
pub(super) fn header(meaning: &str, is_always_there: bool) -> Value {
    json!({"description": meaning, "required": is_always_there, "schema": {"type": "string"}})
}

/// The envelope.
pub(super) fn schema(profile: &Profile) -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let mut properties = json!({
        "code": text("For programs."),
        "fields": {
            "type": "object",
            "additionalProperties": { "type": "string" },
            "description": "What is wrong with which field.",
        },
        "reference": text("For support: the number in the provider’s log."),
    });
    let required = match profile.errors.envelope {
        Envelope::Simple => {
            properties["error"] = text("For people.");
            json!(["error", "code"])
        }
        Envelope::Nested => {
            properties["message"] = text("For people.");
            json!(["message", "code"])
        }
        Envelope::Problem => {
            properties["type"] = text("As in RFC 9457: the page that explains the code.");
            properties["title"] = text("The status in words.");
            properties["status"] = json!({"type": "integer"});
            properties["detail"] = text("For people.");
            json!(["type", "title", "status", "detail", "code"])
        }
    };
    let schema = json!({"type": "object", "required": required, "properties": properties});
    match profile.errors.envelope {
        Envelope::Nested => json!({"type": "object", "required": ["error"], "properties": { "error": schema }}),
        Envelope::Simple | Envelope::Problem => schema,
    }
}
