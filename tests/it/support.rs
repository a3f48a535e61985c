//! The harness: an application of its own for each test, and people with browsers who use it.

mod browser;
mod database;
mod hammer;
mod mail_server;
pub mod places;
mod program;

mod process;
pub mod tokens;

pub use browser::{Answer, Browser, http};
pub use hammer::Hammer;
pub use mail_server::{MailServer, Manners};
pub use process::Process;
pub use program::Program;

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Data;
use keyhatch::app::Application;
use keyhatch::clock::MovableClock;
use keyhatch::config::Config;
use keyhatch::connection::Patience;
use keyhatch::domain::App;
use keyhatch::domain::access::KeyRing;
use keyhatch::domain::keys::{Issued, NewKeyInput};
use keyhatch::model::account::Account;
use keyhatch::model::staff::StaffRole;
use keyhatch::model::workspace::{Project, Workspace};
use keyhatch::random::SystemRandom;

pub use database::TestDatabase;

/// Everybody's password.
pub const PASSWORD: &str = "four unrelated words make sense";

/// Who is staff: Lou looks, Ann acts, Sam administers.
const STAFF: [(&str, StaffRole); 3] = [
    ("lou", StaffRole::Look),
    ("ann", StaffRole::Act),
    ("sam", StaffRole::Administer),
];

/// The variable that one of the profiles which come along names for tokens, and a secret that is long enough.
pub const JWT_SECRET: (&str, &str) = (
    "SUPABASE_JWT_SECRET",
    "super-secret-jwt-token-with-at-least-32-characters-long",
);

/// A running application.
pub struct TestApp {
    pub app: Data<App>,
    pub clock: Arc<MovableClock>,
    /// `http://127.0.0.1:12345`
    pub address: String,
    pub data: tempfile::TempDir,
    database: TestDatabase,
    server: actix_web::dev::ServerHandle,
    beside: [tokio::task::JoinHandle<()>; 3],
}

/// Somebody with an account, signed in.
pub struct Person {
    pub account: Account,
    pub browser: Browser,
}

impl std::ops::Deref for Person {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl TestApp {
    /// An application with the example profile.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// An application with settings of its own (`KEYHATCH_PROFILE`, …).
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_as(settings, Patience::default()).await
    }

    /// An application that waits for its peers no longer than this.
    pub async fn start_with_patience(patience: Patience) -> Self {
        Self::start_as(&[], patience).await
    }

    async fn start_as(settings: &[(&str, &str)], patience: Patience) -> Self {
        let data = tempfile::tempdir().unwrap();
        let database = TestDatabase::create().await;
        let mut all: Vec<(String, String)> = vec![
            ("KEYHATCH_LISTEN".into(), "127.0.0.1:0".into()),
            ("KEYHATCH_DATA_DIR".into(), data.path().display().to_string()),
            ("KEYHATCH_MASTER_KEY".into(), "5a".repeat(32)),
            // Tests keep the machine busy: who comes last would never come.
            ("KEYHATCH_PASSWORD_HASHING".into(), "equal".into()),
            (JWT_SECRET.0.into(), JWT_SECRET.1.into()),
        ];
        all.extend(database.url().map(|url| ("KEYHATCH_DATABASE_URL".to_owned(), url)));
        all.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let setting = move |name: &str| {
            all.iter()
                .rev()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        };
        let config = Config::load(None, setting).unwrap();
        let clock = Arc::new(MovableClock::default());
        let mut built = Application::build(&config, clock.clone(), Arc::new(SystemRandom))
            .await
            .unwrap();
        built.patience = patience;
        let (app, address) = (built.app.clone(), format!("http://127.0.0.1:{}", built.port()));
        let listening = keyhatch::app::listen_to_changes(&app).await.unwrap();
        let server = built.server(Some(2)).unwrap();
        let handle = server.handle();
        tokio::spawn(server);
        let beside = tokio::spawn(keyhatch::app::run_beside(app.clone()));
        let delivering = tokio::spawn(keyhatch::app::deliver(app.clone()));
        Self {
            app,
            clock,
            address,
            data,
            database,
            server: handle,
            beside: [beside, listening, delivering],
        }
    }

    /// Where the data is, when that is PostgreSQL.
    pub fn database_url(&self) -> Option<String> {
        self.database.url()
    }

    /// From here on, this node hears nothing of what others change.
    pub fn stop_listening(&self) {
        self.beside[1].abort();
    }

    /// Moves time on.
    pub fn advance(&self, by: Duration) {
        self.clock.advance_millis(i64::try_from(by.as_millis()).unwrap());
    }

    /// A browser of nobody in particular.
    pub fn browser(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// Somebody with a confirmed account, signed in. Lou, Ann and Sam are staff.
    pub async fn person(&self, name: &str) -> Person {
        let email = format!("{name}@example.com");
        let staff = STAFF.iter().find(|(staff, _)| *staff == name).map(|(_, role)| *role);
        let account = keyhatch::domain::accounts::create(&self.app, &email, PASSWORD, staff)
            .await
            .unwrap();
        let browser = self.browser();
        browser.sign_in(&email, PASSWORD).await;
        Person { account, browser }
    }

    /// A workspace of this person, on the default plan.
    pub async fn workspace(&self, owner: &Person, name: &str) -> Workspace {
        self.workspace_on(owner, name, None).await
    }

    /// A workspace on a plan.
    pub async fn workspace_on(&self, owner: &Person, name: &str, plan: Option<&str>) -> Workspace {
        let by = keyhatch::domain::access::By::operator();
        keyhatch::domain::workspaces::create(&self.app, &owner.account, &by, name, plan)
            .await
            .unwrap()
    }

    /// A project.
    pub async fn project(&self, workspace: &Workspace, name: &str) -> Project {
        let by = keyhatch::domain::access::By::operator();
        let proof = keyhatch::domain::access::ManageProjects::operator(workspace, &by);
        keyhatch::domain::projects::create(&self.app, proof, name)
            .await
            .unwrap()
    }

    /// A key of the workspace, or of a project in it: minted by the operator, without a page.
    pub async fn key(
        &self,
        workspace: &Workspace,
        project: Option<&Project>,
        type_id: &str,
        environment: &str,
        scopes: &[&str],
    ) -> Issued {
        let input = NewKeyInput {
            name: format!("key {}", self.app.new_id().simple()),
            type_id: type_id.to_owned(),
            environment: environment.to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..NewKeyInput::default()
        };
        self.key_of(workspace, project, input).await
    }

    /// A key with settings of its own.
    pub async fn key_of(&self, workspace: &Workspace, project: Option<&Project>, input: NewKeyInput) -> Issued {
        let ring = self.ring(workspace, project);
        let proof = ring.manage_keys().unwrap();
        let new = input.check(&self.app, proof).unwrap();
        keyhatch::domain::keys::issue(&self.app, proof, new).await.unwrap()
    }

    /// The keys of a workspace or project, in the operator's hands.
    pub fn ring(&self, workspace: &Workspace, project: Option<&Project>) -> KeyRing {
        KeyRing::held_by_operator(workspace.clone(), project.cloned())
    }

    /// A program that presents this key.
    pub fn program(&self, key: &str) -> Program {
        Program::new(&self.address, Some(key))
    }

    /// A program of the provider's own, with a service token.
    pub async fn backend(&self) -> Program {
        let name = format!("backend {}", self.app.new_id().simple());
        let token = keyhatch::domain::service_tokens::create(&self.app, &name)
            .await
            .unwrap();
        Program::new(&self.address, Some(secrecy::ExposeSecret::expose_secret(&token.text)))
    }

    /// Makes somebody a member.
    pub async fn join(&self, workspace: &Workspace, person: &Person, role: &str) {
        let tx = self.app.db.begin().await.unwrap();
        let role = role.parse().unwrap();
        keyhatch::store::members::insert(&tx, workspace.id, person.account.id, role, self.app.now())
            .await
            .unwrap();
        keyhatch::store::db::commit(tx).await.unwrap();
    }

    /// The mail that was sent, oldest first, once there are at least `count`.
    pub async fn mails(&self, count: usize) -> Vec<String> {
        let folder = self.data.path().join("mail");
        for _ in 0..200 {
            let mut mails: Vec<_> = std::fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().ends_with(".eml"))
                .map(|entry| {
                    (
                        entry.metadata().unwrap().modified().unwrap(),
                        std::fs::read_to_string(entry.path()).unwrap(),
                    )
                })
                .collect();
            if mails.len() >= count {
                mails.sort();
                return mails.into_iter().map(|(_, text)| text).collect();
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no {count} emails came");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        for task in &self.beside {
            task.abort();
        }
        // The workers stop by themselves; nobody waits for them.
        drop(self.server.stop(false));
        self.database.forget();
    }
}
