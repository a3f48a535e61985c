//! Marks on what owns keys: that all of an environment are refused.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Value};

use super::Result;
use super::changes::Changed;
use super::entities::{project, workspace};
use crate::model::access::Environment;
use crate::model::ids::{ProjectId, WorkspaceId};
use crate::model::stop::Stop;

/// Sets or takes away the stop of a project's keys, or of a workspace's own.
pub async fn set(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    project: Option<ProjectId>,
    environment: Environment,
    stop: Option<&Stop>,
) -> Result<Changed> {
    let at: Expr = Expr::value(Value::BigInt(stop.map(|stop| stop.at.millis())));
    let by: Expr = Expr::value(Value::String(stop.map(|stop| stop.by.clone())));
    let why: Expr = Expr::value(Value::String(stop.map(|stop| stop.why.clone())));
    match project {
        Some(id) => {
            use project::Column;
            let columns = match environment {
                Environment::Live => [Column::LiveStoppedAt, Column::LiveStoppedBy, Column::LiveStoppedWhy],
                Environment::Test => [Column::TestStoppedAt, Column::TestStoppedBy, Column::TestStoppedWhy],
            };
            project::Entity::update_many()
                .col_expr(columns[0], at)
                .col_expr(columns[1], by)
                .col_expr(columns[2], why)
                .filter(Column::Id.eq(id.0))
                .filter(Column::WorkspaceId.eq(workspace.0))
                .exec(tx)
                .await?;
        }
        None => {
            use workspace::Column;
            let columns = match environment {
                Environment::Live => [Column::LiveStoppedAt, Column::LiveStoppedBy, Column::LiveStoppedWhy],
                Environment::Test => [Column::TestStoppedAt, Column::TestStoppedBy, Column::TestStoppedWhy],
            };
            workspace::Entity::update_many()
                .col_expr(columns[0], at)
                .col_expr(columns[1], by)
                .col_expr(columns[2], why)
                .filter(Column::Id.eq(workspace.0))
                .exec(tx)
                .await?;
        }
    }
    Ok(Changed::workspace(workspace))
}
