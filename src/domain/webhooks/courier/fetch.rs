//! One GET of a document that the operator named in a file of their own: the keys of their identity provider, or GitHub's. It may be at an
//! internal address, which no customer could have chosen; all else is as strict as for a delivery.

use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::header::{ACCEPT, CACHE_CONTROL, HeaderMap, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, retry};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::Courier;

/// Somebody's request waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// A document.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub body: Vec<u8>,
    /// How long it may be kept, if the other side says so.
    pub max_age: Option<Duration>,
}

impl Courier {
    /// Fetches a whole document of at most `largest` bytes.
    pub async fn fetch(&self, url: &Url, largest: usize) -> anyhow::Result<Fetched> {
        let deadline = Instant::now() + PATIENCE;
        let fetching = async {
            let client = Client::builder()
                .tls_backend_preconfigured(self.tls.clone())
                .https_only(url.scheme() == "https")
                .redirect(Policy::none())
                .retry(retry::never())
                .no_proxy()
                .no_gzip()
                .no_brotli()
                .no_zstd()
                .no_deflate()
                .referer(false)
                .http1_only()
                .pool_max_idle_per_host(0)
                .build()?;
            let asked = client.get(url.clone()).header(ACCEPT, "application/json");
            // GitHub answers nobody who does not say what they are.
            let asked = asked.header(USER_AGENT, "Keyhatch");
            let mut response = asked.send().await.map_err(reqwest::Error::without_url)?;
            let status = response.status();
            ensure!(status == StatusCode::OK, "the answer was {status}");
            let max_age = max_age(response.headers());
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
                ensure!(
                    body.len() + chunk.len() <= largest,
                    "the answer has more than {largest} bytes"
                );
                body.extend_from_slice(&chunk);
            }
            anyhow::Ok(Fetched { body, max_age })
        };
        // No address in an error: there may be a token in it.
        timeout_at(deadline, fetching).await.context("it took too long")?
    }
}

/// What `Cache-Control` allows (RFC 9111, section 5.2.2); nothing, when it does not say.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let mut longest = None;
    for directive in lines.flat_map(|line| line.split(',')).map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        match name.to_ascii_lowercase().as_str() {
            "no-cache" | "no-store" => return Some(Duration::ZERO),
            "max-age" => longest = value.trim_matches('"').parse().ok().map(Duration::from_secs),
            _ => {}
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_kept() {
        for (line, seconds) in [
            ("max-age=60", Some(60)),
            ("public, Max-Age=\"600\", must-revalidate", Some(600)),
            ("no-store, max-age=60", Some(0)),
            ("max-age=60, no-cache", Some(0)),
            ("max-age=soon", None),
            ("max-age=-1", None),
            ("public", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, line.parse().unwrap());
            assert_eq!(max_age(&headers), seconds.map(Duration::from_secs), "{line}");
        }
        assert_eq!(max_age(&HeaderMap::new()), None);
    }
}
