//! A running service that has something of everything: Alice's workspace Acme with its project Site, keys, a delivery, credits,
//! and where the profile has them embed mode and an inbound token. Its limits are too large to be met.

use keyhatch::domain::keys::Issued;
use keyhatch::model::workspace::{Project, Workspace};
use keyhatch::profile::{Access, CredentialPlace, KeyOwner, KeyType};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::it::support::{Person, Program, TestApp};

/// A profile that comes along, as it is or with another envelope of errors.
pub struct Case {
    profile: &'static str,
    pub envelope: Option<&'static str>,
    /// Whether keys are made, changed and revoked on pages alone.
    pub leaves_keys_to_pages: bool,
}

const fn case(profile: &'static str, envelope: Option<&'static str>) -> Case {
    Case {
        profile,
        envelope,
        leaves_keys_to_pages: false,
    }
}

/// All of them.
pub const CASES: &[Case] = &[
    case("example", None),
    case("example", Some("nested")),
    case("example", Some("problem")),
    case("codivupload", None),
    Case {
        leaves_keys_to_pages: true,
        ..case("craftkit", None)
    },
    case("docsapi", None),
    Case {
        leaves_keys_to_pages: true,
        ..case("kodisc", None)
    },
    case("kodostatus", None),
];

impl Case {
    /// `example, nested`
    pub fn name(&self) -> String {
        match self.envelope {
            None => self.profile.to_owned(),
            Some(envelope) => format!("{}, {envelope}", self.profile),
        }
    }

    fn text(&self) -> String {
        let file = format!("{}/profiles/{}.toml", env!("CARGO_MANIFEST_DIR"), self.profile);
        let text = std::fs::read_to_string(file).unwrap();
        let limits = regex::Regex::new(r"(?m)^count = [\d_]+$").unwrap();
        let text = limits.replace_all(&text, "count = 1_000_000_000").into_owned();
        match self.envelope {
            None => text,
            Some(envelope) => {
                let (begin, end) = text.split_once("[errors]").unwrap();
                let end = end
                    .replace("\"simple\"", &format!("\"{envelope}\""))
                    .replace("\"lower\"", "\"upper\"");
                let text = format!("{begin}[errors]{end}");
                for line in [format!("envelope = \"{envelope}\""), "case = \"upper\"".to_owned()] {
                    assert!(text.lines().any(|one| one.starts_with(&line)), "{line}");
                }
                text
            }
        }
    }
}

pub struct Service {
    app: TestApp,
    alice: Person,
    workspace: Workspace,
    project: Option<Project>,
    key: Issued,
    token: String,
    leaves_keys_to_pages: bool,
    _profile: tempfile::NamedTempFile,
}

impl Service {
    pub async fn start(case: &Case) -> Self {
        let profile = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(profile.path(), case.text()).unwrap();
        let app = TestApp::start_with(&[("KEYHATCH_PROFILE", profile.path().to_str().unwrap())]).await;
        let alice = app.person("alice").await;
        let plans = &app.app.profile.plans;
        // Where there are several, the last has no bounds.
        let plan = plans.last().map(|plan| plan.id.clone());
        let workspace = app.workspace_on(&alice, "Acme", plan.as_deref()).await;
        let project = match app.app.profile.api.keys_belong_to {
            KeyOwner::Project => Some(app.project(&workspace, "Site").await),
            KeyOwner::Workspace => None,
        };
        let key_type = type_with(&app, |key_type| key_type.access == Access::All).unwrap();
        let environment = key_type.formats[0].0;
        let key = app
            .key(&workspace, project.as_ref(), &key_type.id, environment.as_str(), &[])
            .await;
        let token = keyhatch::domain::service_tokens::create(&app.app, "backend")
            .await
            .unwrap();
        Self {
            token: token.text.expose_secret().to_owned(),
            app,
            alice,
            workspace,
            project,
            key,
            leaves_keys_to_pages: case.leaves_keys_to_pages,
            _profile: profile,
        }
    }

    pub fn address(&self) -> String {
        self.app.address.clone()
    }

    /// Where the customers' document is.
    pub fn document(&self) -> String {
        format!("{}/openapi.json", self.app.app.profile.api.base_path)
    }

    /// Whether there is anything to pay with.
    pub fn has_credits(&self) -> bool {
        self.app.app.profile.credits.is_some()
    }

    /// Whether events can be signed, and so be sent.
    pub fn has_signing_secret(&self) -> bool {
        self.key.key.has_signing_secret
    }

    pub fn stranger(&self) -> Program {
        Program::new(&self.app.address, None)
    }

    /// The header that a customer's key travels in.
    pub fn key_header(&self) -> String {
        let key = self.key.text.expose_secret();
        match &self.app.app.profile.api.credentials[0] {
            CredentialPlace::Bearer => format!("Authorization: Bearer {key}"),
            place => format!("{}: {key}", place.header_name()),
        }
    }

    /// The header that a service token travels in.
    pub fn token_header(&self) -> String {
        format!("Authorization: Bearer {}", self.token)
    }

    /// What there is, for those who make requests.
    pub async fn seed(&self) -> Value {
        let profile = &self.app.app.profile;
        let (workspace, project) = (&self.workspace.slug, self.project.as_ref());
        let keys = match project {
            Some(project) => format!("/w/{workspace}/p/{}", project.slug),
            None => format!("/w/{workspace}"),
        };
        let scoped = type_with(&self.app, |key_type| key_type.access == Access::Scopes);
        let new_key = match (scoped, profile.scopes.first()) {
            (Some(scoped), Some(scope)) => json!({"type": scoped.id, "scopes": [scope.id]}),
            _ => json!({"type": self.key.key.type_id, "environment": self.key.key.environment.as_str()}),
        };
        let header = self.key_header();
        let (name, value) = header.split_once(": ").unwrap();
        let spare = &self.key.key;
        let spare = self
            .app
            .key(
                &self.workspace,
                project,
                &spare.type_id,
                spare.environment.as_str(),
                &[],
            )
            .await;
        let mut seed = json!({
            "address": self.app.address, "base": profile.api.base_path, "workspace": workspace,
            "key": self.key.text.expose_secret(), "key_header": { name: value }, "key_id": self.key.key.id.to_string(),
            "token": self.token, "spare_key": spare.text.expose_secret(), "new_key": new_key,
            "leaves_keys_to_pages": self.leaves_keys_to_pages, "has_signing_secret": self.has_signing_secret(),
            // Nobody listens there.
            "receiver": "http://127.0.0.1:9/",
        });
        if profile.embed.is_some() {
            let page = format!("{keys}/embed");
            let enabled = self.alice.submit(&page, &page, &[]).await;
            let shown = self.alice.get(&enabled.location()).await;
            seed["signing_key"] = json!(shown.text("#embed-signing-key"));
            seed["publishable_key"] = json!(self.alice.get(&page).await.text("#publishable-key"));
        }
        if profile.inbound.is_some() {
            let page = format!("{keys}/keys/{}/inbound", self.key.key.id);
            let made = self.alice.submit(&page, &page, &[("template", "invoice")]).await;
            seed["inbound_token"] = json!(self.alice.get(&made.location()).await.text("#inbound-token"));
        }
        seed
    }
}

fn type_with(app: &TestApp, is_meant: impl Fn(&KeyType) -> bool) -> Option<&KeyType> {
    app.app.profile.key_types.iter().find(|key_type| is_meant(key_type))
}
