//! A database for each test: a SQLite file, or a PostgreSQL database where `KEYHATCH_TEST_POSTGRES` names a server.

use keyhatch::store::Db;
use keyhatch::store::db::Location;

/// `None` is the SQLite file in the test's data directory.
pub struct TestDatabase(Option<(String, String)>);

impl TestDatabase {
    pub async fn create() -> Self {
        let Ok(server) = std::env::var("KEYHATCH_TEST_POSTGRES") else {
            return Self(None);
        };
        let name = format!("keyhatch_{}", uuid::Uuid::new_v4().simple());
        let admin = Db::connect(&Location::Postgres(format!("{server}/postgres")))
            .await
            .unwrap();
        admin.execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        admin.close().await.unwrap();
        Self(Some((server, name)))
    }

    pub fn url(&self) -> Option<String> {
        self.0.as_ref().map(|(server, name)| format!("{server}/{name}"))
    }

    /// Databases are dropped with the server that the test script starts for the run.
    pub fn forget(&mut self) {
        self.0 = None;
    }
}
