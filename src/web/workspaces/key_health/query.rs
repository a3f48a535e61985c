//! The state of the page, all of it in the URL. What makes no sense asks for nothing.

use serde::Deserialize;

use crate::domain::key_health::Question;
use crate::model::ids::KeyId;
use crate::model::key_health::{Finding, MOST_ADDRESSES, USUAL_ADDRESSES};
use crate::model::workspace::Project;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Query {
    /// The slug of one.
    pub(super) project: String,
    /// From how many addresses a key may be used, where that is not what is usual.
    pub(super) addresses: String,
    finding: String,
    before: String,
}

impl Query {
    pub(super) fn of(text: &str, projects: &[Project]) -> Self {
        let asked: Self = serde_html_form::from_str(text).unwrap_or_default();
        let keep = |word: String, is_known: bool| if is_known { word } else { String::new() };
        let is_project = projects.iter().any(|project| project.slug == asked.project);
        let addresses = asked.addresses.parse().ok();
        let addresses = addresses.filter(|most| (1..=MOST_ADDRESSES).contains(most) && *most != USUAL_ADDRESSES);
        let mut query = Self {
            project: keep(asked.project, is_project),
            addresses: addresses.map_or_else(String::new, |most| most.to_string()),
            finding: asked.finding,
            before: asked.before,
        };
        if query.finding().is_none() {
            (query.finding, query.before) = Default::default();
        }
        if query.before().is_none() {
            query.before = String::new();
        }
        query
    }

    pub(super) fn question<'a>(&self, projects: &'a [Project]) -> Question<'a> {
        Question {
            project: projects.iter().find(|project| project.slug == self.project),
            addresses: self.most_addresses(),
        }
    }

    pub(super) fn most_addresses(&self) -> u32 {
        self.addresses.parse().unwrap_or(USUAL_ADDRESSES)
    }

    pub(super) fn finding(&self) -> Option<Finding> {
        Finding::ALL
            .into_iter()
            .find(|finding| finding.as_str() == self.finding)
    }

    pub(super) fn before(&self) -> Option<KeyId> {
        self.before.parse().ok()
    }

    /// Whether less is looked at than there is.
    pub(super) fn is_filtered(&self) -> bool {
        !self.project.is_empty() || !self.addresses.is_empty()
    }

    /// The URL's query of all keys of a finding.
    pub(super) fn all_of(&self, finding: Finding) -> String {
        self.text(finding.as_str(), "")
    }

    /// The URL's query of the same, from that key on.
    pub(super) fn from(&self, before: Option<KeyId>) -> String {
        self.text(
            &self.finding,
            &before.map_or_else(String::new, |before| before.to_string()),
        )
    }

    /// The same for all findings.
    pub(super) fn of_all(&self) -> String {
        self.text("", "")
    }

    fn text(&self, finding: &str, before: &str) -> String {
        let pairs = [
            ("project", &*self.project),
            ("addresses", &*self.addresses),
            ("finding", finding),
            ("before", before),
        ];
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        match serde_html_form::to_string(pairs) {
            Ok(text) if !text.is_empty() => format!("?{text}"),
            _ => String::new(),
        }
    }
}
