//! Lists of an owner's keys.

use sea_orm::sea_query::{Expr, LikeExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use crate::model::counted::Counted;
use crate::model::ids::{KeyId, OwnerId};
use crate::model::key::{Key, KeyState};
use crate::model::timestamp::{DAY, Timestamp};
use crate::store::entities::key;
use crate::store::{Result, counting};

/// What a list of keys shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of a name, or a display prefix or its beginning.
    pub search: String,
    pub environment: Option<String>,
    pub type_id: Option<String>,
    pub status: StatusFilter,
    /// Show keys older than this one.
    pub before: Option<KeyId>,
}

/// Which statuses a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusFilter {
    /// All but the revoked.
    #[default]
    Living,
    Active,
    Expiring,
    Expired,
    Disabled,
    Compromised,
    Revoked,
    All,
}

/// An owner's keys, newest first, at most `limit`.
pub async fn list(
    db: &impl ConnectionTrait,
    owner: OwnerId,
    filter: &Filter,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Key>> {
    let Some(query) = matching(owner, filter, now) else {
        return Ok(Vec::new());
    };
    let query = match filter.before {
        Some(before) => query.filter(key::Column::Id.lt(before.0)),
        None => query,
    };
    let rows = query.order_by_desc(key::Column::Id).limit(limit).all(db).await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Where a page of that list stands.
pub async fn counted(db: &impl ConnectionTrait, owner: OwnerId, filter: &Filter, now: Timestamp) -> Result<Counted> {
    match matching(owner, filter, now) {
        Some(query) => counting::place(db, query, key::Column::Id, filter.before.map(|before| before.0)).await,
        None => Ok(Counted::NONE),
    }
}

/// Whether an owner has any key, revoked or not.
pub async fn has_any(db: &impl ConnectionTrait, owner: OwnerId) -> Result<bool> {
    let its = key::Entity::find()
        .filter(key::Column::OwnerId.eq(owner.0))
        .filter(key::Column::DeletedAt.is_null());
    Ok(its.limit(1).count(db).await? > 0)
}

/// All pages of it; nothing, when no key can match.
fn matching(owner: OwnerId, filter: &Filter, now: Timestamp) -> Option<Select<key::Entity>> {
    let texts = [
        Some(&filter.search),
        filter.environment.as_ref(),
        filter.type_id.as_ref(),
    ];
    if texts.into_iter().flatten().any(|text| text.contains('\0')) {
        // No key holds a NUL, and PostgreSQL takes none even in a question.
        return None;
    }
    let mut query = key::Entity::find()
        .filter(key::Column::OwnerId.eq(owner.0))
        .filter(key::Column::DeletedAt.is_null())
        .filter(with_status(filter.status, now));
    if !filter.search.is_empty() {
        let folded = filter.search.to_lowercase();
        let part = LikeExpr::new(format!("%{}%", escape_like(&folded))).escape('\\');
        let start = LikeExpr::new(format!("{}%", escape_like(&filter.search))).escape('\\');
        query = query.filter(
            Condition::any()
                .add(Expr::col(key::Column::NameFolded).like(part))
                .add(Expr::col(key::Column::DisplayPrefix).like(start)),
        );
    }
    if let Some(environment) = &filter.environment {
        query = query.filter(key::Column::Environment.eq(environment.as_str()));
    }
    if let Some(type_id) = &filter.type_id {
        query = query.filter(key::Column::TypeId.eq(type_id.as_str()));
    }
    Some(query)
}

pub(in crate::store) fn with_status(status: StatusFilter, now: Timestamp) -> Condition {
    let state = |state: KeyState| key::Column::State.eq(state.as_str());
    let expired = key::Column::ExpiresAt
        .is_not_null()
        .and(key::Column::ExpiresAt.lte(now.millis()));
    let unexpired = key::Column::ExpiresAt
        .is_null()
        .or(key::Column::ExpiresAt.gt(now.millis()));
    // Of what was written down, a disablement that is over holds no more: as in `model::key::state_at`.
    let is_over = key::Column::DisabledUntil
        .is_not_null()
        .and(key::Column::DisabledUntil.lte(now.millis()));
    let active = state(KeyState::Active).or(state(KeyState::Disabled).and(is_over.clone()));
    match status {
        StatusFilter::All => Condition::all(),
        StatusFilter::Living => Condition::all().add(state(KeyState::Revoked).not()),
        StatusFilter::Active => Condition::all().add(active).add(unexpired),
        StatusFilter::Expiring => Condition::all()
            .add(active)
            .add(unexpired)
            .add(key::Column::ExpiresAt.lte(now.plus(14 * DAY).millis())),
        StatusFilter::Expired => Condition::all()
            .add(state(KeyState::Revoked).not())
            .add(state(KeyState::Compromised).not())
            .add(expired),
        StatusFilter::Disabled => Condition::all()
            .add(state(KeyState::Disabled))
            .add(is_over.not())
            .add(unexpired),
        StatusFilter::Compromised => Condition::all().add(state(KeyState::Compromised)),
        StatusFilter::Revoked => Condition::all().add(state(KeyState::Revoked)),
    }
}

/// `%`, `_` and the escape itself mean themselves.
fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
