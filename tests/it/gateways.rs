//! Debian's nginx and Caddy with the configurations of `examples/gateway/`, between a client and a small API that
//! remembers what it got. What a gateway is told, without one, is in `asked`.

mod asked;
mod asking;
mod bodies;
mod identity;
mod limits;
mod passing;
pub mod proxy;
mod refusals;
mod request_ids;
mod spellings;
mod tokens;
mod transport;
mod tricks;
pub mod upstream;
mod websockets;

use keyhatch::model::workspace::{Project, Workspace};

use crate::support::places::acme;
use crate::support::{Program, TestApp};
pub use proxy::{Kind, Proxy};
pub use upstream::Upstream;

/// Keyhatch, the API, and a proxy of each kind between them.
struct World {
    app: TestApp,
    workspace: Workspace,
    project: Project,
    api: Upstream,
    proxies: Vec<Proxy>,
    _profile: tempfile::NamedTempFile,
}

impl World {
    async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With the example profile, in which some texts are replaced.
    async fn start_with(replaced: &[(&str, &str)]) -> Self {
        let mut text = include_str!("../../profiles/example.toml").to_owned();
        for (from, to) in replaced {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        let profile = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(profile.path(), text).unwrap();
        let settings = [
            ("KEYHATCH_PROFILE", profile.path().to_str().unwrap()),
            ("KEYHATCH_TRUSTED_PROXIES", "127.0.0.1"),
        ];
        let app = TestApp::start_with(&settings).await;
        let (workspace, project) = acme(&app).await;
        let api = Upstream::start().await;
        let mut proxies = Vec::new();
        for kind in [Kind::Nginx, Kind::Caddy] {
            proxies.push(Proxy::start(kind, &app.address, &api.address).await);
        }
        Self {
            app,
            workspace,
            project,
            api,
            proxies,
            _profile: profile,
        }
    }

    /// The text of a new key.
    async fn key(&self, type_id: &str, scopes: &[&str]) -> String {
        let project = Some(&self.project);
        let key = self.app.key(&self.workspace, project, type_id, "live", scopes).await;
        // The client's half of it.
        key.text.expose_secret().to_owned()
    }
}

/// A client of the API, with a key or without.
fn client(proxy: &Proxy, key: Option<&str>) -> Program {
    Program::new(&proxy.address, key)
}
