//! `/w/{workspace}/p/{project}/keys`: the list, its filters, and what it says when there is nothing to list.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::keys::{Filter, StatusFilter};
use crate::domain::{App, keys};
use crate::error::Result;
use crate::model::key::Key;
use crate::model::name::{LONGEST_NAME, is_plain_text};
use crate::model::role::Deed;
use crate::web::chart::Spark;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::keys::choices;
use crate::web::keys::snippets::{self, Call, KeyFrom};
use crate::web::keys::words::{self, Badge};
use crate::web::page::{self, Page};

/// How many keys a page has.
const PAGE_SIZE: u64 = 50;

/// The state of the list, all of it in the URL. What makes no sense filters nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Query {
    q: String,
    environment: String,
    #[serde(rename = "type")]
    type_id: String,
    status: String,
    before: String,
}

#[derive(Template)]
#[template(path = "keys/list.html")]
struct ListPage {
    page: Page,
    url: String,
    query: Query,
    may_manage: bool,
    any: bool,
    filtered: bool,
    rows: Vec<Row>,
    types: Vec<(String, String)>,
    environments: Vec<(&'static str, &'static str)>,
    newest: String,
    next: String,
    shown: String,
    curl: String,
}

struct Row {
    key: Key,
    url: String,
    type_label: String,
    may: &'static str,
    scopes_more: usize,
    badge: Badge,
    spark: Spark,
    is_idle: bool,
}

/// How many scopes a row shows.
const SCOPES_SHOWN: usize = 2;

/// The statuses of the filter, and what it calls them.
const STATUSES: [(&str, &str, StatusFilter); 8] = [
    ("", "All but revoked", StatusFilter::Living),
    ("active", "Active", StatusFilter::Active),
    ("expiring", "Expiring soon", StatusFilter::Expiring),
    ("expired", "Expired", StatusFilter::Expired),
    ("disabled", "Disabled", StatusFilter::Disabled),
    ("compromised", "Compromised", StatusFilter::Compromised),
    ("revoked", "Revoked", StatusFilter::Revoked),
    ("all", "All", StatusFilter::All),
];

/// `GET …/keys`
pub async fn show(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    let query: Query = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let mut query = known(&app, query);
    if let Some(prefix) = prefix_of_whole_key(&app, &query.q) {
        // The address of a page is no place for a key: on to one without it.
        query.q = prefix;
        let to = link(&page.url(), &query);
        let text = "You searched with a whole key. We looked for its display prefix instead; if anybody else could see your \
                    screen or your history, roll the key.";
        return Ok(page::redirect_with(&app, &to, &Flash::note(text)));
    }
    let (proof, filter) = (page.ring.read_keys(), filter(&query));
    let list = keys::list(&app, proof, &filter, PAGE_SIZE).await?;
    let counted = keys::counted(&app, proof, &filter).await?;
    let now = app.now();
    let next = list.next.map(|next| {
        let query = Query {
            before: next.to_string(),
            ..query.clone()
        };
        link(&page.url(), &query)
    });
    let rows: Vec<_> = list
        .keys
        .into_iter()
        .map(|key| Row {
            url: page.key_url(key.id),
            type_label: words::type_label(&app, &key),
            may: words::key_may(&app, &key),
            scopes_more: key.scopes.len().saturating_sub(SCOPES_SHOWN),
            badge: words::badge(&key, now),
            spark: Spark::new(&list.daily.get(&key.id).copied().unwrap_or_default()),
            is_idle: words::is_idle(&key, now),
            key,
        })
        .collect();
    let newest = if query.before.is_empty() {
        String::new()
    } else {
        let query = Query {
            before: String::new(),
            ..query.clone()
        };
        link(&page.url(), &query)
    };
    page::ok(&ListPage {
        page: page.page(&app),
        url: page.url(),
        may_manage: page.workspace.standing.may(Deed::ManageKeys),
        any: list.any,
        filtered: !query.q.is_empty()
            || !query.environment.is_empty()
            || !query.type_id.is_empty()
            || !query.status.is_empty()
            || !query.before.is_empty(),
        shown: page::range(counted, rows.len(), ["key", "keys"]),
        types: app
            .profile
            .key_types
            .iter()
            .map(|key_type| (key_type.id.clone(), key_type.label.clone()))
            .collect(),
        environments: app
            .profile
            .environments()
            .into_iter()
            .map(|environment| (environment.as_str(), choices::environment_label(environment)))
            .collect(),
        next: next.unwrap_or_default(),
        newest,
        curl: Call::me(&app).curl(KeyFrom::Variable(&snippets::variable(&app, "API_KEY"))),
        rows,
        query,
    })
}

/// What of a query means something here. A word that is not plain text is not even asked for: no name can hold it.
fn known(app: &App, query: Query) -> Query {
    let q: String = query.q.trim().chars().take(4 * LONGEST_NAME).collect();
    let keep = |word: String, is_known: bool| if is_known { word } else { String::new() };
    let type_known = app.profile.key_type(&query.type_id).is_some();
    let environment_known = query.environment.parse::<crate::profile::Environment>().is_ok();
    let status_known = STATUSES.iter().any(|(word, ..)| *word == query.status);
    let before_known = query.before.parse::<crate::model::ids::KeyId>().is_ok();
    Query {
        q: q.chars()
            .filter(|c| is_plain_text(c.encode_utf8(&mut [0; 4])))
            .collect(),
        environment: keep(query.environment, environment_known),
        type_id: keep(query.type_id, type_known),
        status: keep(query.status, status_known),
        before: keep(query.before, before_known),
    }
}

fn filter(query: &Query) -> Filter {
    let word = |text: &String| (!text.is_empty()).then(|| text.clone());
    Filter {
        search: query.q.clone(),
        environment: word(&query.environment),
        type_id: word(&query.type_id),
        status: STATUSES
            .iter()
            .find(|(word, ..)| *word == query.status)
            .map_or(StatusFilter::Living, |(.., status)| *status),
        before: query.before.parse().ok(),
    }
}

/// Whoever pastes a whole key is looking for that key.
pub(in crate::web) fn prefix_of_whole_key(app: &App, text: &str) -> Option<String> {
    let key_type = app.profile.key_types_of_text(text).next()?;
    let format = key_type.format(key_type.environment_of(text)?)?;
    Some(format.display_prefix(text))
}

/// The list with this query in its URL.
fn link(url: &str, query: &Query) -> String {
    let pairs: Vec<_> = [
        ("q", &query.q),
        ("environment", &query.environment),
        ("type", &query.type_id),
        ("status", &query.status),
        ("before", &query.before),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect();
    match serde_html_form::to_string(pairs) {
        Ok(text) if !text.is_empty() => format!("{url}?{text}"),
        _ => url.to_owned(),
    }
}
