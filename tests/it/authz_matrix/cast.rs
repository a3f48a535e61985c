//! The people and things of the matrix.

use keyhatch::domain::access::{By, KeyRing};
use keyhatch::domain::keys::{self, Issued, NewKeyInput};
use keyhatch::domain::webhooks::{accept, queue, secrets};
use keyhatch::domain::{inbound, invitations};
use keyhatch::model::ids::EndpointId;
use keyhatch::model::role::Role;
use keyhatch::model::signing_secret::SigningSecret;
use keyhatch::model::webhook::{CustomerEvent, Delivery, Endpoint, EventType};
use keyhatch::model::workspace::{Project, Workspace};

use crate::support::places;
use crate::support::{Browser, PASSWORD, Person, TestApp};

/// Alice's workspace with its members, Charlie with one of his own, Sam of the staff.
pub struct Cast {
    pub app: TestApp,
    pub workspace: Workspace,
    pub project: Project,
    pub elsewhere: (Workspace, Project),
    people: Vec<Person>,
    nobody: Browser,
}

impl Cast {
    pub async fn assemble() -> Self {
        let profile = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(profile.path(), super::profile()).unwrap();
        let app = TestApp::start_with(&[("KEYHATCH_PROFILE", &profile.path().display().to_string())]).await;
        let mut people = Vec::new();
        for name in &super::PEOPLE[1..] {
            people.push(app.person(name).await);
        }
        let [charlie, _sam, victor, bob, adam, alice] = &people[..] else {
            unreachable!("six people");
        };
        let workspace = app.workspace_on(alice, "Acme", Some("enterprise")).await;
        app.join(&workspace, victor, "viewer").await;
        app.join(&workspace, bob, "developer").await;
        app.join(&workspace, adam, "admin").await;
        let project = app.project(&workspace, "Site").await;
        let other = app.workspace_on(charlie, "Elsewhere", Some("enterprise")).await;
        let others = app.project(&other, "Site").await;
        let nobody = app.browser();
        Self {
            app,
            workspace,
            project,
            elsewhere: (other, others),
            people,
            nobody,
        }
    }

    /// A caller's browser.
    pub fn browser(&self, caller: &str) -> &Browser {
        let at = super::PEOPLE.iter().position(|name| *name == caller).unwrap();
        match at {
            0 => &self.nobody,
            _ => &self.people[at - 1].browser,
        }
    }

    /// The proof of origin that a caller's own forms carry.
    pub async fn csrf(&self, caller: &str) -> String {
        let page = if caller == "nobody" { "/sign-in" } else { "/workspaces" };
        let page = self.browser(caller).get(page).await;
        page.attribute("input[name=csrf]", "value")
            .expect("a form on every page")
    }

    /// Signs a caller in again, when what they did has signed them out, and lets them in again, when they have left.
    pub async fn restore(&self, caller: &str) {
        let signed_out = self.browser(caller).get("/sign-in").await.status == 200;
        if caller != "nobody" && signed_out {
            // A minute per sign-in keeps the throttles out of this.
            self.app.advance(std::time::Duration::from_secs(60));
            let email = format!("{caller}@example.com");
            self.browser(caller).sign_in(&email, PASSWORD).await;
        }
        let role = match caller {
            "victor" => "viewer",
            "bob" => "developer",
            "adam" => "admin",
            _ => return,
        };
        let person = self
            .people
            .iter()
            .find(|person| person.account.email.as_str().starts_with(caller));
        let person = person.expect("one of the members");
        let db = self.app.app.db.reader();
        let known = keyhatch::store::members::role_of(db, self.workspace.id, person.account.id).await;
        if known.unwrap().is_none() {
            self.app.join(&self.workspace, person, role).await;
        }
    }

    /// A fresh key in Alice's project.
    pub async fn key(&self, type_id: &str, scopes: &[&str]) -> Issued {
        self.key_in(&self.workspace, &self.project, type_id, scopes).await
    }

    /// A fresh key in somebody's project.
    pub async fn key_in(&self, workspace: &Workspace, project: &Project, type_id: &str, scopes: &[&str]) -> Issued {
        let ring = KeyRing::held_by_operator(workspace.clone(), Some(project.clone()));
        let proof = ring.manage_keys().unwrap();
        let input = NewKeyInput {
            name: uuid::Uuid::new_v4().simple().to_string(),
            type_id: type_id.to_owned(),
            environment: "test".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..NewKeyInput::default()
        };
        let new = input.check(&self.app.app, proof).unwrap();
        keys::issue(&self.app.app, proof, new).await.unwrap()
    }

    /// Something on its way to the endpoint of Alice's workspace.
    async fn own_delivery(&self) -> String {
        let app = &self.app.app;
        let endpoint = keyhatch::store::webhooks::endpoints::find_own(app.db.reader(), self.workspace.id);
        let endpoint = endpoint.await.unwrap().unwrap();
        let tx = app.db.begin().await.unwrap();
        let event = queue::Event {
            event_type: &CustomerEvent::KeyCreated.into(),
            data: "{}",
            idempotency: None,
        };
        let delivery = queue::put(&tx, app, &endpoint, event).await.unwrap();
        keyhatch::store::db::commit(tx).await.unwrap();
        delivery.id.to_string()
    }

    /// Makes sure that Alice's workspace has an endpoint of its own.
    async fn own_endpoint(&self) {
        let app = &self.app.app;
        let endpoint = Endpoint {
            id: EndpointId(app.new_id()),
            workspace_id: self.workspace.id,
            project_id: None,
            key_id: None,
            // Nothing listens there.
            url: "http://127.0.0.1:9/hook".to_owned(),
            event_types: None,
            failing_since: None,
            off: None,
            previous_secret_until: None,
            created_at: app.now(),
        };
        let secret = SigningSecret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let sealed = secrets::seal(app, endpoint.id.0, &secret).unwrap();
        let tx = app.db.begin().await.unwrap();
        let there = keyhatch::store::webhooks::endpoints::find_own(&tx, self.workspace.id).await;
        if there.unwrap().is_none() {
            let inserted = keyhatch::store::webhooks::endpoints::insert_own(&tx, &endpoint, sealed).await;
            inserted.unwrap();
        }
        keyhatch::store::db::commit(tx).await.unwrap();
    }

    /// Somebody new is a member of Alice's workspace.
    async fn member(&self) -> String {
        let person = self.app.person(&format!("m{}", uuid::Uuid::new_v4().simple())).await;
        self.app.join(&self.workspace, &person, "viewer").await;
        person.account.id.to_string()
    }

    /// Somebody new is invited to Alice's workspace.
    async fn invitation(&self) -> String {
        let (by, app) = (By::operator(), &self.app.app);
        let proof = places::members(&self.workspace, &by);
        let email = format!("{}@example.com", uuid::Uuid::new_v4().simple());
        invitations::invite(app, proof, &[email], Role::Viewer).await.unwrap();
        let all = keyhatch::store::invitations::list(app.db.reader(), self.workspace.id, 1).await;
        all.unwrap()[0].id.to_string()
    }

    /// A fresh delivery of a fresh key in Alice's project, to where nobody listens.
    async fn delivery(&self) -> Delivery {
        let event = accept::NewEvent {
            key_id: self.key("secret", &[]).await.key.id,
            event_type: EventType::parse("invoice.paid").unwrap(),
            data: "{}".to_owned(),
            url: Some("http://127.0.0.1:9/".to_owned()),
            idempotency_key: None,
        };
        accept::accept(&self.app.app, &event).await.unwrap()
    }

    /// A path with Alice's things in it.
    pub async fn path(&self, pattern: &str) -> String {
        let own = pattern.strip_prefix("/w/{workspace}/webhooks/").unwrap_or_default();
        // At the desk things are called by their ids.
        let alice = self.people.last().expect("alice").account.id;
        let mut pattern = pattern
            .replace(
                "/staff/workspaces/{workspace}",
                &format!("/staff/workspaces/{}", self.workspace.id),
            )
            .replace(
                "/staff/projects/{project}",
                &format!("/staff/projects/{}", self.project.id),
            )
            .replace("/staff/accounts/{account}", &format!("/staff/accounts/{alice}"));
        if !own.is_empty() && own != "new" {
            self.own_endpoint().await;
        }
        if own.contains("{delivery}") {
            pattern = pattern.replace("{delivery}", &self.own_delivery().await);
        }
        let mut path = pattern.replace("{workspace}", &self.workspace.slug.to_string());
        path = path.replace("{project}", &self.project.slug.to_string());
        path = path.replace("{environment}", "live");
        if path.contains("{inbound}") {
            let key = self.key("secret", &[]).await.key.id;
            let ring = KeyRing::held_by_operator(self.workspace.clone(), Some(self.project.clone()));
            let made = inbound::issue(&self.app.app, ring.manage_keys().unwrap(), key, "invoice").await;
            path = path.replace("{key}", &key.to_string());
            path = path.replace("{inbound}", &made.unwrap().0.id.to_string());
        }
        if path.contains("{member}") {
            path = path.replace("{member}", &self.member().await);
        }
        if path.contains("{invitation}") {
            path = path.replace("{invitation}", &self.invitation().await);
        }
        for word in ["{key}", "{id}"] {
            if path.contains(word) {
                path = path.replace(word, &self.key("secret", &[]).await.key.id.to_string());
            }
        }
        if path.contains("{delivery}") || path.contains("{endpoint}") {
            let delivery = self.delivery().await;
            path = path.replace("{delivery}", &delivery.id.to_string());
            path = path.replace("{endpoint}", &delivery.endpoint_id.to_string());
        }
        unknown(path)
    }

    /// The same path where there is nothing.
    pub fn nowhere(pattern: &str) -> String {
        unknown(pattern.replace("{workspace}", "no-such-workspace"))
    }
}

/// Fills in what is left.
fn unknown(path: String) -> String {
    regex::Regex::new(r"\{[^}]*\}")
        .unwrap()
        .replace_all(&path, "no-such-thing")
        .into_owned()
}
