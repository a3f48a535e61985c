//! A transaction that is committed whole or not at all, and of which nobody is told that it was unless the database has it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::prelude::async_trait;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::fault;
use super::shared::Shared;
use crate::store::{Error, Result};

/// An open transaction. Dropped without `commit`, it leaves no trace.
pub struct Tx {
    open: Option<DatabaseTransaction>,
    backend: DbBackend,
    shared: Arc<Shared>,
    /// A statement failed in a way after which it may be rolled back already.
    broken: AtomicBool,
    committed: bool,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl Tx {
    pub(super) fn new(open: DatabaseTransaction, shared: &Arc<Shared>) -> Self {
        shared.health.began();
        Self {
            backend: open.get_database_backend(),
            open: Some(open),
            shared: Arc::clone(shared),
            broken: AtomicBool::new(false),
            committed: false,
        }
    }

    /// Commits. What this returns is true of the file, or of the server.
    pub async fn commit(mut self) -> Result<()> {
        if self.broken.load(Ordering::Acquire) {
            return Err(Error::from(broken()));
        }
        let Some(open) = self.open.take() else {
            return Err(Error::from(broken()));
        };
        // The connection goes back before we can say how it went.
        self.suspect();
        if let Err(error) = self.shared.health.ask(open.commit()).await {
            self.fail(&error);
            return Err(error.into());
        }
        self.committed = true;
        if let Some(suspicion) = &self.shared.suspicion {
            suspicion.committed();
        }
        // A file that was removed or replaced meanwhile takes what was written with it.
        if let Err(error) = self.shared.check_place() {
            if let Some(suspicion) = &self.shared.suspicion {
                suspicion.failed();
            }
            return Err(error);
        }
        self.shared.health.wrote();
        Ok(())
    }

    fn suspect(&self) {
        if let Some(suspicion) = &self.shared.suspicion {
            suspicion.unproven();
        }
    }

    fn fail(&self, error: &DbErr) {
        self.broken.store(true, Ordering::Release);
        if let Some(suspicion) = &self.shared.suspicion {
            suspicion.failed();
        }
        if let Some(trouble) = fault::trouble(error) {
            self.shared.health.could_not_write(trouble, error);
        }
    }

    async fn ask<'a, T, F>(
        &'a self,
        statement: impl FnOnce(&'a DatabaseTransaction) -> F + Send,
    ) -> std::result::Result<T, DbErr>
    where
        F: Future<Output = std::result::Result<T, DbErr>> + Send + 'a,
        T: Send,
    {
        let Some(open) = self.open.as_ref().filter(|_| !self.broken.load(Ordering::Acquire)) else {
            return Err(broken());
        };
        // Whoever stops waiting in the middle of a statement does not know what it has done.
        let unfinished = Unfinished(&self.broken);
        let answer = self.shared.health.ask(statement(open)).await;
        std::mem::forget(unfinished);
        match &answer {
            Err(error) if fault::breaks(error) => self.fail(error),
            _ => self.shared.health.moved(),
        }
        answer
    }
}

/// Breaks the transaction of a statement that did not end.
struct Unfinished<'a>(&'a AtomicBool);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn broken() -> DbErr {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(
        sea_orm::sqlx::Error::Protocol("this transaction has failed before".to_owned()).into(),
    ))
}

impl Drop for Tx {
    fn drop(&mut self) {
        if !self.committed {
            self.suspect();
        }
        self.shared.health.ended();
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> std::result::Result<ExecResult, DbErr> {
        self.ask(|open| open.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> std::result::Result<ExecResult, DbErr> {
        self.ask(|open| open.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> std::result::Result<Option<QueryResult>, DbErr> {
        self.ask(|open| open.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> std::result::Result<Vec<QueryResult>, DbErr> {
        self.ask(|open| open.query_all_raw(statement)).await
    }
}
