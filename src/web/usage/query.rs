//! What a page about usage shows, all of it in its URL.

use actix_web::HttpRequest;
use serde::Deserialize;

use crate::domain::App;
use crate::model::access::Environment;
use crate::model::usage::Range;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pub(super) range: Range,
    /// Nothing: all of them.
    pub(super) environment: Option<Environment>,
    /// For which the keys listed were refused; empty: whatever became of the requests.
    pub(super) reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    range: String,
    environment: String,
    reason: String,
}

/// Reasons are words of ours; what is longer is none.
const LONGEST_REASON: usize = 40;

impl Query {
    /// What makes no sense filters nothing.
    pub(super) fn of(app: &App, request: &HttpRequest) -> Self {
        let typed: Typed = serde_html_form::from_str(request.query_string()).unwrap_or_default();
        let environment = typed.environment.parse().ok();
        let is_word = |text: &String| {
            text.len() <= LONGEST_REASON && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        Self {
            range: Range::named(&typed.range),
            environment: environment.filter(|environment| app.profile.environments().contains(environment)),
            reason: Some(typed.reason).filter(is_word).unwrap_or_default(),
        }
    }

    /// `?range=7d&environment=live`
    pub(super) fn link(&self) -> String {
        let mut link = format!("?range={}", self.range.as_str());
        if let Some(environment) = self.environment {
            link.push_str("&environment=");
            link.push_str(environment.as_str());
        }
        if !self.reason.is_empty() {
            link.push_str("&reason=");
            link.push_str(&self.reason);
        }
        link
    }

    pub(super) fn with_range(&self, range: Range) -> Self {
        Self { range, ..self.clone() }
    }

    pub(super) fn with_environment(&self, environment: Option<Environment>) -> Self {
        Self {
            environment,
            ..self.clone()
        }
    }

    pub(super) fn with_reason(&self, reason: &str) -> Self {
        Self {
            reason: reason.to_owned(),
            ..self.clone()
        }
    }
}
