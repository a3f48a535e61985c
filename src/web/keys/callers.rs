//! `…/keys/{key}/callers`: who uses a key, and so who would break without it. The same tables stand where somebody ends a key or takes
//! something away from it.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::App;
use crate::domain::keys::{self, Alike, Breakage, Lately, OfEdit, Planned};
use crate::error::Result;
use crate::model::key::Key;
use crate::web::amounts::grouped;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::page::{self, Moment, Page};

/// What the tables are called that are about what a key may do.
const RIGHTS: &str = "rights";

/// How many lines a table has.
const SHOWN: usize = 10;

/// Who would break, as it is shown. Drawn by `keys/callers.html`.
pub(super) struct Callers {
    /// What its tables are called in the page: of two on one page each has its own.
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) lead: String,
    /// Empty, where everybody is known.
    pub(super) unknown: String,
    pub(super) groups: Vec<Group>,
}

/// The requests by what they have in common.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) what: &'static str,
    pub(super) lines: Vec<Line>,
    /// Empty, where all of them are there.
    pub(super) more: String,
}

pub(super) struct Line {
    pub(super) what: String,
    /// What is said where that is empty.
    pub(super) otherwise: &'static str,
    pub(super) day: String,
    pub(super) week: String,
    pub(super) last: Option<Moment>,
}

#[derive(Template)]
#[template(path = "keys/who.html")]
struct WhoPage {
    page: Page,
    url: String,
    key: Key,
    callers: Vec<Callers>,
    is_used: bool,
}

/// `GET …/keys/{key}/callers`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let (key, breakage) = keys::breakage(&app, page.ring.read_keys(), key.0, Planned::End).await?;
    let page_of = page.page(&app);
    page::ok(&WhoPage {
        url: page.key_url(key.id),
        is_used: breakage.accepted.week > 0,
        callers: vec![Callers::of_all(&page_of, &breakage)],
        page: page_of,
        key,
    })
}

impl Callers {
    /// Of a key that lets nothing through any more.
    pub(super) fn of_all(page: &Page, breakage: &Breakage) -> Self {
        let lead = match breakage.accepted {
            Lately { week: 0, .. } => "No request was accepted in the last 7 days.".to_owned(),
            Lately { day, week } => format!(
                "{} of the last 7 days {} accepted, {} in the last 24 hours. Without this key each of them would have been refused.",
                requests(week),
                if week == 1 { "was" } else { "were" },
                part(day, week)
            ),
        };
        Self::new(page, "all", "Who would break?".to_owned(), lead, breakage)
    }

    /// Of an edit that is not made yet.
    pub(super) fn of_edit(page: &Page, edit: &OfEdit) -> Vec<Self> {
        let rights = edit.rights.as_ref().map(|breakage| {
            let Lately { day, week } = breakage.refused;
            let lead = match week {
                0 => format!(
                    "As far as it is known, none of the {} would have been refused with these settings.",
                    requests_of(breakage)
                ),
                _ => format!(
                    "Of the {}, {} would have been refused with these settings, {} in the last 24 hours.",
                    requests_of(breakage),
                    grouped(week),
                    part(day, week)
                ),
            };
            Self::new(page, RIGHTS, "Who would break?".to_owned(), lead, breakage)
        });
        let end = edit.end.as_ref().map(|(at, breakage)| {
            let lead = format!(
                "The key would end earlier than now, and whoever made the {} is refused from then on.",
                requests_of(breakage)
            );
            let title = format!("Who would break from {} on?", at.exact());
            Self::new(page, "end", title, lead, breakage)
        });
        rights.into_iter().chain(end).collect()
    }

    fn new(page: &Page, id: &'static str, title: String, lead: String, breakage: &Breakage) -> Self {
        let group = |title, what, otherwise, alike: &[Alike]| Group {
            title,
            what,
            lines: alike
                .iter()
                .take(SHOWN)
                .map(|alike| line(page, otherwise, alike))
                .collect(),
            more: match alike.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!("and {} more", grouped(more as i64)),
            },
        };
        let is_about_rights = breakage.reasons.iter().any(|reason| !reason.what.is_empty());
        let reasons = group(
            "What stands in the way",
            "Scope that would be missing",
            "The address is not listed",
            &breakage.reasons,
        );
        let all = [
            group("What they ask for", "Route", "No route of the API", &breakage.routes),
            group("Where they come from", "Address", "Nobody told it", &breakage.addresses),
            group("What sends them", "User agent", "None", &breakage.agents),
        ];
        let groups = Some(reasons).filter(|_| is_about_rights).into_iter().chain(all);
        Self {
            id,
            title,
            lead,
            unknown: match breakage.unknown.week {
                0 => String::new(),
                unknown => format!(
                    "Of {} it is not known who made them: too many did to tell apart, or nobody took it down yet.{}",
                    requests(unknown),
                    // Where everything ends, that is no question.
                    if id == RIGHTS { " They may be refused, too." } else { "" }
                ),
            },
            groups: groups.filter(|group| !group.lines.is_empty()).collect(),
        }
    }
}

fn line(page: &Page, otherwise: &'static str, alike: &Alike) -> Line {
    Line {
        what: alike.what.clone(),
        otherwise,
        day: grouped(alike.requests.day),
        week: grouped(alike.requests.week),
        last: alike.last.as_ref().map(|at| page.moment(at)),
    }
}

/// `1,204 requests of the last 7 days`
fn requests_of(breakage: &Breakage) -> String {
    format!("{} of the last 7 days", requests(breakage.accepted.week))
}

/// `14 of them`
fn part(part: i64, whole: i64) -> String {
    match part {
        0 => "none of them".to_owned(),
        1 if whole == 1 => "and that".to_owned(),
        _ if part == whole => "all of them".to_owned(),
        _ => format!("{} of them", grouped(part)),
    }
}

fn requests(number: i64) -> String {
    page::count(number.unsigned_abs(), ["request", "requests"])
}
