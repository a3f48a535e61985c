//! `/provider/v1/credits`: granting and spending for a workspace, and reading its balance and ledger.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Fields};
use crate::api::caller::Provider;
use crate::api::errors::{ApiError, Result};
use crate::api::idempotency;
use crate::api::query::Query;
use crate::domain::App;
use crate::domain::credits::{self, Change, Whose};
use crate::error::AppError;
use crate::model::credits::{Amount, CreditEntry, MOST, parse_reason};
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;

/// Its address.
pub const CREDITS: &str = "/provider/v1/credits";

/// A change. For the documentation: [`read`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct CreditChange {
    /// Whose balance: the workspace’s id, or its short name. It may be left out where `key_id` is sent.
    workspace: Option<String>,
    /// A key of the workspace: the ledger names it.
    #[schema(format = "uuid")]
    key_id: Option<String>,
    /// A positive number grants, a negative one spends.
    #[schema(minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64)]
    amount: i64,
    /// What the workspace reads in its ledger.
    #[schema(max_length = 200)]
    reason: Option<String>,
    /// Printable ASCII. The same request with the same key is one change, however often it is sent, forever; another request
    /// with it is refused with 409. A change that was refused used no key. It counts within the workspace. The header
    /// `Idempotency-Key` says the same.
    #[schema(min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// A line of the ledger.
#[derive(Serialize, ToSchema)]
pub struct CreditLine {
    /// From one, without gaps, for each workspace.
    number: i64,
    amount: i64,
    /// After this line: the sum of all amounts up to it.
    balance: i64,
    /// `start`, `request`, `provider` or `operator`.
    kind: &'static str,
    /// What you said; of a request, its method and the pattern of its route.
    reason: String,
    #[schema(format = "uuid")]
    key_id: Option<String>,
    idempotency_key: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
}

/// A change that was made, now or when it was first asked for.
#[derive(Serialize, ToSchema)]
pub struct CreditChanged {
    workspace: CreditWorkspace,
    #[serde(flatten)]
    line: CreditLine,
}

/// Whose credits they are.
#[derive(Serialize, ToSchema)]
pub struct CreditWorkspace {
    #[schema(format = "uuid")]
    id: String,
    slug: String,
}

/// A balance, and a page of its ledger.
#[derive(Serialize, ToSchema)]
pub struct CreditLedger {
    workspace: CreditWorkspace,
    /// At this moment, whichever page this is.
    balance: i64,
    /// What people call them.
    unit: String,
    /// Newest first.
    data: Vec<CreditLine>,
    /// Send it as `before` to get the next page; `null` on the last one.
    next: Option<i64>,
}

const DEFAULT_LIMIT: u64 = 50;
const LARGEST_LIMIT: u64 = 100;

/// Grants or spends.
#[utoipa::path(
    post,
    path = "/provider/v1/credits",
    operation_id = "changeCredits",
    summary = "Grant or spend credits",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same as the field `idempotency_key`.")),
    request_body = CreditChange,
    responses(
        (status = 200, description = "The change is in the ledger.", body = CreditChanged),
        (status = 402, description = "There are too few. Nothing was spent."),
        (status = 404, description = "There is no such workspace or key; or the API has no credits."),
        (status = 409, description = "The idempotency key was used for another change."),
    )
)]
pub async fn change(app: Data<App>, _provider: Provider, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    has_credits(&app)?;
    let asked = read(&request, body.read().await?)?;
    let whose = credits::whose(&app, asked.workspace.as_deref(), asked.key_id).await?;
    match credits::change(&app, &whose, asked.change).await? {
        Ok(entry) => Ok(HttpResponse::Ok().json(CreditChanged {
            workspace: CreditWorkspace::from(&whose),
            line: CreditLine::from(entry),
        })),
        Err(short) => Err(ApiError::Refused(Refusal::InsufficientCredits(Box::new(short)))),
    }
}

/// Shows a balance and its ledger.
#[utoipa::path(
    get,
    path = "/provider/v1/credits",
    operation_id = "showCredits",
    summary = "Show a balance and its ledger",
    params(
        ("workspace" = Option<String>, Query, description = "The workspace’s id, or its short name."),
        ("key_id" = Option<String>, Query, format = "uuid", description = "Instead: a key of the workspace."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 100, description = "How many lines; 50 unless told."),
        ("before" = Option<i64>, Query, description = "The `next` of the page before."),
    ),
    responses(
        (status = 200, description = "The balance, and a page of the ledger.", body = CreditLedger),
        (status = 404, description = "There is no such workspace or key; or the API has no credits."),
    )
)]
pub async fn show(app: Data<App>, _provider: Provider, request: HttpRequest) -> Result<HttpResponse> {
    let unit = has_credits(&app)?;
    let mut query = Query::of(&request);
    let workspace = query.text("workspace");
    let key_id = query.parsed::<KeyId>("key_id", KEY_ID);
    if workspace.is_none() && key_id.is_none() {
        query.refuse::<()>("workspace", WHOSE);
    }
    let limit = query.number("limit", 1..=LARGEST_LIMIT, "Send a number from 1 to 100.");
    let before = query.number("before", 1..=MOST.unsigned_abs(), "Send the next of the page before.");
    query.finish()?;
    let (limit, before) = (
        limit.unwrap_or(DEFAULT_LIMIT),
        before.and_then(|before| i64::try_from(before).ok()),
    );
    let whose = credits::whose(&app, workspace.as_deref(), key_id).await?;
    let ledger = credits::ledger(&app, whose.workspace.id, before, limit).await?;
    Ok(HttpResponse::Ok().json(CreditLedger {
        workspace: CreditWorkspace::from(&whose),
        balance: ledger.balance,
        unit: unit.to_owned(),
        data: ledger.entries.into_iter().map(CreditLine::from).collect(),
        next: ledger.next,
    }))
}

struct Asked {
    workspace: Option<String>,
    key_id: Option<KeyId>,
    change: Change,
}

const WHOSE: &str = "Send the id or the short name of a workspace, or the id of a key of it as key_id.";
const KEY_ID: &str = "Send the id of a key: 32 hexadecimal digits and four hyphens.";

/// What they are called, where there are any.
fn has_credits(app: &App) -> Result<&str> {
    let credits = app.profile.credits.as_ref().ok_or(AppError::NotFound)?;
    Ok(&credits.unit)
}

fn read(request: &HttpRequest, mut fields: Fields) -> Result<Asked> {
    let workspace = fields.nullable_text("workspace").flatten();
    let key_id = fields.nullable_text("key_id").flatten();
    if workspace.is_none() && key_id.is_none() {
        fields.refuse::<()>("workspace", WHOSE);
    }
    let key_id = key_id.and_then(|id| id.parse().ok().or_else(|| fields.refuse("key_id", KEY_ID)));
    let amount = match fields.nullable_number("amount") {
        None => Err("Send how many, as a whole number: a positive one grants, a negative one spends."),
        Some(number) => Amount::parse(number),
    };
    let amount = amount.map_err(|why| fields.refuse::<()>("amount", why)).ok();
    let reason = parse_reason(fields.nullable_text("reason").flatten().unwrap_or_default());
    let reason = reason.map_err(|why| fields.refuse::<()>("reason", why)).ok();
    let idempotency_key = idempotency::key(request, &mut fields);
    fields.finish()?;
    let (Some(amount), Some(reason)) = (amount, reason) else {
        return Err(AppError::BadRequest("This request could not be read.").into());
    };
    Ok(Asked {
        workspace,
        key_id,
        change: Change {
            amount,
            reason,
            idempotency_key,
        },
    })
}

impl From<&Whose> for CreditWorkspace {
    fn from(whose: &Whose) -> Self {
        Self {
            id: whose.workspace.id.to_string(),
            slug: whose.workspace.slug.clone(),
        }
    }
}

impl From<CreditEntry> for CreditLine {
    fn from(entry: CreditEntry) -> Self {
        Self {
            number: entry.number,
            amount: entry.amount,
            balance: entry.balance,
            kind: entry.kind.as_str(),
            reason: entry.reason,
            key_id: entry.key_id.map(|id| id.to_string()),
            idempotency_key: entry.idempotency_key,
            created_at: entry.at,
        }
    }
}
