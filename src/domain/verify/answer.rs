//! Answering from memory, or else from the database.

use super::Tokens;
use super::question::{Question, ReadFrom, Sought};
use super::records::Granted;
use crate::domain::keys::compromise;
use crate::domain::throttle::Attempt;
use crate::domain::usage::notes::Note;
use crate::domain::{App, seal};
use crate::error::Result;
use crate::model::transport::Transport;
use crate::model::verdict::{Refusal, Refused, Verdict};

/// How often a key is read again because it changed while it was being read.
const ATTEMPTS: usize = 3;

/// What memory alone can say.
pub enum Warm<T> {
    /// A refusal is an answer.
    Answered(Verdict<T>),
    /// The key with this digest has to be read.
    Cold([u8; 32]),
    /// It is no key, but looks like a token of the identity provider.
    Token,
}

/// What a credential is. If it may be a key, memory is asked for where the search for it begins: whoever has something else to find
/// out does it now.
pub fn seek(app: &App, credential: Option<&str>) -> Sought {
    let Some(text) = credential else {
        return Sought::Nothing;
    };
    if app.profile.key_types_of_text(text).next().is_none() {
        let is_token = app.tokens.is_some() && Tokens::are_like(text);
        return if is_token { Sought::Token } else { Sought::Malformed };
    }
    let digest = seal::digest(text);
    app.records.fetch(&digest);
    Sought::Key(digest)
}

/// Answers from memory, without waiting for anything. `answer` takes what it needs of a good key; it must be quick, for others
/// wait for the same part of the map.
pub fn ask_warm<T>(app: &App, question: &Question<'_>, answer: impl FnOnce(&Granted<'_>) -> T) -> Warm<T> {
    let digest = match question.sought.unwrap_or_else(|| seek(app, question.credential)) {
        Sought::Nothing => return Warm::Answered(app.refuse(question, Refusal::Missing)),
        Sought::Malformed => return Warm::Answered(app.refuse(question, question.refused_as(Refusal::Malformed))),
        Sought::Token => return Warm::Token,
        Sought::Key(digest) => digest,
    };
    match app.records.ask(&app.profile, &digest, question, || app.now(), answer) {
        Some(verdict) => Warm::Answered(app.counted(question, verdict)),
        None => Warm::Cold(digest),
    }
}

/// Answers for a key that is not in memory: reads it, and keeps it there when that is safe.
pub async fn ask_cold<T>(
    app: &App,
    digest: &[u8; 32],
    question: &Question<'_>,
    answer: impl Fn(&Granted<'_>) -> T + Copy,
) -> Result<Verdict<T>> {
    if question.transport == Transport::Plain {
        // Before the answer: whoever has it can rely on the key being refused.
        compromise::report(app, digest, question).await;
    }
    for _ in 0..ATTEMPTS {
        let may_keep = app.records.lease.is_valid();
        let ticket = app.records.ticket(digest);
        let Some(found) = app.fill.find(&app.db, *digest).await? else {
            return Ok(app.refuse(question, question.refused_as(Refusal::Unknown)));
        };
        let kept = may_keep && app.records.keep(&app.profile, digest, &found, ticket, app.now());
        if kept && let Some(verdict) = app.records.ask(&app.profile, digest, question, || app.now(), answer) {
            return Ok(app.counted(question, verdict));
        }
        if !kept && may_keep {
            continue;
        }
        let verdict = app
            .records
            .ask_once(&app.profile, digest, &found, question, app.now(), answer);
        return Ok(app.counted(question, verdict));
    }
    // It changes faster than it can be read into memory: what was read is true all the same.
    let Some(found) = app.fill.find(&app.db, *digest).await? else {
        return Ok(app.refuse(question, question.refused_as(Refusal::Unknown)));
    };
    let verdict = app
        .records
        .ask_once(&app.profile, digest, &found, question, app.now(), answer);
    Ok(app.counted(question, verdict))
}

impl App {
    /// Refuses a request that came without a key of ours.
    pub(super) fn refuse<T>(&self, question: &Question<'_>, refusal: Refusal) -> Verdict<T> {
        self.counted(question, Verdict::Refused(Refused { refusal, key: None }))
    }

    /// Notes a refused request that came without a key of ours, unless there were too many from there lately.
    pub(super) fn note_without_key(&self, question: &Question<'_>, refusal: &Refusal) {
        let now = self.now();
        let may_note = match (question.address, question.read_from) {
            (None, ReadFrom::ProviderApi) => self.throttle.attempt(Attempt::NoteProvider, "", now),
            (address, _) => {
                let who = address.map_or_else(String::new, |address| address.to_string());
                self.throttle.attempt(Attempt::NoteAddress, &who, now)
            }
        };
        if may_note.is_ok() {
            let note = Note::without_key(refusal, question, &self.profile, now);
            self.usage.keyless.note(note);
        }
    }

    pub(super) fn counted<T>(&self, question: &Question<'_>, verdict: Verdict<T>) -> Verdict<T> {
        if let Verdict::Refused(Refused { refusal, key: None }) = &verdict {
            self.note_without_key(question, refusal);
        }
        // What has still to be paid for may be refused yet.
        if question.cost == 0 || matches!(verdict, Verdict::Refused(_)) {
            self.totals.count(&verdict);
        }
        verdict
    }
}
