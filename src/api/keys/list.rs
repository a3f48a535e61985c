//! `GET {base}/api-keys`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::caller::KeyKeeper;
use crate::api::errors::Result;
use crate::api::keys::KeyView;
use crate::api::query::Query;
use crate::domain::keys::{Filter, StatusFilter};
use crate::domain::{App, keys};
use crate::profile::{Environment, Profile};

/// A page of keys, newest first.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    data: Vec<KeyView>,
    /// Send it as `before` to get the next page; `null` on the last one.
    next: Option<String>,
}

const DEFAULT_LIMIT: u64 = 50;
const LARGEST_LIMIT: u64 = 100;

/// What can be asked for as `status`.
pub const STATUSES: [(&str, StatusFilter); 8] = [
    ("living", StatusFilter::Living),
    ("active", StatusFilter::Active),
    ("expiring", StatusFilter::Expiring),
    ("expired", StatusFilter::Expired),
    ("disabled", StatusFilter::Disabled),
    ("compromised", StatusFilter::Compromised),
    ("revoked", StatusFilter::Revoked),
    ("all", StatusFilter::All),
];

/// Lists the keys of the project (or the workspace) that the key belongs to.
#[utoipa::path(
    get,
    path = "/api-keys",
    operation_id = "listKeys",
    summary = "List keys",
    params(
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 100, description = "How many; 50 unless told."),
        ("before" = Option<String>, Query, format = "uuid", description = "The `next` of the page before."),
        ("status" = Option<String>, Query, description =
            "`living` (all but the revoked; the default), `active`, `expiring`, `expired`, `disabled`, `compromised`, `revoked` or `all`."),
        ("q" = Option<String>, Query, description = "Part of a name, or the beginning of a key."),
        ("type" = Option<String>, Query, description = "Only keys of this type."),
        ("environment" = Option<String>, Query, description = "Only keys of this environment."),
    ),
    responses((status = 200, description = "A page of keys.", body = KeyList))
)]
pub async fn list(app: Data<App>, keeper: KeyKeeper, request: HttpRequest) -> Result<HttpResponse> {
    let (filter, limit) = read(&app.profile, Query::of(&request))?;
    let page = keys::list(&app, keeper.0.read_keys(), &filter, limit).await?;
    Ok(HttpResponse::Ok().json(KeyList {
        data: page.keys.iter().map(|key| KeyView::of(&app, key)).collect(),
        next: page.next.map(|id| id.to_string()),
    }))
}

fn read(profile: &Profile, mut query: Query) -> Result<(Filter, u64)> {
    let limit = query.number("limit", 1..=LARGEST_LIMIT, "Send a number from 1 to 100.");
    let before = query.parsed("before", "Send the next of the page before.");
    let status = query.text("status").and_then(|word| {
        let found = STATUSES.iter().find(|(known, _)| *known == word);
        found.map(|(_, status)| *status).or_else(|| {
            let known = STATUSES.map(|(known, _)| known).join(", ");
            query.refuse("status", format!("Send one of: {known}."))
        })
    });
    let search = query.text("q").unwrap_or_default();
    let type_id = query.text("type");
    if type_id.as_deref().is_some_and(|id| profile.key_type(id).is_none()) {
        query.refuse::<()>("type", "There is no such type of key.");
    }
    let environment = query.parsed::<Environment>("environment", "Send live or test.");
    query.finish()?;
    let filter = Filter {
        search,
        environment: environment.map(|environment| environment.to_string()),
        type_id,
        status: status.unwrap_or_default(),
        before,
    };
    Ok((filter, limit.unwrap_or(DEFAULT_LIMIT)))
}
