//! The page: figures, a chart and the same in a table; environments, reasons and keys, each a link to where there is more.

use std::collections::{BTreeMap, HashMap};

use actix_web::HttpResponse;
use askama::Template;
use uuid::Uuid;

use super::query::Query;
use super::words::{change, share};
use crate::domain::usage::report::{self, KeySum, Report, Which, Whose};
use crate::domain::{App, projects};
use crate::error::Result;
use crate::model::key::Key;
use crate::model::usage::{Counts, Range, Series, Unit};
use crate::profile::KeyOwner;
use crate::web::amounts::grouped;
use crate::web::chart::{Chart, HEIGHT, WIDTH, moment};
use crate::web::extract::{KeysPage, WorkspacePage};
use crate::web::keys::choices::environment_label;
use crate::web::page::{self, Page};
use crate::web::refusals;

/// How many routes are listed.
const ROUTES: usize = 10;

/// Whose page it is, and where it stands.
pub(super) struct About {
    page: Page,
    title: String,
    lead: String,
    /// `/w/acme/usage`
    url: String,
    /// Where its keys are made, or the key itself is.
    keys_url: String,
    /// A key has one environment, and lists no keys.
    is_key: bool,
}

#[derive(Template)]
#[template(path = "usage/show.html")]
struct UsagePage {
    about: About,
    page: Page,
    query: Query,
    ranges: Vec<Link>,
    environments: Vec<Link>,
    table_url: String,
    is_empty: bool,
    /// The longest range, where there may be more to see.
    longest: Option<String>,
    figures: Vec<Figure>,
    chart: Chart,
    lines: Vec<Line>,
    by_environment: Vec<EnvironmentLine>,
    routes: Vec<RouteLine>,
    reasons: Vec<ReasonLine>,
    limits: Vec<LimitLine>,
    /// The reason whose keys are listed, in words.
    reason: String,
    without_reason: String,
    keys: Vec<KeyLine>,
}

struct Link {
    label: String,
    url: String,
    is_current: bool,
}

struct Figure {
    value: String,
    label: &'static str,
    change: String,
}

/// An hour or day with anything in it.
struct Line {
    at: String,
    accepted: String,
    refused: String,
}

struct EnvironmentLine {
    label: &'static str,
    url: String,
    accepted: String,
    refused: String,
}

struct RouteLine {
    /// Empty, when no route names them.
    name: String,
    accepted: String,
    share: String,
}

struct ReasonLine {
    words: String,
    code: String,
    url: String,
    count: String,
    share: String,
}

/// A limit that had no room.
struct LimitLine {
    name: String,
    count: String,
    share: String,
}

struct KeyLine {
    name: String,
    display_prefix: String,
    environment: &'static str,
    /// Empty, when it is deleted.
    url: String,
    accepted: String,
    refused: String,
}

impl About {
    pub(super) fn workspace(app: &App, workspace: &WorkspacePage) -> Self {
        Self {
            page: workspace.page(app, "usage"),
            title: "Usage".to_owned(),
            lead: "Requests with all keys of this workspace, by the time of UTC.".to_owned(),
            url: format!("{}/usage", workspace.url()),
            keys_url: match app.profile.api.keys_belong_to {
                KeyOwner::Workspace => format!("{}/keys", workspace.url()),
                KeyOwner::Project => workspace.url(),
            },
            is_key: false,
        }
    }

    pub(super) fn ring(app: &App, page: &KeysPage) -> Self {
        Self {
            page: page.page_in(app, "usage"),
            title: "Usage".to_owned(),
            lead: "Requests with all keys of this project, by the time of UTC.".to_owned(),
            url: format!("{}/usage", page.base_url()),
            keys_url: page.url(),
            is_key: false,
        }
    }

    pub(super) fn key(app: &App, page: &KeysPage, key: &Key) -> Self {
        Self {
            page: page.page(app),
            title: format!("Usage of {}", key.name),
            lead: "Requests with this key, by the time of UTC.".to_owned(),
            url: format!("{}/usage", page.key_url(key.id)),
            keys_url: page.key_url(key.id),
            is_key: true,
        }
    }
}

pub(super) async fn answer(app: &App, about: About, whose: Whose<'_>, query: &Query) -> Result<HttpResponse> {
    let report = report::report(app, whose, query.range).await?;
    let which = Which {
        environment: query.environment,
        reason: Some(query.reason.as_str()).filter(|reason| !reason.is_empty()),
    };
    let keys = report::top_keys(app, whose, query.range, which).await?;
    let key_urls = key_urls(app, whose, &about).await?;
    let (points, before) = together(&report, query);
    let sum = summed(&points);
    let (unit, range) = (report.range.unit(), report.range);
    let title = format!("Requests by {} in the last {}", unit.words(), range.words());
    page::ok(&UsagePage {
        ranges: ranges(&about.url, query),
        environments: environments(app, &about, query),
        table_url: format!("{}.csv{}", about.url, query.with_reason("").link()),
        is_empty: sum.all() == 0,
        longest: (range != Range::Year).then(|| format!("{}{}", about.url, query.with_range(Range::Year).link())),
        figures: figures(&sum, &before, range),
        chart: Chart::new(title, unit, report.first, &points),
        lines: lines(&report, &points),
        by_environment: by_environment(&report, &about, query),
        routes: routes(&report, query, sum.accepted),
        reasons: reasons(app, &sum, &about, query),
        limits: limits(&report, query),
        reason: match query.reason.as_str() {
            "" => String::new(),
            reason => refusals::reason(reason).0,
        },
        without_reason: format!("{}{}#keys", about.url, query.with_reason("").link()),
        keys: keys.into_iter().map(|key| key_line(key, &key_urls, query)).collect(),
        page: about.page.clone(),
        query: query.clone(),
        about,
    })
}

/// The environments that are looked at.
fn chosen<'a>(report: &'a Report, query: &Query) -> impl Iterator<Item = &'a Series> {
    let only = query.environment;
    let series = report.series.iter();
    series.filter(move |series| only.is_none_or(|only| only == series.environment))
}

/// Those taken together.
fn together(report: &Report, query: &Query) -> (Vec<Counts>, Counts) {
    let (mut points, mut before) = (vec![Counts::default(); report.range.length()], Counts::default());
    for series in chosen(report, query) {
        for (point, more) in points.iter_mut().zip(&series.points) {
            point.add_all(more);
        }
        before.add_all(&series.before);
    }
    (points, before)
}

fn lines(report: &Report, points: &[Counts]) -> Vec<Line> {
    let unit = report.range.unit();
    let points = points.iter().enumerate().rev().filter(|(_, point)| point.all() > 0);
    let line = |(place, point): (usize, &Counts)| Line {
        at: moment(unit, report.first + place as i64),
        accepted: grouped(point.accepted),
        refused: grouped(point.refused()),
    };
    points.map(line).collect()
}

fn summed(points: &[Counts]) -> Counts {
    let mut sum = Counts::default();
    points.iter().for_each(|point| sum.add_all(point));
    sum
}

fn ranges(url: &str, query: &Query) -> Vec<Link> {
    let link = |range: Range| Link {
        label: range.words().to_owned(),
        url: format!("{url}{}", query.with_range(range).link()),
        is_current: range == query.range,
    };
    Range::ALL.map(link).into()
}

/// Nothing, where there is nothing to choose.
fn environments(app: &App, about: &About, query: &Query) -> Vec<Link> {
    let known = app.profile.environments();
    if known.len() < 2 || about.is_key {
        return Vec::new();
    }
    let all = [None].into_iter().chain(known.into_iter().map(Some));
    all.map(|environment| Link {
        label: environment.map_or("All", environment_label).to_owned(),
        url: format!("{}{}", about.url, query.with_environment(environment).link()),
        is_current: environment == query.environment,
    })
    .collect()
}

fn figures(sum: &Counts, before: &Counts, range: Range) -> Vec<Figure> {
    let figure = |label, of: fn(&Counts) -> i64| Figure {
        value: grouped(of(sum)),
        label,
        change: change(of(sum), of(before), range),
    };
    vec![
        figure("requests", Counts::all),
        figure("accepted", |counts| counts.accepted),
        figure("refused", Counts::refused),
    ]
}

fn by_environment(report: &Report, about: &About, query: &Query) -> Vec<EnvironmentLine> {
    if about.is_key || query.environment.is_some() || report.series.len() < 2 {
        return Vec::new();
    }
    let line = |series: &Series| {
        let sum = series.sum();
        EnvironmentLine {
            label: environment_label(series.environment),
            url: format!(
                "{}{}",
                about.url,
                query.with_environment(Some(series.environment)).link()
            ),
            accepted: grouped(sum.accepted),
            refused: grouped(sum.refused()),
        }
    };
    report.series.iter().map(line).collect()
}

/// Nothing, where no route names anything.
fn routes(report: &Report, query: &Query, accepted: i64) -> Vec<RouteLine> {
    let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
    for (route, count) in chosen(report, query).flat_map(|series| &series.routes) {
        *counted.entry(route).or_default() += count;
    }
    if counted.keys().all(|route| route.is_empty()) {
        return Vec::new();
    }
    let mut counted: Vec<_> = counted.into_iter().collect();
    counted.sort_by_key(|(route, count)| (std::cmp::Reverse(*count), *route));
    let line = |(name, count): (&str, i64)| RouteLine {
        name: name.to_owned(),
        accepted: grouped(count),
        share: share(count, accepted),
    };
    counted.into_iter().take(ROUTES).map(line).collect()
}

fn reasons(app: &App, sum: &Counts, about: &About, query: &Query) -> Vec<ReasonLine> {
    let mut counted: Vec<_> = sum.refused.iter().filter(|(_, count)| **count > 0).collect();
    counted.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), reason.as_str()));
    let line = |(reason, count): (&String, &i64)| {
        let (words, code) = refusals::reason(reason);
        ReasonLine {
            words,
            code: app.profile.errors.case.write(code).into_owned(),
            url: match about.is_key {
                true => format!("{}#refusals", about.keys_url),
                false => format!("{}{}#keys", about.url, query.with_reason(reason).link()),
            },
            count: grouped(*count),
            share: share(*count, sum.refused()),
        }
    };
    counted.into_iter().map(line).collect()
}

fn limits(report: &Report, query: &Query) -> Vec<LimitLine> {
    let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
    for (limit, count) in chosen(report, query).flat_map(|series| &series.limits) {
        *counted.entry(limit).or_default() += count;
    }
    let all = counted.values().sum();
    let mut counted: Vec<_> = counted.into_iter().collect();
    counted.sort_by_key(|(limit, count)| (std::cmp::Reverse(*count), *limit));
    let line = |(name, count): (&str, i64)| LimitLine {
        name: name.to_owned(),
        count: grouped(count),
        share: share(count, all),
    };
    counted.into_iter().map(line).collect()
}

/// Where the keys of each owner are.
async fn key_urls(app: &App, whose: Whose<'_>, about: &About) -> Result<HashMap<Uuid, String>> {
    Ok(match whose {
        Whose::Workspace(standing) => {
            let url = format!("/w/{}", standing.workspace.slug);
            let projects = projects::list(app, standing).await?.into_iter();
            let of_projects = projects.map(|project| (project.id.0, format!("{url}/p/{}/keys", project.slug)));
            let own = (standing.workspace.id.0, format!("{url}/keys"));
            of_projects.chain([own]).collect()
        }
        Whose::Ring(proof) => HashMap::from([(proof.ring().owner_id().0, about.keys_url.clone())]),
        Whose::Key(..) => HashMap::new(),
    })
}

fn key_line(key: KeySum, urls: &HashMap<Uuid, String>, query: &Query) -> KeyLine {
    let link = query.with_environment(None).with_reason("").link();
    let url = urls.get(&key.owner.0).filter(|_| !key.is_deleted);
    KeyLine {
        url: url.map_or_else(String::new, |url| format!("{url}/{}/usage{link}", key.id)),
        name: key.name,
        display_prefix: key.display_prefix,
        environment: key.environment.as_str(),
        accepted: grouped(key.accepted),
        refused: grouped(key.refused),
    }
}
