//! Connections for single statements: each is asked only while the database is there.

use std::sync::Arc;

use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::fault;
use super::health::Health;
use super::suspicion::Suspicion;
use crate::store::Result;

/// A pool of connections.
#[derive(Clone, Debug)]
pub struct Connection {
    pub(super) pool: DatabaseConnection,
    health: Arc<Health>,
    /// Of the connection that writes to a SQLite file.
    suspicion: Option<Arc<Suspicion>>,
}

impl Connection {
    pub(super) fn new(pool: DatabaseConnection, health: &Arc<Health>) -> Self {
        Self {
            pool,
            health: Arc::clone(health),
            suspicion: None,
        }
    }

    pub(super) fn suspected_by(mut self, suspicion: Arc<Suspicion>) -> Self {
        self.suspicion = Some(suspicion);
        self
    }

    /// Moves what is in a SQLite log into the file itself: a log that was removed goes with the process.
    pub(super) async fn rescue(&self) {
        // Whether that works changes nothing about the answer.
        let _ = self.pool.execute_unprepared("PRAGMA wal_checkpoint").await;
    }

    pub(super) async fn close(&self) -> Result<()> {
        Ok(self.pool.clone().close().await?)
    }

    /// Whether a question that changes nothing is asked again, on another connection.
    fn is_to_be_repeated<T>(&self, answer: &std::result::Result<T, DbErr>) -> bool {
        let error = answer.as_ref().err();
        error.is_some_and(fault::is_cut_off) && self.health.down().is_none() && self.suspicion.is_none()
    }

    async fn ask<T: Send>(
        &self,
        asked: impl Future<Output = std::result::Result<T, DbErr>> + Send,
    ) -> std::result::Result<T, DbErr> {
        let Some(suspicion) = &self.suspicion else {
            return self.health.ask(asked).await;
        };
        let answer = self.health.wait_for_turn(asked).await;
        if let Err(error) = &answer
            && fault::breaks(error)
        {
            suspicion.failed();
            if let Some(trouble) = fault::trouble(error) {
                self.health.could_not_write(trouble, error);
            }
        }
        answer
    }
}

/// Whether a statement changes nothing, as far as it can be seen at once: `UPDATE … RETURNING` comes as a query, too.
fn asks(statement: &Statement) -> bool {
    statement
        .sql
        .trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("select"))
}

#[async_trait::async_trait]
impl ConnectionTrait for Connection {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.ask(self.pool.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        self.ask(self.pool.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        let is_question = asks(&statement);
        let answer = self.ask(self.pool.query_one_raw(statement.clone())).await;
        match is_question && self.is_to_be_repeated(&answer) {
            true => self.ask(self.pool.query_one_raw(statement)).await,
            false => answer,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        let is_question = asks(&statement);
        let answer = self.ask(self.pool.query_all_raw(statement.clone())).await;
        match is_question && self.is_to_be_repeated(&answer) {
            true => self.ask(self.pool.query_all_raw(statement)).await,
            false => answer,
        }
    }
}
