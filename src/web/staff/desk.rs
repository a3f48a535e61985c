//! `/staff`: finding a customer's key by its display prefix. What is typed travels in a body, never in an address: it may
//! be a whole key, and addresses are written down everywhere.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use secrecy::ExposeSecret;

use crate::domain::App;
use crate::domain::refused_requests;
use crate::domain::staff::{self, Found, Refused, Typed};
use crate::error::{FieldErrors, Result};
use crate::model::key::{Key, KeyStatus, LastUse};
use crate::model::key_format::KeyText;
use crate::model::request_id::RequestId;
use crate::model::spoken::LEAST;
use crate::model::timestamp::{DAY, HOUR, Timestamp, plural};
use crate::profile::{Access, KeyType};
use crate::web::amounts::grouped;
use crate::web::extract::{KeyPath, StaffPage};
use crate::web::page::{self, Page};
use crate::web::refusals::{self, Shown};
use crate::web::staff::form::{LookUp, StaffForm};
use crate::web::webhooks::words::{self as delivery_words, Line};

#[derive(Template)]
#[template(path = "staff/desk.html")]
struct DeskPage {
    page: Page,
    /// What was typed, where it is safe to show again.
    prefix: String,
    errors: FieldErrors,
    whole_key: bool,
    /// What was found; none when nothing was looked for.
    cards: Option<Vec<Card>>,
    /// That these are not all, if they are not.
    shown: String,
    /// Of the near ones, that these are not all, if they are not.
    near_shown: String,
}

#[derive(Template)]
#[template(path = "staff/key.html")]
struct KeyLookUpPage {
    page: Page,
    card: Card,
    last_refusals: Vec<Shown>,
    /// What comes before the id of a request in the address of the page about it.
    requests_url: &'static str,
    webhooks: Vec<Line>,
    /// That these are not all, if they are not.
    refusals_shown: String,
    webhooks_shown: String,
    endpoints_shown: String,
}

struct Card {
    found: Found,
    /// Not exactly what was typed.
    is_near: bool,
    url: String,
    shown_prefix: String,
    status: KeyStatus,
    /// `5 d`, behind "Expires in".
    status_detail: String,
    /// `Restricted key, 4 scopes`
    kind: String,
    /// `97 credits`, where there are any.
    credits: Option<String>,
}

/// `GET /staff`
pub async fn show(app: Data<App>, desk: StaffPage) -> Result<HttpResponse> {
    page::ok(&desk_page(&app, &desk))
}

/// `GET /staff/lookups`: where a reload of the answer ends.
pub async fn again(_: StaffPage) -> Result<HttpResponse> {
    Ok(page::redirect("/staff"))
}

/// `POST /staff/lookups`
pub async fn submit(app: Data<App>, look_up: StaffForm<LookUp>) -> Result<HttpResponse> {
    let StaffForm { desk, form } = look_up;
    let typed = KeyText::presented(form.display_prefix.expose_secret().to_owned());
    let mut answer = desk_page(&app, &desk);
    // What a request is called is no secret, and has a page with an address.
    let is_named = async |id: &RequestId| refused_requests::is_on_record(&app, &desk.staff, id).await;
    let id = match RequestId::spoken(typed.expose_secret()) {
        Some(id) => Some(id),
        // Proxies write what could be something else, too.
        None => match RequestId::by_proxy(typed.expose_secret().trim()) {
            Some(id) if is_named(&id).await? => Some(id),
            _ => None,
        },
    };
    if let Some(id) = id {
        return Ok(page::redirect(&format!("/staff/requests/{id}")));
    }
    match staff::by_display_prefix(&app, &desk.staff, &typed).await? {
        Ok(looked) => {
            answer.prefix = showable(looked.typed);
            answer.shown = page::newest(looked.found.len(), looked.total, "keys");
            answer.near_shown = page::first(looked.near.len(), looked.near_total, "near keys");
            let exact = looked.found.into_iter().map(|found| card(&app, found));
            let near = looked.near.into_iter().map(|found| Card {
                is_near: true,
                ..card(&app, found)
            });
            answer.cards = Some(exact.chain(near).collect());
            page::ok(&answer)
        }
        Err(refused) => {
            answer.whole_key = refused == Refused::WholeKey;
            answer.errors = FieldErrors::one("display_prefix", words(&refused));
            if let Refused::TooShort { typed, .. } = refused {
                answer.prefix = showable(typed);
            }
            page::unprocessable(&answer)
        }
    }
}

/// `GET /staff/keys/{key}`
pub async fn key(app: Data<App>, desk: StaffPage, key: KeyPath) -> Result<HttpResponse> {
    let mut found = staff::by_id(&app, &desk.staff, key.0).await?;
    let last_refusals = refusals::all_shown(&app, std::mem::take(&mut found.refusals));
    let webhooks = std::mem::take(&mut found.webhooks);
    let totals = found.totals;
    page::ok(&KeyLookUpPage {
        refusals_shown: page::newest(last_refusals.len(), totals.refusals, "refusals"),
        webhooks_shown: page::newest(webhooks.len(), totals.webhooks, "deliveries"),
        endpoints_shown: page::newest(
            found.endpoints_off.len(),
            totals.endpoints_off,
            "endpoints that are off",
        ),
        page: desk.person.page(&app, "staff"),
        card: card(&app, found),
        last_refusals,
        requests_url: "/staff/requests/",
        webhooks: webhooks
            .into_iter()
            .map(|delivery| delivery_words::line(delivery, app.now()))
            .collect(),
    })
}

fn desk_page(app: &App, desk: &StaffPage) -> DeskPage {
    DeskPage {
        page: desk.person.page(app, "staff"),
        prefix: String::new(),
        errors: FieldErrors::default(),
        whole_key: false,
        cards: None,
        shown: String::new(),
        near_shown: String::new(),
    }
}

fn showable(typed: Typed) -> String {
    if typed.is_showable { typed.prefix } else { String::new() }
}

fn words(refused: &Refused) -> String {
    match refused {
        Refused::Empty => "Enter the display prefix that the customer reads to you.".to_owned(),
        Refused::TooShort { least, .. } => {
            format!("Enter all {least} characters of the display prefix, or at least {LEAST} of those after its fixed beginning.")
        }
        Refused::WholeKey => "Enter the display prefix only.".to_owned(),
        Refused::NotAPrefix => {
            "This is no display prefix. Ask for the beginning of the key, as the list of keys shows it, or for the X-Request-Id of an \
             answer (req_…).".to_owned()
        }
        Refused::Email => "This is an email address. Ask for the display prefix of the key, or for its id.".to_owned(),
        Refused::Words => {
            "No key is written like this. Ask for the display prefix of the key, or for its id.".to_owned()
        }
    }
}

fn card(app: &App, found: Found) -> Card {
    let key_type = app.profile.key_type(&found.key.type_id);
    let format = key_type.and_then(|key_type| key_type.format(found.key.environment));
    let prefix = &found.key.display_prefix;
    let status = found.key.status(app.now());
    Card {
        is_near: false,
        url: format!("/staff/keys/{}", found.key.id),
        shown_prefix: format.map_or_else(|| prefix.clone(), |format| format.shown(prefix)),
        status_detail: match status {
            KeyStatus::Expiring(at) => until(at, app.now()),
            _ => String::new(),
        },
        kind: kind(&found.key, key_type),
        credits: credits(app, found.credits),
        status,
        found,
    }
}

fn credits(app: &App, balance: Option<i64>) -> Option<String> {
    let unit = &app.profile.credits.as_ref()?.unit;
    Some(format!("{} {unit}", grouped(balance?)))
}

fn kind(key: &Key, key_type: Option<&KeyType>) -> String {
    let label = key_type.map_or(key.type_id.as_str(), |key_type| &key_type.label);
    let access = match key_type.map(|key_type| key_type.access) {
        Some(Access::All) => "everything".to_owned(),
        Some(Access::Read) => "reads only".to_owned(),
        Some(Access::Scopes) | None => plural(i64::try_from(key.scopes.len()).unwrap_or(i64::MAX), "scope"),
    };
    format!("{label}, {access}")
}

/// `5 d`, `3 h`
fn until(at: Timestamp, now: Timestamp) -> String {
    let left = at.millis() - now.millis();
    if left >= DAY {
        format!("{} d", left / DAY)
    } else {
        format!("{} h", left / HOUR)
    }
}

impl DeskPage {
    fn hint(&self) -> String {
        format!(
            "As you hear it, spelled or not; {LEAST} of the characters after its fixed beginning are enough. Or a whole id."
        )
    }

    fn exact(&self) -> usize {
        let cards = self.cards.as_ref();
        cards.map_or(0, |cards| cards.iter().filter(|card| !card.is_near).count())
    }

    fn near(&self) -> usize {
        self.cards.as_ref().map_or(0, |cards| cards.len() - self.exact())
    }
}

impl Card {
    fn is_compromised(&self) -> bool {
        self.status == KeyStatus::Compromised
    }

    fn last_use(&self) -> Option<&LastUse> {
        self.found.key.last_use.as_ref()
    }
}
