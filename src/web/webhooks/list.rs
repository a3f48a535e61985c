//! `/w/{workspace}/p/{project}/webhooks`: the deliveries, newest first, and what the page says when there are none.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::webhooks::look::{self, Filter};
use crate::domain::webhooks::overview;
use crate::domain::{App, keys};
use crate::error::{AppError, Result};
use crate::model::counted::Counted;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::model::name::{LONGEST_NAME, is_plain_text};
use crate::model::role::Deed;
use crate::model::webhook::{DeliveryId, DeliveryState};
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::keys::prefix_of_whole_key;
use crate::web::page::{self, Page};
use crate::web::webhooks::words::{self, Line};

/// How many deliveries a page has.
const PAGE_SIZE: u64 = 50;

/// How many keys are offered when what was typed means several.
const KEYS_OFFERED: u64 = 10;

/// The state of the list, all of it in the URL. What makes no sense filters nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Query {
    state: String,
    /// A key's id, or the beginning of its name or display prefix.
    key: String,
    before: String,
}

#[derive(Template)]
#[template(path = "webhooks/list.html")]
struct ListPage {
    page: Page,
    url: String,
    keys_url: String,
    query: Query,
    may_manage: bool,
    /// Whether there is or was any delivery.
    any: bool,
    filtered: bool,
    key: Option<Key>,
    /// What was typed means one of these keys, each with the link that says which.
    candidates: Vec<(Key, String)>,
    /// That these are not all, if they are not.
    candidates_shown: String,
    /// What stands in the field: what was typed, or how the key is known that a link has named.
    typed_key: String,
    rows: Vec<Row>,
    newest: String,
    next: String,
    shown: String,
}

impl ListPage {
    /// What webhooks are, and how the first one comes about.
    fn nothing_yet(&self) -> &'static str {
        if self.may_manage {
            "A webhook tells a program of yours that something happened. To see the first one: give a key a webhook URL, then \
             choose “Send a test event” on the key’s page."
        } else {
            "A webhook tells a program of yours that something happened. The first one appears here when a developer, admin or \
             owner sends a test event from a key’s page, or when there is an event for a key that has a webhook URL."
        }
    }
}

struct Row {
    line: Line,
    url: String,
    key: Option<Key>,
}

/// The states of the filter, and what it calls them.
const STATES: [(&str, &str, Option<DeliveryState>); 5] = [
    ("", "All", None),
    ("waiting", "Waiting", Some(DeliveryState::Waiting)),
    ("delivered", "Delivered", Some(DeliveryState::Delivered)),
    ("failed", "Failed", Some(DeliveryState::Failed)),
    ("stopped", "Stopped", Some(DeliveryState::Stopped)),
];

/// `GET …/webhooks`
pub async fn show(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let mut query = known(query);
    if let Some(prefix) = prefix_of_whole_key(&app, &query.key) {
        // The address of a page is no place for a key: on to one without it.
        query.key = prefix;
        let text = "You searched with a whole key. We looked for its display prefix instead; if anybody else could see your \
                    screen or your history, roll the key.";
        return Ok(page::redirect_with(&app, &link(&page, &query), &Flash::note(text)));
    }
    let (mut meant, total_meant) = meant_keys(&app, &page, &query.key).await?;
    let is_ambiguous = !query.key.is_empty() && meant.len() != 1;
    let mut deliveries = Vec::new();
    let mut counted = Counted::NONE;
    let proof = page.ring.read_keys();
    if !is_ambiguous {
        let filter = Filter {
            key: meant.first().map(|key| key.id),
            state: STATES
                .iter()
                .find(|(word, ..)| *word == query.state)
                .and_then(|(.., state)| *state),
            before: query.before.parse().ok(),
            ..Filter::default()
        };
        deliveries = look::list(&app, proof, filter, PAGE_SIZE + 1).await?;
        counted = look::counted(&app, proof, filter).await?;
    }
    let any = !deliveries.is_empty() || !look::list(&app, proof, Filter::default(), 1).await?.is_empty();
    let more = deliveries.len() as u64 > PAGE_SIZE;
    deliveries.truncate(usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX));
    let next = deliveries.last().filter(|_| more).map(|delivery| delivery.id);
    let names = overview::keys(&app, proof, &deliveries).await?;
    let now = app.now();
    let rows: Vec<_> = deliveries
        .into_iter()
        .map(|delivery| Row {
            url: page.delivery_url(delivery.id),
            key: delivery.key_id.and_then(|id| names.get(&id).cloned()),
            line: words::line(delivery, now),
        })
        .collect();
    let with = |change: &dyn Fn(&mut Query)| {
        let mut changed = query.clone();
        change(&mut changed);
        link(&page, &changed)
    };
    let candidates = if is_ambiguous {
        std::mem::take(&mut meant)
    } else {
        Vec::new()
    };
    page::ok(&ListPage {
        page: page.page_in(&app, "webhooks"),
        url: page.webhooks_url(),
        keys_url: page.url(),
        may_manage: page.workspace.standing.may(Deed::ManageKeys),
        any,
        filtered: !query.state.is_empty() || !query.key.is_empty() || !query.before.is_empty(),
        candidates_shown: page::newest(candidates.len(), total_meant, "keys"),
        candidates: candidates
            .into_iter()
            .map(|key| {
                let link = with(&|query| query.key = key.id.to_string());
                (key, link)
            })
            .collect(),
        typed_key: match meant.first() {
            Some(key) if query.key.parse::<KeyId>().is_ok() => key.display_prefix.clone(),
            _ => query.key.clone(),
        },
        key: meant.pop(),
        newest: match query.before.as_str() {
            "" => String::new(),
            _ => with(&|query| query.before.clear()),
        },
        next: next.map_or_else(String::new, |next| with(&|query| query.before = next.to_string())),
        shown: page::range(counted, rows.len(), ["delivery", "deliveries"]),
        rows,
        query,
    })
}

/// What of a query means something here. A word that is not plain text is not even asked for: no name can hold it.
fn known(query: Query) -> Query {
    let keep = |word: String, is_known: bool| if is_known { word } else { String::new() };
    let state_known = STATES.iter().any(|(word, ..)| *word == query.state);
    let before_known = query.before.parse::<DeliveryId>().is_ok();
    let typed = query.key.trim().chars().take(4 * LONGEST_NAME);
    Query {
        state: keep(query.state, state_known),
        key: typed.filter(|c| is_plain_text(c.encode_utf8(&mut [0; 4]))).collect(),
        before: keep(query.before, before_known),
    }
}

/// The keys that what was typed may mean: the one with this id, or those whose name or display prefix is like it; the newest of them,
/// and how many there are.
async fn meant_keys(app: &App, page: &KeysPage, typed: &str) -> Result<(Vec<Key>, Option<u64>)> {
    let proof = page.ring.read_keys();
    if typed.is_empty() {
        return Ok((Vec::new(), Some(0)));
    }
    if let Ok(id) = typed.parse::<KeyId>() {
        return match keys::find(app, proof, id).await {
            Ok(key) => Ok((vec![key], Some(1))),
            Err(AppError::NotFound) => Ok((Vec::new(), Some(0))),
            Err(other) => Err(other),
        };
    }
    let filter = keys::Filter {
        search: typed.to_owned(),
        status: keys::StatusFilter::All,
        ..keys::Filter::default()
    };
    let meant = keys::list(app, proof, &filter, KEYS_OFFERED).await?;
    let total = match meant.next {
        Some(_) => keys::counted(app, proof, &filter).await?.total,
        None => Some(meant.keys.len() as u64),
    };
    Ok((meant.keys, total))
}

/// The list with this query in its URL.
fn link(page: &KeysPage, query: &Query) -> String {
    let pairs = [("state", &query.state), ("key", &query.key), ("before", &query.before)];
    let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    match serde_html_form::to_string(pairs) {
        Ok(text) if !text.is_empty() => format!("{}?{text}", page.webhooks_url()),
        _ => page.webhooks_url(),
    }
}
