//! The courier brings one request to one receiver: the only place that makes outgoing HTTP.
//!
//! Receivers are strangers' machines, at addresses that strangers choose. So: what a name stands for is held against
//! [`UrlRules`] at every connection, and only addresses that were checked are connected to ([`addresses`]). Each request
//! has a client of its own, so that no connection outlives the check it was made under. There are no redirects, proxies,
//! cookies, retries or decompression; there is one patience for everything, and a most that is read of an answer.

mod addresses;
mod fetch;
mod outcome;
mod tls;

pub use addresses::{Resolve, Resolving, SystemResolver};
pub use outcome::{Answer, Failure, Outcome};
pub use reqwest::header::{HeaderName, HeaderValue};
pub use rustls::pki_types::CertificateDer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use ipnet::IpNet;
use reqwest::header::{CONNECTION, HeaderMap, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, retry};
use rustls::ClientConfig;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::model::webhook::retry_after::RetryAfter;
use crate::model::webhook_url::{UrlRules, WebhookUrl};

use addresses::{Checked, Reached};

/// How the courier behaves.
#[derive(Clone, Debug)]
pub struct CourierSettings {
    pub development: bool,
    /// Internal networks that may be reached.
    pub allowed: Vec<IpNet>,
    /// For all of it: the name, the connection, TLS, the answer.
    pub patience: Duration,
    /// How many bytes of an answer are read.
    pub largest_answer: usize,
    /// Authorities that are trusted beside the system's. No setting leads here: it is for tests.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

impl Default for CourierSettings {
    fn default() -> Self {
        Self {
            development: false,
            allowed: Vec::new(),
            patience: Duration::from_secs(10),
            largest_answer: 64 * 1024,
            extra_roots: Vec::new(),
        }
    }
}

impl CourierSettings {
    /// What is usual, under these rules.
    pub fn of(rules: &UrlRules) -> Self {
        Self {
            development: rules.development,
            allowed: rules.allowed.clone(),
            ..Self::default()
        }
    }
}

/// Brings requests to receivers. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    rules: Arc<UrlRules>,
    patience: Duration,
    largest_answer: usize,
    resolver: Arc<dyn Resolve>,
    tls: ClientConfig,
}

impl fmt::Debug for Courier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Courier(…)")
    }
}

impl Courier {
    /// A courier that asks `resolver` what names stand for.
    pub fn new(settings: CourierSettings, resolver: Arc<dyn Resolve>) -> anyhow::Result<Self> {
        Ok(Self {
            tls: tls::config(&settings.extra_roots)?,
            rules: Arc::new(UrlRules {
                development: settings.development,
                allowed: settings.allowed,
            }),
            patience: settings.patience,
            largest_answer: settings.largest_answer,
            resolver,
        })
    }

    /// One POST, and what became of it.
    pub async fn post(&self, url: &WebhookUrl, headers: Vec<(HeaderName, HeaderValue)>, body: Bytes) -> Outcome {
        let began = Instant::now();
        let deadline = began + self.patience;
        let reached = Reached::default();
        let asked = timeout_at(deadline, self.ask(url, headers, body, &reached));
        let answer = match asked.await {
            Ok(Ok(response)) => Ok(self.read(response, deadline).await),
            Ok(Err(failure)) => Err(failure),
            Err(_) => Err(Failure::TimedOut),
        };
        Outcome {
            took: began.elapsed(),
            address: reached.address(),
            answer,
        }
    }

    async fn ask(
        &self,
        url: &WebhookUrl,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
        reached: &Reached,
    ) -> Result<Response, Failure> {
        // Again, since it was accepted: the rules may be stricter now. An address that stands in the URL itself is never
        // resolved, so this is where it is checked.
        let url = WebhookUrl::parse(url.as_str(), &self.rules).map_err(|_| Failure::NotAllowed)?;
        let url = Url::parse(url.as_str()).map_err(|_| Failure::NotAllowed)?;
        reached.note_literal(&url);
        let client = self.client(&url, reached).map_err(|error| Failure::of(&error))?;
        let mut all: HeaderMap = headers.into_iter().collect();
        all.insert(CONNECTION, HeaderValue::from_static("close"));
        let sent = client.post(url).headers(all).body(body).send().await;
        let response = sent.map_err(|error| Failure::of(&error))?;
        if let Some(address) = response.remote_addr() {
            reached.note(address.ip());
        }
        Ok(response)
    }

    /// A client for one request.
    fn client(&self, url: &Url, reached: &Reached) -> reqwest::Result<Client> {
        let checked = Checked {
            resolver: Arc::clone(&self.resolver),
            rules: Arc::clone(&self.rules),
            encrypted: url.scheme() == "https",
            reached: reached.clone(),
        };
        let client = Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .dns_resolver(checked)
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
            // The first of several addresses must not use up all of the time.
            .connect_timeout(self.patience / 2);
        // A receiver that takes nothing in does not hold what is still to be sent for longer than that.
        #[cfg(target_os = "linux")]
        let client = client.tcp_user_timeout(self.patience);
        client.build()
    }

    /// What of the answer there is room and time for. Its status has come: a receiver that stops in the
    /// middle of its body after that has answered all the same.
    async fn read(&self, mut response: Response, deadline: Instant) -> Answer {
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after
            .and_then(|value| value.to_str().ok())
            .and_then(RetryAfter::parse);
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let cut = loop {
            match timeout_at(deadline, response.chunk()).await {
                Ok(Ok(Some(chunk))) => {
                    let room = self.largest_answer - body.len();
                    body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                    if chunk.len() > room {
                        break true;
                    }
                }
                Ok(Ok(None)) => break false,
                Ok(Err(_)) | Err(_) => break true,
            }
        };
        Answer {
            status,
            retry_after,
            body,
            cut,
        }
    }
}
