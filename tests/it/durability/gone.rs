//! PostgreSQL that goes away, stalls, loses an answer, is read-only or full.

use std::time::{Duration, Instant};

use keyhatch::store::Db;
use keyhatch::store::db::Location;

use super::assert_not_now;
use super::line::{Line, State};
use super::world::{PATIENCE, WRITES, World, Write};
use crate::support::TestDatabase;

/// A program whose way to PostgreSQL is a line; nothing on SQLite.
pub struct Server {
    pub line: Line,
    pub world: World,
    url: String,
    name: String,
}

impl Server {
    pub async fn start() -> Option<Self> {
        let url = TestDatabase::create().await.url()?;
        let parsed = url::Url::parse(&url).unwrap();
        let line = Line::to(&format!("{}:{}", parsed.host_str().unwrap(), parsed.port().unwrap())).await;
        let mut through = parsed.clone();
        through.set_port(Some(line.port)).unwrap();
        let world = World::start(&[("KEYHATCH_DATABASE_URL", through.to_string())]).await;
        let name = parsed.path().trim_start_matches('/').to_owned();
        Some(Self { line, world, url, name })
    }

    /// As the one who runs the server.
    pub async fn execute(&self, sql: &str) {
        let mut url = url::Url::parse(&self.url).unwrap();
        if sql.starts_with("ALTER DATABASE") {
            // From outside: what is set holds for whoever comes in.
            url.set_path("postgres");
        }
        let db = Db::connect(&Location::Postgres(url.to_string())).await.unwrap();
        db.execute(&sql.replace("THIS", &self.name)).await.unwrap();
        db.close().await.unwrap();
    }
}

async fn says_so_and_comes_back(state: State) {
    let Some(server) = Server::start().await else { return };
    let world = &server.world;
    for kind in WRITES {
        assert!(world.write(kind, "before").await.unwrap().status < 400);
    }
    server.line.set(state);
    let began = Instant::now();
    let (status, said, retry) = world.get("/readyz").await;
    assert_eq!((status, said.trim()), (503, "the database does not answer"));
    assert!(
        retry.is_some() && began.elapsed() < Duration::from_millis(1_300),
        "{:?}",
        began.elapsed()
    );
    for kind in WRITES {
        let began = Instant::now();
        let answer = world.write(kind, "meanwhile").await.unwrap();
        assert_not_now(&answer, &format!("{state:?} {kind:?}"));
        assert!(began.elapsed() < PATIENCE, "{state:?} {kind:?}: {:?}", began.elapsed());
    }
    // Memory is believed for as long as a lease lasts, and no longer.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let began = Instant::now();
    for path in ["/api/v1/me", "/gateway/forward"] {
        let request = world.root().request(reqwest::Method::GET, path);
        let request = request
            .header("x-forwarded-method", "GET")
            .header("x-forwarded-uri", "/api/v1/rates");
        let answer = crate::support::Answer::of(request.send().await.unwrap()).await;
        assert_not_now(&answer, path);
    }
    for path in ["/workspaces", "/account", "/w/acme/p/site/keys"] {
        let answer = world.alice.get(path).await;
        assert_not_now(&answer, path);
        assert!(
            !answer.headers.contains_key("set-cookie"),
            "the session is kept: {:?}",
            answer.headers
        );
    }
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
    server.line.set(State::Passes);
    world.recovers("afterwards").await;
    assert_eq!(world.alice.get("/workspaces").await.status, 200, "still signed in");
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_stopped() {
    says_so_and_comes_back(State::Refuses).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_nothing_is_heard_of() {
    says_so_and_comes_back(State::Stalls).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    for turn in 0..4 {
        let made = server
            .world
            .write(Write::MakeKey, &format!("key {turn}"))
            .await
            .unwrap();
        assert_eq!(made.status, 201);
    }
    server.line.set(State::LosesCommits);
    for kind in WRITES {
        let answer = server.world.write(kind, "lost").await.unwrap();
        assert_eq!(answer.status, 503, "{kind:?}: {}", answer.body);
    }
    server.line.set(State::Passes);
    server.world.recovers("afterwards").await;
    // Nobody was told that it was revoked, but it was: memory must not say otherwise.
    for key in server.world.perhaps_revoked() {
        assert_eq!(server.world.me(&key).await, Some(401));
    }
    server.world.holds().await;
    server.world.program.kill();
    server.world.start_again();
    server.world.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_became_read_only() {
    let Some(server) = Server::start().await else { return };
    let world = &server.world;
    server
        .execute("ALTER DATABASE THIS SET default_transaction_read_only = on")
        .await;
    server.line.cut();
    tokio::time::sleep(Duration::from_millis(600)).await;
    for kind in WRITES {
        let answer = world.write(kind, "meanwhile").await.unwrap();
        assert_not_now(&answer, &format!("{kind:?}"));
    }
    let (status, said, _) = world.get("/readyz").await;
    assert_eq!((status, said.trim()), (503, "the database is read-only"));
    assert_eq!(world.me(&world.root).await, Some(200), "what is written is true");
    assert_eq!(world.alice.get("/w/acme").await.status, 200);
    server
        .execute("ALTER DATABASE THIS RESET default_transaction_read_only")
        .await;
    server.line.cut();
    world.recovers("afterwards").await;
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_disk_is_full() {
    let Some(server) = Server::start().await else { return };
    let world = &server.world;
    let tables = [
        "keys",
        "audit_events",
        "sessions",
        "webhook_deliveries",
        "credit_entries",
        "workspaces",
        "nodes",
    ];
    server
        .execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$",
        )
        .await;
    for table in tables {
        let trigger = format!("BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION full_disk()");
        server.execute(&format!("CREATE TRIGGER full_disk {trigger}")).await;
    }
    for kind in WRITES {
        let answer = world.write(kind, "meanwhile").await.unwrap();
        assert_not_now(&answer, &format!("{kind:?}"));
    }
    let (status, said, _) = world.get("/readyz").await;
    assert_eq!((status, said.trim()), (503, "the disk of the database is full"));
    server.execute("DROP FUNCTION full_disk() CASCADE").await;
    world.recovers("afterwards").await;
    world.holds().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_ends_transactions_that_take_long() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    server
        .execute("ALTER DATABASE THIS SET idle_in_transaction_session_timeout = '1ms'")
        .await;
    server.line.cut();
    for round in 0..5 {
        for kind in WRITES {
            if let Some(answer) = server.world.write(kind, &format!("{round}")).await {
                assert!(
                    answer.status < 400 || answer.status == 503,
                    "{kind:?} {}: {}",
                    answer.status,
                    answer.body
                );
            }
        }
    }
    server
        .execute("ALTER DATABASE THIS RESET idle_in_transaction_session_timeout")
        .await;
    server.line.cut();
    server.world.recovers("afterwards").await;
    server.world.holds().await;
    server.world.program.kill();
    server.world.start_again();
    server.world.holds().await;
}
