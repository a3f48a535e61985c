//! What a request can fail with. One enum, two skins: `web::errors` makes a page of it, `api::errors` an envelope.

use crate::model::trouble::Trouble;
use crate::store;

/// A request that failed. (A refused key is not an error: see [`crate::model::verdict`].)
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// It does not exist, or it is another tenant's: nobody can tell the two apart.
    #[error("not found")]
    NotFound,
    /// It is yours, but you may not do this; the sentence says who may.
    #[error("forbidden: {0}")]
    Forbidden(&'static str),
    /// Nobody is signed in.
    #[error("not signed in")]
    Unauthenticated,
    /// Signed in, but too long ago for this.
    #[error("the sign-in is too old for this")]
    SignInTooOld,
    /// The form's proof of origin is missing, foreign or old.
    #[error("the form has expired")]
    FormExpired,
    /// What was typed cannot be accepted; which field, and what to do.
    #[error("invalid input: {0}")]
    Invalid(FieldErrors),
    /// The state of things forbids it; the sentence says why.
    #[error("conflict: {0}")]
    Conflict(String),
    /// Somebody has saved something else since the form was opened; nothing of this was saved.
    #[error("this was changed since the form was opened")]
    Overtaken,
    /// The plan has no place left; the sentence says how many there are and what to do.
    #[error("plan limit: {0}")]
    PlanLimit(String),
    /// The body is larger than anything this address takes.
    #[error("the request is too large")]
    TooLarge,
    /// The body did not come in time.
    #[error("the body took too long")]
    TooSlow,
    /// The address exists, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The request itself cannot be read.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// Too many attempts.
    #[error("too many attempts; again in {retry_after_seconds} s")]
    RateLimited { retry_after_seconds: u64 },
    /// Overloaded.
    #[error("overloaded; again in {retry_after_seconds} s")]
    Unavailable { retry_after_seconds: u64 },
    /// The database cannot be asked, or takes no changes. What was under way may have been done or not.
    #[error("{}", .0.reason())]
    Storage(Trouble),
    /// Our fault.
    #[error(transparent)]
    Internal(anyhow::Error),
}

/// The result of an operation.
pub type Result<T> = std::result::Result<T, AppError>;

/// What is wrong with which field, in the order of the form. The field `""` is the form as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, String)>);

impl FieldErrors {
    /// One error.
    pub fn one(field: &'static str, message: impl Into<String>) -> Self {
        Self(vec![(field, message.into())])
    }

    /// Adds an error; the first one for a field is the one that is shown.
    pub fn add(&mut self, field: &'static str, message: impl Into<String>) {
        if self.get(field).is_empty() {
            self.0.push((field, message.into()));
        }
    }

    /// Takes the value out of a check, noting its error under `field`.
    pub fn check<T, M: Into<String>>(&mut self, field: &'static str, checked: std::result::Result<T, M>) -> Option<T> {
        checked.map_err(|message| self.add(field, message)).ok()
    }

    /// The message for a field, or nothing.
    pub fn get(&self, field: &str) -> &str {
        self.0
            .iter()
            .find(|(name, _)| *name == field)
            .map_or("", |(_, message)| message)
    }

    /// All of them, for a summary.
    pub fn all(&self) -> &[(&'static str, String)] {
        &self.0
    }

    /// Whether everything is fine.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields: Vec<_> = self
            .0
            .iter()
            .map(|(field, message)| format!("{field}: {message}"))
            .collect();
        f.write_str(&fields.join("; "))
    }
}

impl AppError {
    /// Writes it to the log, unless it is about trouble with the database, which is written there once a minute for all that
    /// fails because of it.
    pub fn log(&self, what: &str) {
        if !matches!(self, Self::Storage(_)) {
            tracing::error!(error = format!("{self:#}"), "{what}");
        }
    }

    /// What is wrong with the database, where that is why.
    pub fn trouble(&self) -> Option<Trouble> {
        match self {
            Self::Storage(trouble) => Some(*trouble),
            _ => None,
        }
    }

    /// One field that cannot be accepted.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(FieldErrors::one(field, message))
    }
}

impl From<store::Error> for AppError {
    fn from(error: store::Error) -> Self {
        match error {
            // Written to the log already, once a minute.
            store::Error::Unavailable(trouble, _) => Self::Storage(trouble),
            error => Self::Internal(anyhow::Error::new(error)),
        }
    }
}

impl From<anyhow::Error> for AppError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}
