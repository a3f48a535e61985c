//! Claiming what is due: so that each delivery is attempted by one node at a time, and no endpoint or workspace has more than
//! its share of what is under way.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set, Statement, Value,
};
use uuid::Uuid;

use super::super::Result;
use super::super::entities::webhook_delivery as delivery;
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{DeliveryId, DeliveryState};

/// Who claims, and how much.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    pub node: Uuid,
    pub now: Timestamp,
    /// When others may take it over.
    pub until: Timestamp,
    /// At most so many.
    pub room: i64,
    /// At most so many under way to one endpoint, by all nodes.
    pub of_endpoint: i64,
    /// At most so many under way of one workspace, by all nodes.
    pub of_workspace: i64,
}

/// Whether anything is due. Costs one look at an index.
pub async fn is_any_due(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let due: Option<i64> = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::NextAttemptAt)
        .filter(Expr::cust("state = 'waiting'"))
        .filter(delivery::Column::NextAttemptAt.lte(now.millis()))
        .order_by_asc(delivery::Column::NextAttemptAt)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(due.is_some())
}

/// Claims deliveries that are due, in one statement. While a delivery is claimed it is due again when the claim ends: what a dead
/// node has claimed comes back by itself.
///
/// Fair: `ends` steps from endpoint to endpoint through the index, however much waits for each; of every endpoint the first few
/// that are due are looked at; each takes its turn within its endpoint, then within its workspace, and first turns go first.
/// Deliveries of suspended workspaces wait. Nodes that claim at the same moment may exceed the shares by each other's.
pub async fn claim(db: &impl ConnectionTrait, claim: Claim) -> Result<Vec<DeliveryId>> {
    let backend = db.get_database_backend();
    let lock = match backend {
        DbBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    };
    let (now, until) = (claim.now.millis(), claim.until.millis());
    let (of_endpoint, of_workspace, room) = (claim.of_endpoint, claim.of_workspace, claim.room);
    let few = format!(
        "FROM webhook_deliveries n WHERE n.endpoint_id = ends.id AND n.state = 'waiting' \
         AND n.next_attempt_at <= {now} ORDER BY n.next_attempt_at LIMIT {of_endpoint}"
    );
    // Each database has its own way of looking at the first few of each, and is hopeless at the other's.
    let (node, first_due) = match backend {
        DbBackend::Postgres => ("$1", format!("CROSS JOIN LATERAL (SELECT n.* {few}) d")),
        _ => ("?", format!("JOIN webhook_deliveries d ON d.id IN (SELECT n.id {few})")),
    };
    // Numbers of our own are written out: they stand in many places.
    let sql = format!(
        "WITH RECURSIVE ends (id) AS ( \
           SELECT * FROM (SELECT endpoint_id FROM webhook_deliveries WHERE state = 'waiting' \
             ORDER BY endpoint_id LIMIT 1) AS first_end \
           UNION ALL \
           SELECT (SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.state = 'waiting' \
             AND d.endpoint_id > ends.id ORDER BY d.endpoint_id LIMIT 1) FROM ends WHERE ends.id IS NOT NULL \
         ), busy AS ( \
           SELECT endpoint_id, workspace_id FROM webhook_deliveries \
             WHERE claimed_until IS NOT NULL AND claimed_until > {now} AND state = 'waiting' \
         ), due AS ( \
           SELECT d.id, d.workspace_id, d.next_attempt_at, \
             row_number() OVER (PARTITION BY d.endpoint_id ORDER BY d.next_attempt_at, d.id) \
             + (SELECT count(*) FROM busy WHERE busy.endpoint_id = d.endpoint_id) AS place \
           FROM ends {first_due} \
           JOIN workspaces w ON w.id = d.workspace_id AND w.suspended_at IS NULL \
           LEFT JOIN projects p ON p.id = d.project_id WHERE p.suspended_at IS NULL \
         ), fair AS ( \
           SELECT due.id, due.next_attempt_at, \
             row_number() OVER (PARTITION BY due.workspace_id ORDER BY due.place, due.next_attempt_at, due.id) \
             + (SELECT count(*) FROM busy WHERE busy.workspace_id = due.workspace_id) AS turn \
           FROM due WHERE due.place <= {of_endpoint} \
         ), chosen AS ( \
           SELECT id FROM fair WHERE turn <= {of_workspace} ORDER BY turn, next_attempt_at LIMIT {room} \
         ) \
         UPDATE webhook_deliveries SET claimed_by = {node}, claimed_until = {until}, next_attempt_at = {until} \
         WHERE id IN (SELECT l.id FROM webhook_deliveries l WHERE l.id IN (SELECT id FROM chosen) \
           AND l.state = 'waiting' AND l.next_attempt_at <= {now} {lock}) \
         RETURNING id"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(claim.node)]);
    let rows = db.query_all_raw(statement).await?;
    let id = |row: &sea_orm::QueryResult| Ok(DeliveryId(row.try_get_by_index(0)?));
    rows.iter().map(id).collect()
}

/// Ends all claims: for the only process that serves, when it starts.
pub async fn give_all_back(db: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    delivery::Entity::update_many()
        .set(delivery::ActiveModel {
            claimed_by: Set(None),
            claimed_until: Set(None),
            next_attempt_at: Set(Some(now.millis())),
            ..Default::default()
        })
        .filter(delivery::Column::ClaimedUntil.is_not_null())
        .filter(Expr::cust("state = 'waiting'"))
        .exec(db)
        .await?;
    Ok(())
}

/// Gives back a claim that was not used: it is due at once.
pub async fn give_back(db: &impl ConnectionTrait, node: Uuid, id: DeliveryId, now: Timestamp) -> Result<()> {
    delivery::Entity::update_many()
        .set(delivery::ActiveModel {
            claimed_by: Set(None),
            claimed_until: Set(None),
            next_attempt_at: Set(Some(now.millis())),
            ..Default::default()
        })
        .filter(delivery::Column::Id.eq(id.0))
        .filter(delivery::Column::ClaimedBy.eq(node))
        .filter(delivery::Column::State.eq(DeliveryState::Waiting.as_str()))
        .exec(db)
        .await?;
    Ok(())
}
