//! Each request that was made to deliver an event.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use uuid::Uuid;

use super::super::Result;
use super::super::entities::webhook_attempt as attempt;
use super::super::rows::at;
use crate::model::webhook::{Attempt, DeliveryId};

/// PostgreSQL has no place for NUL in a text.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}

pub async fn insert(tx: &impl ConnectionTrait, id: Uuid, delivery: DeliveryId, new: &Attempt) -> Result<()> {
    let row = attempt::ActiveModel {
        id: Set(id),
        delivery_id: Set(delivery.0),
        number: Set(new.number),
        at: Set(new.at.millis()),
        took_millis: Set(new.took_millis),
        status: Set(new.status.map(i64::from)),
        failure: Set(new.failure.clone()),
        answer: Set(new.answer.as_deref().map(storable)),
        answer_cut: Set(new.answer_cut),
        address: Set(new.address.clone()),
        timestamp_header: Set(new.timestamp_header.clone()),
        signature_header: Set(new.signature_header.clone()),
    };
    attempt::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The attempts of a delivery, oldest first.
pub async fn list(db: &impl ConnectionTrait, delivery: DeliveryId) -> Result<Vec<Attempt>> {
    let rows = attempt::Entity::find()
        .filter(attempt::Column::DeliveryId.eq(delivery.0))
        .order_by_asc(attempt::Column::Id)
        .all(db)
        .await?;
    let read = |row: attempt::Model| Attempt {
        number: row.number,
        at: at(row.at),
        took_millis: row.took_millis,
        status: row.status.and_then(|status| u16::try_from(status).ok()),
        failure: row.failure,
        answer: row.answer,
        answer_cut: row.answer_cut,
        address: row.address,
        timestamp_header: row.timestamp_header,
        signature_header: row.signature_header,
    };
    Ok(rows.into_iter().map(read).collect())
}
