//! What several pages say about deliveries: what has become of one and why, and what an attempt came to.

use actix_web::http::StatusCode;

use crate::domain::webhooks::courier::Failure;
use crate::model::name::is_plain_text;
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{Delivery, DeliveryState, OffReason, StopReason};

/// A word with its tone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Badge {
    pub label: &'static str,
    pub tone: &'static str,
}

/// A delivery as lists show it.
pub struct Line {
    pub badge: Badge,
    /// When it is attempted again, if that is to be waited for.
    pub next_attempt_at: Option<Timestamp>,
    pub delivery: Delivery,
}

/// A delivery as lists show it.
pub fn line(delivery: Delivery, now: Timestamp) -> Line {
    Line {
        badge: badge(&delivery, now),
        next_attempt_at: next_attempt(&delivery, now),
        delivery,
    }
}

/// What has become of a delivery.
pub fn badge(delivery: &Delivery, now: Timestamp) -> Badge {
    let (label, tone) = match delivery.state {
        DeliveryState::Waiting if delivery.is_under_way(now) => ("Being sent", "note"),
        DeliveryState::Waiting if delivery.tries > 0 => ("Retrying", "warn"),
        DeliveryState::Waiting => ("Waiting", "note"),
        DeliveryState::Delivered => ("Delivered", "good"),
        DeliveryState::Failed => ("Failed", "bad"),
        DeliveryState::Stopped => ("Stopped", "bad"),
    };
    Badge { label, tone }
}

/// When a delivery is attempted next; nothing when that is now, or never.
pub fn next_attempt(delivery: &Delivery, now: Timestamp) -> Option<Timestamp> {
    let is_idle = delivery.state == DeliveryState::Waiting && !delivery.is_under_way(now);
    delivery.next_attempt_at.filter(|at| is_idle && *at > now)
}

/// Why a delivery was given up, in a sentence.
pub fn stopped(reason: StopReason) -> &'static str {
    match reason {
        StopReason::EndpointOff => "Its endpoint was switched off while this was waiting.",
        StopReason::KeyRevoked => "The key was revoked, and nothing is signed for a revoked key.",
        StopReason::NoSecret => "There was no signing secret to sign it with.",
    }
}

/// Why an endpoint is off, in a sentence.
pub fn off(reason: OffReason) -> &'static str {
    match reason {
        OffReason::Failing => "Every attempt to deliver there failed for five days.",
        OffReason::Gone => "It answered 410 Gone, which means: send nothing here any more.",
        OffReason::ByHand => "Somebody switched it off; the key’s history says who.",
    }
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `500 Internal Server Error`, or `No answer`.
    pub label: String,
    pub tone: &'static str,
    pub sentence: String,
}

/// What an attempt came to: it has a status, or the code of a failure.
pub fn outcome(status: Option<u16>, failure: Option<&str>) -> Outcome {
    let Some(status) = status else {
        let known = failure.and_then(Failure::from_code);
        return Outcome {
            label: "No answer".to_owned(),
            tone: "bad",
            sentence: known.map_or("It could not be sent.", Failure::sentence).to_owned(),
        };
    };
    let reason = StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason());
    let sentence = match status {
        200..300 => "The receiver took it.",
        300..400 => {
            "It answered with a redirect, and redirects are not followed: use the URL that the redirect leads to."
        }
        410 => "It says that it is gone for good, so nothing more is sent there.",
        _ => "Only an answer from 200 to 299 says that it was received.",
    };
    Outcome {
        label: reason.map_or_else(|| status.to_string(), |reason| format!("{status} {reason}")),
        tone: if (200..300).contains(&status) { "good" } else { "bad" },
        sentence: sentence.to_owned(),
    }
}

/// `35 ms`, `1.2 s`.
pub fn took(millis: i64) -> String {
    if millis < 1_000 {
        format!("{millis} ms")
    } else {
        format!("{}.{} s", millis / 1_000, millis % 1_000 / 100)
    }
}

/// The beginning of a text, and whether there is more of it.
pub fn beginning(text: &str, most: usize) -> (&str, bool) {
    match text.char_indices().nth(most) {
        Some((end, _)) => (&text[..end], true),
        None => (text, false),
    }
}

/// What a stranger's machine said, without what would move the cursor, turn the writing round or hide.
pub fn harmless(text: &str) -> String {
    let is_shown = |c: char| matches!(c, '\n' | '\t') || is_plain_text(c.encode_utf8(&mut [0; 4]));
    let text = text.replace("\r\n", "\n");
    text.chars()
        .map(|c| if is_shown(c) { c } else { char::REPLACEMENT_CHARACTER })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stranger_says_stays_where_it_is() {
        assert_eq!(harmless("ok\r\n\tfine äß 日本"), "ok\n\tfine äß 日本");
        assert_eq!(
            harmless("a\u{1b}[2J\0b\u{202e}c\r\u{feff}"),
            "a\u{fffd}[2J\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(beginning("äöü", 3), ("äöü", false));
        assert_eq!(beginning("äöü", 2), ("äö", true));
        assert_eq!(beginning("", 2), ("", false));
    }

    #[test]
    fn every_failure_has_a_sentence_and_every_status_a_name() {
        assert_eq!(outcome(Some(204), None).label, "204 No Content");
        assert_eq!(outcome(Some(599), None).label, "599");
        assert_eq!(outcome(Some(301), None).tone, "bad");
        assert_eq!(
            outcome(None, Some("timed_out")).sentence,
            "The server took too long to answer."
        );
        assert_eq!(outcome(None, Some("of_tomorrow")).sentence, "It could not be sent.");
        assert_eq!([took(0), took(999), took(1_250)], ["0 ms", "999 ms", "1.2 s"]);
    }
}
