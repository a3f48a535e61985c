//! `…/keys/{key}/roll` of a key that was rolled: the old and the new key side by side, and whether the old one can go.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::{self, Grace, Half, later_end};
use crate::error::Result;
use crate::model::key::{Key, KeyStatus};
use crate::model::role::Deed;
use crate::model::timestamp::{DAY, Timestamp};
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
    verdict: Verdict,
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

/// Whether the old key can go.
enum Verdict {
    /// It is refused already, and since when, where that is known.
    Gone(Option<Timestamp>),
    /// Nobody has used it for a day; when it was used last.
    Safe(Option<Timestamp>),
    Used(Timestamp, String, String),
    /// Nobody was let in with it for a day, but so many requests were refused.
    Tried(i64),
}

impl Verdict {
    fn of(old: &Key, tried: i64, now: Timestamp) -> Self {
        match (old.status(now), &old.last_use) {
            (KeyStatus::Revoked | KeyStatus::Compromised, _) => Self::Gone(old.revoked_at),
            (KeyStatus::Expired(at), _) => Self::Gone(Some(at)),
            (_, Some(last)) if last.at.plus(DAY) > now => {
                Self::Used(last.at, last.address.clone(), last.user_agent.clone())
            }
            _ if tried > 0 => Self::Tried(tried),
            (_, last) => Self::Safe(last.as_ref().map(|last| last.at)),
        }
    }

    /// What is read out when that changes.
    fn word(&self) -> &'static str {
        match self {
            Self::Gone(_) => "The old key is refused",
            Self::Safe(_) => "Safe to revoke",
            Self::Used(..) => "Still used",
            Self::Tried(_) => "Still sent",
        }
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
        verdict: Verdict::of(&old, tried, now),
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
