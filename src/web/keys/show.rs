//! `…/keys/{key}`: everything about a key, and what can be done with it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::keys::{self, Traffic};
use crate::domain::usage::report::{self, Report, Whose};
use crate::domain::webhooks::overview::{self, Overview};
use crate::domain::{App, audit};
use crate::error::Result;
use crate::model::audit::{Action, AuditEvent};
use crate::model::disablement;
use crate::model::key::{Key, KeyState};
use crate::model::role::Deed;
use crate::model::timestamp::{Timestamp, plural};
use crate::model::usage::Range;
use crate::model::webhook::Endpoint;
use crate::web::chart::{Chart, HEIGHT, WIDTH};
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::keys::words::{self, Badge, number};
use crate::web::page::{self, Page};
use crate::web::refusals::{self, Shown};
use crate::web::webhooks::words::{self as delivery_words, Line};

/// Where in its history the page stands. A cursor that is none is the beginning.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursor {
    before: String,
}

#[derive(Template)]
#[template(path = "keys/show.html")]
struct ShowPage {
    page: Page,
    list_url: String,
    url: String,
    key: Key,
    badge: Badge,
    type_label: String,
    may: &'static str,
    may_manage: bool,
    /// Whether this person may delete it, revoked or not.
    may_delete: bool,
    /// Neither frozen nor replaced already.
    can_roll: bool,
    is_disabled: bool,
    /// Refused for good, and waiting to be replaced.
    is_compromised: bool,
    /// Until when the previous signing secret signs too, if it does.
    overlaps_until: Option<Timestamp>,
    is_idle: bool,
    /// Whether its time is over, and that of the key it took over from.
    is_over: bool,
    replaces_is_over: bool,
    traffic: Traffic,
    /// Nothing, where there was no request.
    chart: Option<Chart>,
    refusals: Vec<RefusalLine>,
    last_refusals: Vec<Shown>,
    /// `/w/acme/requests?id=`
    requests_url: String,
    webhooks: Webhooks,
    /// Where its inbound tokens are, when the profile has any.
    inbound_url: Option<String>,
    events: Vec<AuditEvent>,
    /// Whether newer events exist than the ones shown.
    is_older: bool,
    older: String,
    shown: String,
    replaces: Option<Key>,
    replaced_by: Option<Key>,
    /// How much the old one of the two is used since the new one took over; nothing when it can not be used any more.
    lingering: Option<Lingering>,
}

/// What still comes with a key that was replaced.
struct Lingering {
    /// When it was replaced.
    since: Timestamp,
    /// The last request since then.
    last: Option<Timestamp>,
    today: String,
    /// Where both are side by side.
    url: String,
}

/// The webhooks of the key, and where its buttons lead.
struct Webhooks {
    /// `/w/acme/p/site`
    base: String,
    /// `/w/acme/p/site/webhooks`
    url: String,
    /// The last ones, newest first.
    lines: Vec<Line>,
    /// That these are not all, if they are not.
    shown: String,
    /// Whether a test event would go out.
    can_test: bool,
    /// Where its URL leads, when that is on.
    endpoint: Option<Endpoint>,
    off: Vec<Endpoint>,
    /// That these are not all, if they are not.
    off_shown: String,
}

struct RefusalLine {
    words: String,
    code: String,
    today: String,
    total: String,
}

/// `GET …/keys/{key}`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    let cursor: Cursor = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let before = cursor.before.parse().ok();
    let proof = page.ring.read_keys();
    let (key, mut traffic) = keys::traffic(&app, proof, key.0).await?;
    let trail = audit::of_key(&app, proof, key.id, before).await?;
    let replaces = keys::find_replaced(&app, proof, key.id).await?;
    let replaced_by = match key.replaced_by {
        Some(successor) => keys::find_if_there(&app, proof, successor).await?,
        None => None,
    };
    let chart = chart(&report::report(&app, Whose::Key(proof, &key), Range::Month).await?);
    let now = app.now();
    let lingering = match (&replaces, &replaced_by) {
        (_, Some(new)) => lingering(&page, &key, &traffic, new, now),
        (Some(old), None) => {
            let (old, traffic) = keys::traffic(&app, proof, old.id).await?;
            lingering(&page, &old, &traffic, &key, now)
        }
        (None, None) => None,
    };
    let refusals = traffic.refusals.iter().map(|refusal| {
        let (words, code) = refusals::reason(&refusal.reason);
        RefusalLine {
            words,
            code: app.profile.errors.case.write(code).into_owned(),
            today: number(refusal.today),
            total: number(refusal.total),
        }
    });
    let webhooks = webhooks(&page, &key, overview::of_key(&app, proof, &key).await?, now);
    page::ok(&ShowPage {
        page: page.page(&app),
        list_url: page.url(),
        url: page.key_url(key.id),
        badge: words::badge(&key, now),
        type_label: words::type_label(&app, &key),
        may: words::key_may(&app, &key),
        may_manage: page.workspace.standing.may(Deed::ManageKeys) && !key.is_frozen(),
        may_delete: page.workspace.standing.may(Deed::ManageKeys) && app.profile.api.deletion,
        can_roll: key.replaced_by.is_none() && !key.is_frozen() && app.profile.key_type(&key.type_id).is_some(),
        is_disabled: key.is_disabled(now),
        is_compromised: key.state == KeyState::Compromised,
        overlaps_until: key.previous_secret_until.filter(|until| *until > now),
        is_over: key.is_expired(now),
        replaces_is_over: replaces.as_ref().is_some_and(|old| old.is_expired(now)),
        is_idle: words::is_idle(&key, now),
        chart,
        refusals: refusals.collect(),
        last_refusals: refusals::all_shown(&app, std::mem::take(&mut traffic.last_refusals)),
        requests_url: format!("{}/requests?id=", page.workspace.url()),
        traffic,
        webhooks,
        inbound_url: app.profile.inbound.as_ref().map(|_| page.inbound_url(key.id)),
        is_older: before.is_some(),
        older: trail.next.map_or_else(String::new, |id| {
            format!("{}?before={id}#history", page.key_url(key.id))
        }),
        shown: page::range(trail.counted, trail.events.len(), ["entry", "entries"]),
        events: trail.events,
        replaces,
        replaced_by,
        lingering,
        key,
    })
}

fn chart(report: &Report) -> Option<Chart> {
    let title = format!("Requests by day in the last {}", report.range.words());
    let series = report.series.first().filter(|_| !report.is_empty())?;
    Some(Chart::new(title, report.range.unit(), report.first, &series.points))
}

fn lingering(page: &KeysPage, old: &Key, traffic: &Traffic, new: &Key, now: Timestamp) -> Option<Lingering> {
    let last = old.last_use.as_ref().map(|last| last.at);
    (!old.is_frozen() && !old.is_expired(now)).then(|| Lingering {
        since: new.created_at,
        last: last.filter(|at| *at > new.created_at),
        today: plural(traffic.accepted_today(), "request"),
        url: format!("{}/roll", page.key_url(old.id)),
    })
}

fn webhooks(page: &KeysPage, key: &Key, overview: Overview, now: Timestamp) -> Webhooks {
    let is_off = overview
        .endpoint
        .as_ref()
        .is_some_and(|endpoint| endpoint.off.is_some());
    Webhooks {
        base: page.base_url(),
        url: page.webhooks_url(),
        shown: page::newest(overview.latest.len(), overview.total, "deliveries"),
        lines: overview
            .latest
            .into_iter()
            .map(|delivery| delivery_words::line(delivery, now))
            .collect(),
        can_test: key.webhook_url.is_some() && key.has_signing_secret && !is_off,
        endpoint: overview.endpoint.filter(|endpoint| endpoint.off.is_none()),
        off_shown: page::newest(overview.off.len(), overview.total_off, "endpoints that are off"),
        off: overview.off,
    }
}
