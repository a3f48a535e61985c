//! A service behind Debian's nginx and Caddy, each with the configuration of `examples/gateway/` for the service's profile.

use std::ops::Deref;

use super::service::Service;
use crate::gateways::proxy::{Kind, Proxy};
use crate::gateways::upstream::Upstream;
use crate::support::{Answer, Program};

pub struct Guarded {
    service: Service,
    pub api: Upstream,
    pub proxies: Vec<Proxy>,
}

impl Deref for Guarded {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

impl Guarded {
    pub async fn start(service: Service) -> Self {
        let api = Upstream::start().await;
        let mut proxies = Vec::new();
        for kind in [Kind::Nginx, Kind::Caddy] {
            let profile = &service.app.app.profile;
            proxies.push(Proxy::start_for(kind, &service.app.address, &api.address, profile).await);
        }
        Self { service, api, proxies }
    }

    /// Whether Keyhatch answers what is at this path itself, as the example configurations have it.
    pub fn is_keyhatchs_own(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.base).unwrap_or_default();
        let below = rest.strip_prefix("/api-keys/");
        matches!(rest, "/me" | "/openapi.json" | "/api-keys")
            || below.is_some_and(|id| !id.is_empty() && !id.contains('/'))
    }
}

/// A request through a proxy, with a bearer key.
pub async fn through(proxy: &Proxy, key: &str, method: &str, path: &str) -> Answer {
    let program = Program::new(&proxy.address, Some(key));
    let request = program.request(method.parse().unwrap(), path);
    Answer::of(request.send().await.unwrap()).await
}

/// For how many seconds a refusal asks to wait.
pub fn retry_after(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 429, "{}", answer.body);
    let mut values = answer.headers.get_all("retry-after").into_iter();
    let value = values.next().unwrap_or_else(|| panic!("{:?}", answer.headers));
    assert!(values.next().is_none(), "it is said once");
    value.to_str().unwrap().parse().unwrap()
}
