//! The four doors at which a request is judged.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::proxy::{Kind, Proxy};
use super::super::upstream::Upstream;
use crate::conformance::service::Service;
use crate::support::Program;

/// How many requests are on their way at a time.
const AT_ONCE: usize = 16;

/// What tells which request it was that came through.
const NUMBER: &str = "x-number";

pub struct Doors {
    pub service: Service,
    pub backend: Program,
    pub proxies: Vec<Proxy>,
    api: Upstream,
}

/// A request that was let through.
#[derive(Debug)]
pub struct Passed {
    pub door: &'static str,
    /// The target as it was sent, and as the API gets it.
    pub sent: String,
    pub target: String,
}

impl Doors {
    pub async fn open(service: Service) -> Self {
        let api = Upstream::start().await;
        let mut proxies = Vec::new();
        for kind in [Kind::Nginx, Kind::Caddy] {
            proxies.push(Proxy::start(kind, &service.app.address, &api.address).await);
        }
        let backend = service.app.backend().await;
        Self {
            service,
            backend,
            proxies,
            api,
        }
    }

    /// What comes through of these targets, at every door.
    pub async fn through_each(&self, key: &str, method: &str, targets: &[String]) -> Vec<Passed> {
        let mut passed = Vec::new();
        for proxy in &self.proxies {
            let door = if proxy.kind == Kind::Nginx { "nginx" } else { "Caddy" };
            passed.extend(self.through(proxy, door, key, method, targets).await);
        }
        passed.extend(self.at_envoys_address(key, method, targets).await);
        passed.extend(self.verified(key, method, targets).await);
        passed
    }

    async fn through(
        &self,
        proxy: &Proxy,
        door: &'static str,
        key: &str,
        method: &str,
        targets: &[String],
    ) -> Vec<Passed> {
        let requests = targets.iter().enumerate();
        let sent = requests.map(|(number, target)| async move {
            let request = request(method, target, key, number);
            (number, proxy.send(&request).await)
        });
        let statuses: HashMap<usize, u16> = stream::iter(sent).buffer_unordered(AT_ONCE).collect().await;
        let mut passed = Vec::new();
        for got in self.api.take() {
            let number: usize = got.all(NUMBER)[0].parse().unwrap();
            assert_eq!(statuses[&number], 200, "{door}: {}", targets[number]);
            let target = got
                .line
                .strip_prefix(&format!("{method} "))
                .and_then(|rest| rest.strip_suffix(" HTTP/1.1"));
            passed.push(Passed {
                door,
                sent: targets[number].clone(),
                target: target.unwrap_or_else(|| panic!("{door}: {}", got.line)).to_owned(),
            });
        }
        // What Keyhatch did not let through got an answer that says so.
        let refused = statuses.iter().filter(|(_, status)| **status != 200);
        for (number, status) in refused {
            assert!((400..500).contains(status), "{door}: {} {status}", targets[*number]);
        }
        passed
    }

    /// Envoy sends the target as it is, behind a prefix, and hands the same on. (One with a fragment it refuses by itself.)
    async fn at_envoys_address(&self, key: &str, method: &str, targets: &[String]) -> Vec<Passed> {
        let address = self.service.app.address.trim_start_matches("http://");
        let asked = targets
            .iter()
            .filter(|target| target.starts_with('/') && !target.contains('#'));
        let asked = asked.map(|target| async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let request = request(method, &format!("/gateway/envoy{target}"), key, 0);
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await.unwrap();
            let is_good = answer.starts_with(b"HTTP/1.1 200");
            is_good.then(|| Passed {
                door: "Envoy",
                sent: target.clone(),
                target: target.clone(),
            })
        });
        stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .filter_map(|one| async { one })
            .collect()
            .await
    }

    async fn verified(&self, key: &str, method: &str, targets: &[String]) -> Vec<Passed> {
        let asked = targets.iter().map(|target| async move {
            let question = json!({"key": key, "method": method, "path": target});
            let told = self.backend.post("/provider/v1/keys/verify", &question).await.json();
            (told["valid"] == true).then(|| Passed {
                door: "verify",
                sent: target.clone(),
                target: target.clone(),
            })
        });
        stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .filter_map(|one| async { one })
            .collect()
            .await
    }
}

/// A request, byte by byte.
pub fn request(method: &str, target: &str, key: &str, number: usize) -> String {
    format!(
        "{method} {target} HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer {key}\r\n{NUMBER}: {number}\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    )
}
