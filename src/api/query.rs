//! Parameters of a query, read like a body's fields: a misspelt one is told, not ignored.

use std::ops::RangeInclusive;
use std::str::FromStr;

use actix_web::HttpRequest;

use crate::api::errors::{ApiError, Result};

/// The parameters of a request.
pub struct Query {
    values: Vec<(String, String)>,
    known: Vec<&'static str>,
    errors: Vec<(String, String)>,
}

impl Query {
    /// Reads them.
    pub fn of(request: &HttpRequest) -> Self {
        Self {
            values: serde_html_form::from_str(request.query_string()).unwrap_or_default(),
            known: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A parameter as it was sent, empty or not.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut found = Vec::new();
        self.values.retain(|(known, value)| {
            let mine = known == name;
            if mine {
                found.push(value.clone());
            }
            !mine
        });
        match found.len() {
            0 => None,
            1 => found.pop(),
            _ => self.refuse(name, "Send this once."),
        }
    }

    /// A parameter that is read as something; the message says what is taken.
    pub fn parsed<T: FromStr>(&mut self, name: &'static str, message: &str) -> Option<T> {
        let text = self.text(name)?;
        text.parse().ok().or_else(|| self.refuse(name, message))
    }

    /// A whole number, written in digits alone and in one way only.
    pub fn number(&mut self, name: &'static str, range: RangeInclusive<u64>, message: &str) -> Option<u64> {
        let text = self.text(name)?;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        let number = text.parse().ok().filter(|number| is_plain && range.contains(number));
        number.or_else(|| self.refuse(name, message))
    }

    /// Notes an error at a parameter.
    pub fn refuse<T>(&mut self, name: &'static str, message: impl Into<String>) -> Option<T> {
        self.errors.push((name.to_owned(), message.into()));
        None
    }

    /// Ends the reading: all mistakes at once.
    pub fn finish(mut self) -> Result<()> {
        let known = format!(
            "There is no such parameter. The parameters are: {}.",
            self.known.join(", ")
        );
        let unknown = self.values.iter().take(10);
        self.errors
            .extend(unknown.map(|(name, _)| (name.chars().take(64).collect(), known.clone())));
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Fields(self.errors))
        }
    }
}
