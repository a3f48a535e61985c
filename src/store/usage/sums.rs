//! Sums of what was counted, for pages: made by the database, so that what is read grows with hours or days and not with keys.

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use uuid::Uuid;

use crate::model::access::Environment;
use crate::model::ids::{KeyId, OwnerId, WorkspaceId};
use crate::model::usage::{ACCEPTED, Unit};
use crate::store::Result;
use crate::store::rows::word;

/// Whose requests.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    Workspace(WorkspaceId),
    Owner(OwnerId),
    Key(KeyId),
}

/// Requests in one hour or day, with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Hours or days since 1970.
    pub at: i64,
    pub environment: Environment,
    pub outcome: String,
    pub count: i64,
}

/// Requests with one key.
#[derive(Clone, Debug)]
pub struct KeySum {
    pub id: KeyId,
    pub owner: OwnerId,
    pub environment: Environment,
    pub name: String,
    pub display_prefix: String,
    pub is_deleted: bool,
    pub accepted: i64,
    pub refused: i64,
}

/// Which requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which<'a> {
    pub environment: Option<Environment>,
    /// Only requests that were refused for this.
    pub reason: Option<&'a str>,
}

impl Subject {
    fn column(self) -> &'static str {
        match self {
            Self::Workspace(_) => "workspace_id",
            Self::Owner(_) => "owner_id",
            Self::Key(_) => "id",
        }
    }

    fn id(self) -> Uuid {
        match self {
            Self::Workspace(id) => id.0,
            Self::Owner(id) => id.0,
            Self::Key(id) => id.0,
        }
    }
}

/// By hour or day and outcome, since one; in no order.
pub async fn by(db: &impl ConnectionTrait, unit: Unit, subject: Subject, from: i64) -> Result<Vec<Sum>> {
    let (at, hours) = in_hours(unit, from);
    let sql = format!(
        "SELECT {at}, keys.environment, usage_hours.outcome, CAST(SUM(usage_hours.count) AS bigint) \
         FROM keys JOIN usage_hours ON usage_hours.key_id = keys.id \
         WHERE keys.{} = $1 AND usage_hours.hour >= $2 GROUP BY 1, 2, 3",
        subject.column()
    );
    let rows = query(db, sql, vec![subject.id().into(), hours.into()]).await?;
    rows.iter().map(sum).collect()
}

/// The keys with the most requests since an hour or day, the most first.
pub async fn top_keys(
    db: &impl ConnectionTrait,
    unit: Unit,
    subject: Subject,
    from: i64,
    which: Which<'_>,
    limit: u64,
) -> Result<Vec<KeySum>> {
    let (_, hours) = in_hours(unit, from);
    let mut values: Vec<Value> = vec![
        subject.id().into(),
        hours.into(),
        ACCEPTED.into(),
        (limit as i64).into(),
    ];
    let mut only = String::new();
    let mut only_where = |column: &str, value: Value| {
        values.push(value);
        only.push_str(&format!(" AND {column} = ${}", values.len()));
    };
    if let Some(environment) = which.environment {
        only_where("keys.environment", environment.as_str().into());
    }
    if let Some(reason) = which.reason {
        only_where("usage_hours.outcome", reason.into());
    }
    let sql = format!(
        "SELECT keys.id, keys.owner_id, keys.environment, keys.name, keys.display_prefix, keys.deleted_at IS NOT NULL, \
         CAST(SUM(CASE WHEN usage_hours.outcome = $3 THEN usage_hours.count ELSE 0 END) AS bigint), \
         CAST(SUM(usage_hours.count) AS bigint) AS everything \
         FROM keys JOIN usage_hours ON usage_hours.key_id = keys.id \
         WHERE keys.{} = $1 AND usage_hours.hour >= $2{only} \
         GROUP BY keys.id ORDER BY everything DESC, keys.id LIMIT $4",
        subject.column()
    );
    let rows = query(db, sql, values).await?;
    rows.iter().map(key_sum).collect()
}

/// What stands for an hour or day in a statement, and the first hour.
fn in_hours(unit: Unit, from: i64) -> (&'static str, i64) {
    match unit {
        Unit::Hour => ("usage_hours.hour", from),
        Unit::Day => ("usage_hours.hour / 24", from * 24),
    }
}

fn sum(row: &QueryResult) -> Result<Sum> {
    Ok(Sum {
        at: row.try_get_by_index(0)?,
        environment: word(&row.try_get_by_index::<String>(1)?)?,
        outcome: row.try_get_by_index(2)?,
        count: row.try_get_by_index(3)?,
    })
}

fn key_sum(row: &QueryResult) -> Result<KeySum> {
    let (accepted, everything): (i64, i64) = (row.try_get_by_index(6)?, row.try_get_by_index(7)?);
    Ok(KeySum {
        id: KeyId(row.try_get_by_index(0)?),
        owner: OwnerId(row.try_get_by_index(1)?),
        environment: word(&row.try_get_by_index::<String>(2)?)?,
        name: row.try_get_by_index(3)?,
        display_prefix: row.try_get_by_index(4)?,
        is_deleted: row.try_get_by_index(5)?,
        accepted,
        refused: everything - accepted,
    })
}

/// SQLite takes numbered places too, when they begin with a question mark.
async fn query(db: &impl ConnectionTrait, sql: String, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => sql,
        _ => sql.replace('$', "?"),
    };
    Ok(db
        .query_all_raw(Statement::from_sql_and_values(backend, sql, values))
        .await?)
}
