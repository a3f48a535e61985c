//! What every page answers besides its text, whatever its status.

use crate::layering::templates::code_in;
use crate::support::Answer;

/// Headers and what they must hold.
const HEADERS: [(&str, &str); 8] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'"),
    ("content-security-policy", "frame-ancestors 'none'"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=()"),
];

/// What is wrong with an answer, in words.
pub fn faults(answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, must) in HEADERS {
        let has = answer
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if !has.contains(must) {
            faults.push(format!("{name}: {has:?} lacks {must:?}"));
        }
    }
    let policy = answer
        .headers
        .get("content-security-policy")
        .and_then(|value| value.to_str().ok());
    if policy.unwrap_or_default().contains("unsafe-") {
        faults.push("the content security policy has a hole".to_owned());
    }
    let kind = answer
        .headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("text/html") {
        faults.extend(code_in(&answer.body));
    }
    if answer.status >= 500 {
        faults.push(format!("it failed: {}", answer.body));
    }
    faults
}
