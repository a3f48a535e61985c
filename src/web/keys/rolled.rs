//! `…/keys/{key}/roll` of a key that was rolled: the old and the new key side by side, and whether the old one can go.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::{self, Grace, Half, OldKey, later_end};
use crate::error::Result;
use crate::model::key::{Key, KeyStatus};
use crate::model::role::Deed;
use crate::model::timestamp::Timestamp;
use crate::web::chart::Spark;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::words::{self, Badge, number};
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GraceForm {
    grace: String,
}

#[derive(Template)]
#[template(path = "keys/rolled.html")]
struct RolledPage {
    page: Page,
    /// That of the old key.
    url: String,
    name: String,
    /// The old key first; the new one, if it is still there.
    halves: Vec<Side>,
    verdict: OldKey,
    /// For who may revoke the old key, or let it work longer.
    may_manage: bool,
    graces: Vec<(&'static str, String)>,
}

/// One of the two.
struct Side {
    title: &'static str,
    key: Key,
    url: String,
    badge: Badge,
    today: String,
    this_hour: String,
    spark: Spark,
}

/// What is read out when that changes.
fn word(old: &OldKey) -> &'static str {
    match old {
        OldKey::Gone(_) => "The old key is refused",
        OldKey::Idle(_) => "Safe to revoke",
        OldKey::Used(_) => "Still used",
        OldKey::Tried(_) => "Still sent",
    }
}

/// `GET …/keys/{key}/roll` of a key that was rolled.
pub(super) async fn show(app: &App, page: &KeysPage, old: &Key) -> Result<HttpResponse> {
    let (proof, now) = (page.ring.read_keys(), app.now());
    let half = keys::half(app, proof, old.id).await?;
    let (old, status, tried) = (half.key.clone(), half.key.status(now), half.tried);
    let mut halves = vec![side(page, "Old key", half, now)];
    if let Some(new) = old.replaced_by
        && let Some(new) = keys::find_if_there(app, proof, new).await?
    {
        halves.push(side(page, "New key", keys::half(app, proof, new.id).await?, now));
    }
    let may_manage = page.workspace.standing.may(Deed::ManageKeys) && !old.is_frozen();
    let graces = [(Grace::OneDay, "24 hours"), (Grace::SevenDays, "7 days")];
    let grace = |(grace, words): (Grace, &str)| {
        later_end(&old, grace, now)?;
        Some((grace.as_str(), format!("{words} from now")))
    };
    let is_compromised = status == KeyStatus::Compromised;
    page::ok(&RolledPage {
        page: page.page(app),
        url: page.key_url(old.id),
        name: old.name.clone(),
        halves,
        verdict: OldKey::of(&old, tried, now),
        may_manage,
        graces: graces
            .into_iter()
            .filter_map(grace)
            .filter(|_| !is_compromised)
            .collect(),
    })
}

fn side(page: &KeysPage, title: &'static str, half: Half, now: Timestamp) -> Side {
    let spark = Spark::new(&half.daily);
    Side {
        title,
        url: page.key_url(half.key.id),
        badge: words::badge(&half.key, now),
        today: number(spark.today),
        this_hour: number(half.this_hour),
        spark,
        key: half.key,
    }
}

/// `POST …/keys/{key}/grace`
pub async fn extend(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<GraceForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::extend(&app, proof, key.0, Grace::parse(&form.0.grace)?).await?;
    let end = key.expires_at.map_or_else(String::new, Timestamp::exact);
    let to = format!("{}/roll", page.key_url(key.id));
    Ok(page::redirect_with(
        &app,
        &to,
        &Flash::good(format!("The old key works until {end}.")),
    ))
}
