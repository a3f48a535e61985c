//! Totals since the start of the process: what monitoring reads. They are not written down anywhere.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::usage::counts::ACCEPTED;
use crate::model::verdict::{Refusal, Verdict};

/// Whatever is wrong with a token of the identity provider.
const INVALID_TOKEN: &str = "invalid_token";

/// Every outcome a verdict can have, in the order in which they are shown.
const OUTCOMES: [&str; 20] = [
    ACCEPTED,
    "missing",
    "https_required",
    "malformed",
    "unknown",
    "revoked",
    "compromised",
    "disabled",
    "expired",
    INVALID_TOKEN,
    "wrong_environment",
    "workspace_suspended",
    "insufficient_scope",
    "rate_limit_exceeded",
    "insufficient_credits",
    "embed_off",
    "partner_suspended",
    "embed_unsigned",
    "embed_signature",
    "inbound_token",
];

/// Verdicts by outcome.
#[derive(Debug, Default)]
pub struct Totals([AtomicU64; OUTCOMES.len()]);

impl Totals {
    /// Counts a verdict.
    pub fn count<T>(&self, verdict: &Verdict<T>) {
        let outcome = match verdict {
            Verdict::Allowed(_) => ACCEPTED,
            Verdict::Refused(refused) => match &refused.refusal {
                Refusal::Token(_) => INVALID_TOKEN,
                refusal => refusal.reason(),
            },
        };
        if let Some(index) = OUTCOMES.iter().position(|known| *known == outcome) {
            self.0[index].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Every outcome with its count.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        OUTCOMES
            .into_iter()
            .zip(self.0.iter().map(|count| count.load(Ordering::Relaxed)))
    }
}
