//! A running service with a profile of its own: Alice owns the workspace Acme, and its project Site where projects own keys.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};

use keyhatch::model::workspace::Project;
use keyhatch::profile::KeyOwner;
use reqwest::Method;
use serde_json::Value;

use crate::keys::world::World;
use crate::support::{Answer, Program, TestApp};

pub struct Service {
    world: World,
    pub project: Option<Project>,
    pub base: String,
}

impl Deref for Service {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Service {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Service {
    /// With one of the profiles that come along.
    pub async fn start(profile: &str) -> Self {
        Self::on_plan(profile, None).await
    }

    /// With Acme on a plan.
    pub async fn on_plan(profile: &str, plan: Option<&str>) -> Self {
        Self::with_file(&file(profile), plan).await
    }

    /// Behind a proxy on this machine, which is believed.
    pub async fn behind_a_proxy(profile: &str) -> Self {
        Self::with_settings(&file(profile), None, &[("KEYHATCH_TRUSTED_PROXIES", "127.0.0.1")]).await
    }

    pub async fn with_file(file: &Path, plan: Option<&str>) -> Self {
        Self::with_settings(file, plan, &[]).await
    }

    /// With settings of its own.
    pub async fn with_settings(file: &Path, plan: Option<&str>, settings: &[(&str, &str)]) -> Self {
        let file = file.display().to_string();
        let app = TestApp::start_with(&[&[("KEYHATCH_PROFILE", file.as_str())], settings].concat()).await;
        let alice = app.person("alice").await;
        let workspace = app.workspace_on(&alice, "Acme", plan).await;
        let api = app.app.profile.api.clone();
        let (project, keys) = match api.keys_belong_to {
            KeyOwner::Project => {
                let project = app.project(&workspace, "Site").await;
                let keys = format!("/w/{}/p/{}/keys", workspace.slug, project.slug);
                (Some(project), keys)
            }
            KeyOwner::Workspace => (None, format!("/w/{}/keys", workspace.slug)),
        };
        Self {
            world: World {
                app,
                alice,
                workspace,
                keys,
            },
            project,
            base: api.base_path,
        }
    }

    /// A key that the operator made, without a page.
    pub async fn mint(&self, type_id: &str, scopes: &[&str]) -> String {
        let environment = self.app.app.profile.key_type(type_id).unwrap().formats[0].0;
        let issued = self
            .app
            .key(
                &self.workspace,
                self.project.as_ref(),
                type_id,
                environment.as_str(),
                scopes,
            )
            .await;
        issued.text.expose_secret().to_owned()
    }

    /// `GET {base}/me` with a bearer key.
    pub async fn me(&self, key: &str) -> Answer {
        self.app.program(key).get(&format!("{}/me", self.base)).await
    }

    /// What the gateway says of a request with a bearer key.
    pub async fn judge(&self, key: &str, method: &str, path: &str) -> Answer {
        judge(&self.app.program(key), method, path).await
    }

    /// The status alone.
    pub async fn status(&self, key: &str, method: &str, path: &str) -> u16 {
        self.judge(key, method, path).await.status
    }

    /// A request to `{base}/api-keys…` with its key in `X-API-Key`.
    pub async fn manage(&self, key: &str, method: Method, rest: &str, body: Option<&Value>) -> Answer {
        let path = format!("{}/api-keys{rest}", self.base);
        let mut request = self.stranger().request(method, &path).header("X-API-Key", key);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    /// A program without a key.
    pub fn stranger(&self) -> Program {
        Program::new(&self.app.address, None)
    }
}

/// A profile that comes along.
pub fn file(profile: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("profiles/{profile}.toml"))
}

/// What the gateway says of a program's request.
pub async fn judge(program: &Program, method: &str, path: &str) -> Answer {
    let request = program.request(Method::GET, "/gateway/forward");
    let request = request.header("x-forwarded-method", method);
    Answer::of(request.header("x-forwarded-uri", path).send().await.unwrap()).await
}

/// The code of a refusal.
pub fn code(answer: &Answer) -> String {
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

/// A header of the identity that a gateway passes on.
pub fn handed_on(answer: &Answer, name: &str) -> String {
    let value = answer.headers.get(format!("x-keyhatch-{name}"));
    value
        .unwrap_or_else(|| panic!("no {name}: {}", answer.body))
        .to_str()
        .unwrap()
        .to_owned()
}

/// Asserts that a key is kept as its SHA-256 alone.
pub async fn assert_only_the_digest_is_kept(service: &Service, key: &str) {
    use sha2::Digest;
    let digest: [u8; 32] = sha2::Sha256::digest(key.as_bytes()).into();
    let found = keyhatch::store::verification::find(service.app.app.db.reader(), &[digest]).await;
    assert_eq!(found.unwrap().len(), 1, "it is found by its digest");
    assert_kept_nowhere(service, key);
}

/// Asserts that a text is in no file of the data directory.
pub fn assert_kept_nowhere(service: &Service, text: &str) {
    let mut folders = vec![service.app.data.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let content = std::fs::read(entry.path()).unwrap();
            let found = content.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{} holds {text}", entry.path().display());
        }
    }
}
