//! Idempotency keys: what a program sends along so that a request which it sends again is still one request. The header
//! `Idempotency-Key` and the field `idempotency_key` say the same.

use actix_web::HttpRequest;

use crate::api::body::Fields;
use crate::model::webhook::LONGEST_IDEMPOTENCY_KEY;

/// The key of a request, if it has one.
pub fn key(request: &HttpRequest, fields: &mut Fields) -> Option<String> {
    let said = fields.nullable_text("idempotency_key").flatten();
    let key = match (said, header(request)) {
        (Some(said), Some(header)) if said != header => {
            return fields.refuse("idempotency_key", "The header Idempotency-Key says something else.");
        }
        (Some(key), _) | (None, Some(key)) => key,
        (None, None) => return None,
    };
    if is_fine(&key) {
        Some(key)
    } else {
        fields.refuse("idempotency_key", "Use 1 to 255 printable ASCII characters.")
    }
}

/// The draft of the IETF's httpapi group says a quoted string; many leave the quotes out.
fn header(request: &HttpRequest) -> Option<String> {
    let value = request.headers().get("idempotency-key")?;
    let text = String::from_utf8_lossy(value.as_bytes()).trim().to_owned();
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Some(match quoted {
        Some(inside) => inside.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => text,
    })
}

fn is_fine(text: &str) -> bool {
    (1..=LONGEST_IDEMPOTENCY_KEY).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}
