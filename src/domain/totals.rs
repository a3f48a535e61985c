//! Totals since the start of the process: what monitoring reads. They are not written down anywhere.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::model::usage::ACCEPTED;
use crate::model::verdict::{Refusal, Verdict};

/// Whatever is wrong with a token of the identity provider.
const INVALID_TOKEN: &str = "invalid_token";

/// Every outcome a verdict can have, in the order in which they are shown.
const OUTCOMES: [&str; 24] = [
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
    "project_suspended",
    "environment_stopped",
    "ambiguous_path",
    "insufficient_scope",
    "ip_not_allowed",
    "rate_limit_exceeded",
    "insufficient_credits",
    "embed_off",
    "partner_suspended",
    "embed_unsigned",
    "embed_signature",
    "inbound_token",
];

/// In how many places threads count. Two that count in the same one wait for each other's cache.
const PLACES: usize = 16;

/// Verdicts by outcome: each is counted in one of several places, and the sum is what there was.
#[derive(Debug, Default)]
pub struct Totals([Place; PLACES]);

/// What some threads have counted, on cache lines of its own (processors fetch them in pairs).
#[derive(Debug, Default)]
#[repr(align(128))]
struct Place([AtomicU64; OUTCOMES.len()]);

/// How many threads have counted so far.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static PLACE: usize = THREADS.fetch_add(1, Ordering::Relaxed) % PLACES;
}

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
            PLACE.with(|place| self.0[*place].0[index].fetch_add(1, Ordering::Relaxed));
        }
    }

    /// Every outcome with its count.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let sum = |index: usize| {
            self.0
                .iter()
                .map(move |place| place.0[index].load(Ordering::Relaxed))
                .sum()
        };
        OUTCOMES
            .into_iter()
            .enumerate()
            .map(move |(index, outcome)| (outcome, sum(index)))
    }
}
