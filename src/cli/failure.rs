//! Why a command failed: a sentence for each problem.

use std::fmt;

use crate::error::AppError;
use crate::store;

/// One line for each problem.
#[derive(Debug)]
pub(super) struct Failure(Vec<String>);

impl Failure {
    /// One problem.
    pub(super) fn sentence(text: impl Into<String>) -> Self {
        Self(vec![text.into()])
    }

    /// What may have led to it, behind it.
    pub(super) fn followed_by(mut self, remarks: Vec<String>) -> Self {
        self.0.extend(remarks);
        self
    }

    /// One problem with one flag.
    pub(super) fn flag(name: &str, text: &str) -> Self {
        Self::sentence(format!("{name}: {text}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Invalid(fields) => Self(
                fields
                    .all()
                    .iter()
                    .map(|(field, message)| match flag_of(field) {
                        Some(flag) => format!("{flag}: {message}"),
                        None => message.clone(),
                    })
                    .collect(),
            ),
            AppError::Conflict(why) | AppError::PlanLimit(why) => Self::sentence(why),
            AppError::Forbidden(why) => Self::sentence(why),
            AppError::Internal(error) => error.into(),
            other => Self::sentence(other.to_string()),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        // Many errors repeat their cause: each reason is said once.
        let mut said = String::new();
        for cause in error.chain().map(ToString::to_string) {
            if said.is_empty() {
                said = cause;
            } else if !said.contains(&cause) {
                said = format!("{said}: {cause}");
            }
        }
        Self::sentence(said)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        AppError::from(error).into()
    }
}

/// The flag that carries a field of the API; nothing for the password, which comes by standard input.
fn flag_of(field: &str) -> Option<String> {
    match field {
        "" | "password" => None,
        "scopes" => Some("--scope".to_owned()),
        other => Some(format!("--{}", other.replace('_', "-"))),
    }
}
