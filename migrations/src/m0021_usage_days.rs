//! Usage in rows of days and months instead of hours: a column for each hour of a day, and for each day of a month. What a key costs
//! grows with the days it is used on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{belongs_to, id, index, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Of keys, and of what owns keys; and by what their rows are known.
const TABLES: [(&str, &str, &[&str]); 2] = [
    ("usage_days", "usage_months", &["key_id"]),
    (
        "usage_owner_days",
        "usage_owner_months",
        &["workspace_id", "owner_id", "environment"],
    ),
];

const HOURS: [&str; 24] = [
    "h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "h10", "h11", "h12", "h13", "h14", "h15", "h16", "h17",
    "h18", "h19", "h20", "h21", "h22", "h23",
];

const DAYS: [&str; 31] = [
    "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15", "d16", "d17",
    "d18", "d19", "d20", "d21", "d22", "d23", "d24", "d25", "d26", "d27", "d28", "d29", "d30", "d31",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What rows count, said once.
        let kinds = Table::create()
            .table("usage_kinds")
            .col(
                ColumnDef::new("id")
                    .big_integer()
                    .not_null()
                    .auto_increment()
                    .primary_key(),
            )
            .col(text("outcome"))
            // Which route of the profile; empty, where that is not said.
            .col(text("route"))
            .take();
        manager.create_table(kinds).await?;
        let unique = index("usage_kinds", &["outcome", "route"], true);
        manager.create_index(unique).await?;
        for (days, months, of) in TABLES {
            create_days(manager, days, of).await?;
            create_months(manager, months, of).await?;
        }
        let database = manager.get_connection();
        let kinds = "INSERT INTO usage_kinds (outcome, route) SELECT DISTINCT outcome, '' FROM usage_hours";
        database.execute_unprepared(kinds).await?;
        let sums = |hour: usize| format!("CAST(SUM(CASE WHEN hour % 24 = {hour} THEN count END) AS bigint)");
        let sums = (0..24).map(sums).collect::<Vec<_>>().join(", ");
        for (days, _, of) in TABLES {
            let of = of.join(", ");
            let key = if of == "key_id" {
                ""
            } else {
                "JOIN keys ON keys.id = usage_hours.key_id"
            };
            let sql = format!(
                "INSERT INTO {days} ({of}, day, kind, count, settled, {}) \
                 SELECT {of}, hour / 24, usage_kinds.id, CAST(SUM(count) AS bigint), 0, {sums} FROM usage_hours \
                 JOIN usage_kinds ON usage_kinds.outcome = usage_hours.outcome {key} \
                 GROUP BY {of}, hour / 24, usage_kinds.id",
                HOURS.join(", ")
            );
            database.execute_unprepared(&sql).await?;
        }
        manager.drop_table(Table::drop().table("usage_hours").take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let hours = Table::create()
            .table("usage_hours")
            .col(id("key_id"))
            .col(number("hour"))
            .col(text("outcome"))
            .col(number("count"))
            .primary_key(Index::create().col("key_id").col("hour").col("outcome"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(hours).await?;
        let database = manager.get_connection();
        let begin = "INSERT INTO usage_hours (key_id, hour, outcome, count) SELECT u.key_id,";
        let group = "GROUP BY 1, 2, 3";
        for (hour, column) in HOURS.iter().enumerate() {
            let sql = format!(
                "{begin} u.day * 24 + {hour}, k.outcome, CAST(SUM(u.{column}) AS bigint) FROM usage_days u \
                 JOIN usage_kinds k ON k.id = u.kind WHERE u.{column} > 0 {group}"
            );
            database.execute_unprepared(&sql).await?;
        }
        // Of what is older, nobody knows the hour.
        for (day, column) in DAYS.iter().enumerate() {
            let sql = format!(
                "{begin} (u.month + {day}) * 24, k.outcome, CAST(SUM(u.{column}) AS bigint) FROM usage_months u \
                 JOIN usage_kinds k ON k.id = u.kind WHERE u.{column} > 0 AND NOT EXISTS (SELECT 1 FROM usage_days d \
                 WHERE d.key_id = u.key_id AND d.day = u.month + {day} AND d.kind = u.kind) {group}"
            );
            database.execute_unprepared(&sql).await?;
        }
        for table in TABLES
            .iter()
            .flat_map(|(days, months, _)| [*days, *months])
            .chain(["usage_kinds"])
        {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

/// What a row is about.
fn subject(table: &mut TableCreateStatement, of: &[&'static str]) {
    for name in of {
        table.col(if *name == "environment" { text(name) } else { id(name) });
    }
    let parent = if of[0] == "key_id" { "keys" } else { "workspaces" };
    table.foreign_key(&mut belongs_to(of[0], parent));
}

/// The key of a table: whose, then when, so that a stretch of time is read in one go.
fn key(of: &[&'static str], when: &'static str) -> IndexCreateStatement {
    let mut key = Index::create();
    key.col(of[0]).col(when);
    for name in &of[1..] {
        key.col(*name);
    }
    key.col("kind");
    key.take()
}

async fn create_days(manager: &SchemaManager<'_>, name: &'static str, of: &[&'static str]) -> Result<(), DbErr> {
    let mut table = Table::create().table(name).take();
    subject(&mut table, of);
    // Days since 1970.
    table.col(number("day")).col(number("kind"));
    // What is not in the row of the month yet, and whether that is nothing.
    table.col(number("count")).col(number("settled"));
    for hour in HOURS {
        table.col(ColumnDef::new(hour).big_integer().null());
    }
    table.primary_key(&mut key(of, "day"));
    manager.create_table(table).await?;
    manager.create_index(index(name, &["settled", "day"], false)).await
}

async fn create_months(manager: &SchemaManager<'_>, name: &'static str, of: &[&'static str]) -> Result<(), DbErr> {
    let mut table = Table::create().table(name).take();
    subject(&mut table, of);
    // The first day of it, in days since 1970.
    table.col(number("month")).col(number("kind")).col(number("count"));
    for day in DAYS {
        table.col(ColumnDef::new(day).big_integer().null());
    }
    table.primary_key(&mut key(of, "month"));
    match manager.get_database_backend() {
        // Written seldom and in the order of its key, and read in that order.
        DbBackend::Sqlite => {
            let sql = format!("{} WITHOUT ROWID", table.to_string(SqliteQueryBuilder));
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        _ => manager.create_table(table).await?,
    }
    manager.create_index(index(name, &["month"], false)).await
}
