//! Settings: defaults, then the file, then the environment. What is unsafe together is refused at start, with a sentence.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::passwords::Rank;
use crate::store::db::Location;

/// Everything that can be set, as the operator wrote it. In the file the names are the same in lower case without
/// `KEYHATCH_`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Raw {
    pub listen: Option<String>,
    pub metrics_listen: Option<String>,
    pub public_url: Option<String>,
    pub data_dir: Option<PathBuf>,
    pub database_url: Option<SecretString>,
    /// Read, and not used yet: one node needs none.
    pub redis_url: Option<SecretString>,
    pub profile: Option<PathBuf>,
    pub master_key: Option<SecretString>,
    pub master_key_file: Option<PathBuf>,
    pub mail_url: Option<SecretString>,
    pub mail_from: Option<String>,
    pub trusted_proxies: Option<String>,
    pub webhook_allowed_networks: Option<String>,
    pub cached_keys: Option<String>,
    pub connections_per_address: Option<String>,
    pub password_hashing: Option<String>,
    pub log: Option<String>,
    pub log_format: Option<String>,
}

/// Settings that were checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where `/metrics` is answered; nothing: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Where people find the dashboard; nothing: the address it listens on.
    pub public_url: Option<String>,
    pub data_dir: PathBuf,
    pub database: Location,
    pub profile: Option<PathBuf>,
    pub master_key: MasterKeySource,
    /// Nothing: letters become files.
    pub mail_url: Option<SecretString>,
    pub mail_from: String,
    pub trusted_proxies: Vec<IpNet>,
    /// Internal networks that webhooks may reach, plain http included.
    pub webhook_allowed_networks: Vec<IpNet>,
    /// How many keys may be in memory.
    pub cached_keys: usize,
    /// How many connections an address may have open that is no trusted proxy.
    pub connections_per_address: usize,
    /// How hashing passwords stands to what else the machine does.
    pub password_hashing: Rank,
    /// Nothing: what the command finds right.
    pub log: Option<String>,
    pub log_json: bool,
    pub variables: Variables,
}

/// The environment, for what the profile names there.
#[derive(Clone)]
pub struct Variables(Arc<Environment>);

type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Variables {
    /// The value of a variable that is set, and not to nothing.
    pub fn get(&self, name: &str) -> Option<SecretString> {
        let value = (self.0)(name).filter(|value| !value.is_empty());
        value.map(SecretString::from)
    }
}

impl std::fmt::Debug for Variables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Variables(…)")
    }
}

/// Where the master key comes from.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    Given(SecretString),
    File(PathBuf),
    /// Made in the data directory at the first start: only for the embedded database.
    DataDirectory,
}

/// A million keys take about 150 MB, and only when they are used.
const CACHED_KEYS: usize = 1_000_000;

/// More than a browser, a program or a busy proxy has; few enough that one address does not take all that a system allows.
const CONNECTIONS_PER_ADDRESS: usize = 1_000;

impl Config {
    /// Reads the file (when there is one) and the environment.
    pub fn load(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let raw = match file {
            None => Raw::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
                toml::from_str(&text).map_err(|error| mistake(path, &text, &error))?
            }
        };
        let raw = overlay(raw, &environment);
        Self::check(raw, Variables(Arc::new(environment)))
    }

    fn check(raw: Raw, variables: Variables) -> anyhow::Result<Self> {
        let listen = raw.listen.as_deref().unwrap_or("127.0.0.1:8080");
        let listen = parse_address("KEYHATCH_LISTEN", listen)?;
        let data_dir = raw.data_dir.unwrap_or_else(|| PathBuf::from("data"));
        let database = match &raw.database_url {
            None => Location::File(data_dir.join("keyhatch.db")),
            Some(url) => {
                Location::parse(url.expose_secret()).map_err(|why| anyhow::anyhow!("KEYHATCH_DATABASE_URL: {why}"))?
            }
        };
        let public_url = raw.public_url.map(|url| check_public_url(&url)).transpose()?;
        if public_url.is_none() && !listen.ip().is_loopback() {
            bail!(
                "KEYHATCH_LISTEN is {listen}, which other machines reach: set KEYHATCH_PUBLIC_URL to the address people will \
                 use, like https://keys.example.com"
            );
        }
        let master_key = match (raw.master_key, raw.master_key_file) {
            (Some(_), Some(_)) => bail!("set KEYHATCH_MASTER_KEY or KEYHATCH_MASTER_KEY_FILE, not both"),
            (Some(key), None) => MasterKeySource::Given(key),
            (None, Some(file)) => MasterKeySource::File(file),
            (None, None) if matches!(database, Location::File(_)) => MasterKeySource::DataDirectory,
            (None, None) => bail!(
                "with PostgreSQL, set KEYHATCH_MASTER_KEY_FILE: a key made in one data directory would be missing on the next \
                 machine (openssl rand -hex 32 > master.key; chmod 600 master.key)"
            ),
        };
        let metrics_listen = raw
            .metrics_listen
            .as_deref()
            .map(|text| parse_address("KEYHATCH_METRICS_LISTEN", text));
        Ok(Self {
            listen,
            metrics_listen: metrics_listen.transpose()?,
            public_url,
            data_dir,
            database,
            profile: raw.profile,
            master_key,
            mail_url: raw.mail_url,
            mail_from: raw
                .mail_from
                .unwrap_or_else(|| "Keyhatch <keyhatch@localhost>".to_owned()),
            trusted_proxies: networks("KEYHATCH_TRUSTED_PROXIES", raw.trusted_proxies.as_deref())?,
            webhook_allowed_networks: networks(
                "KEYHATCH_WEBHOOK_ALLOWED_NETWORKS",
                raw.webhook_allowed_networks.as_deref(),
            )?,
            cached_keys: match raw.cached_keys {
                None => CACHED_KEYS,
                Some(text) => text
                    .parse()
                    .with_context(|| format!("KEYHATCH_CACHED_KEYS is “{text}”; it is a number like 1000000"))?,
            },
            connections_per_address: match raw.connections_per_address.as_deref().map(str::parse) {
                None => CONNECTIONS_PER_ADDRESS,
                Some(Ok(count)) if count > 0 => count,
                Some(_) => {
                    bail!("KEYHATCH_CONNECTIONS_PER_ADDRESS is a number like {CONNECTIONS_PER_ADDRESS}, and at least 1")
                }
            },
            password_hashing: match raw.password_hashing.as_deref() {
                None | Some("last") => Rank::Last,
                Some("equal") => Rank::Equal,
                Some(other) => bail!("KEYHATCH_PASSWORD_HASHING is “{other}”; it is last or equal"),
            },
            log: raw.log,
            log_json: match raw.log_format.as_deref() {
                None | Some("text") => false,
                Some("json") => true,
                Some(other) => bail!("KEYHATCH_LOG_FORMAT is “{other}”; it is text or json"),
            },
            variables,
        })
    }
}

/// A mistake in the file: where it is, and never the line itself, which may hold a secret.
fn mistake(path: &Path, text: &str, error: &toml::de::Error) -> anyhow::Error {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    anyhow::anyhow!("{}:{line}: {}", path.display(), error.message())
}

fn parse_address(name: &str, text: &str) -> anyhow::Result<SocketAddr> {
    text.parse()
        .with_context(|| format!("{name} is “{text}”; write it like 127.0.0.1:8080"))
}

fn overlay(mut raw: Raw, environment: impl Fn(&str) -> Option<String>) -> Raw {
    let get = |name: &str| environment(&format!("KEYHATCH_{name}")).filter(|value| !value.is_empty());
    let text = |slot: &mut Option<String>, name: &str| *slot = get(name).or(slot.take());
    let path = |slot: &mut Option<PathBuf>, name: &str| *slot = get(name).map(PathBuf::from).or(slot.take());
    let secret =
        |slot: &mut Option<SecretString>, name: &str| *slot = get(name).map(SecretString::from).or(slot.take());
    text(&mut raw.listen, "LISTEN");
    text(&mut raw.metrics_listen, "METRICS_LISTEN");
    text(&mut raw.public_url, "PUBLIC_URL");
    path(&mut raw.data_dir, "DATA_DIR");
    secret(&mut raw.database_url, "DATABASE_URL");
    secret(&mut raw.redis_url, "REDIS_URL");
    path(&mut raw.profile, "PROFILE");
    // A key in the environment stands against a file named in the settings, and the other way round: the nearer wins.
    if get("MASTER_KEY").is_some() != get("MASTER_KEY_FILE").is_some() {
        raw.master_key = None;
        raw.master_key_file = None;
    }
    secret(&mut raw.master_key, "MASTER_KEY");
    path(&mut raw.master_key_file, "MASTER_KEY_FILE");
    secret(&mut raw.mail_url, "MAIL_URL");
    text(&mut raw.mail_from, "MAIL_FROM");
    text(&mut raw.trusted_proxies, "TRUSTED_PROXIES");
    text(&mut raw.webhook_allowed_networks, "WEBHOOK_ALLOWED_NETWORKS");
    text(&mut raw.cached_keys, "CACHED_KEYS");
    text(&mut raw.connections_per_address, "CONNECTIONS_PER_ADDRESS");
    text(&mut raw.password_hashing, "PASSWORD_HASHING");
    text(&mut raw.log, "LOG");
    text(&mut raw.log_format, "LOG_FORMAT");
    raw
}

fn check_public_url(text: &str) -> anyhow::Result<String> {
    let url = url::Url::parse(text)
        .with_context(|| format!("KEYHATCH_PUBLIC_URL is “{text}”; write it like https://keys.example.com"))?;
    let is_root = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "https" | "http") || !is_root {
        bail!("KEYHATCH_PUBLIC_URL is “{text}”; write it like https://keys.example.com, without a path");
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        bail!("KEYHATCH_PUBLIC_URL is “{text}”: keys and passwords must not travel over plain http; use https");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether a URL is this machine's own.
pub fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn networks(name: &str, text: Option<&str>) -> anyhow::Result<Vec<IpNet>> {
    let parts = text
        .unwrap_or_default()
        .split([',', ' '])
        .filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let network = part
                .parse::<IpNet>()
                .or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from));
            network.with_context(|| format!("{name}: “{part}” is no network; write it like 10.0.0.0/8"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(settings: &[(&str, &str)]) -> anyhow::Result<Config> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let settings: std::collections::HashMap<String, String> = settings.iter().map(owned).collect();
        Config::load(None, move |name| settings.get(name).cloned())
    }

    #[test]
    fn the_defaults_are_an_embedded_database_on_this_machine() {
        let config = load(&[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
        assert!(matches!(config.database, Location::File(path) if path.ends_with("data/keyhatch.db")));
    }

    #[test]
    fn networks_are_a_list() {
        let config = load(&[("KEYHATCH_WEBHOOK_ALLOWED_NETWORKS", "10.20.0.0/16, 192.0.2.7,fd00::/8")]).unwrap();
        let networks: Vec<String> = config.webhook_allowed_networks.iter().map(IpNet::to_string).collect();
        assert_eq!(networks, ["10.20.0.0/16", "192.0.2.7/32", "fd00::/8"]);
        assert!(load(&[]).unwrap().webhook_allowed_networks.is_empty());
    }

    #[test]
    fn what_is_unsafe_is_refused_with_a_sentence() {
        for (settings, word) in [
            (vec![("KEYHATCH_LISTEN", "here")], "KEYHATCH_LISTEN"),
            (vec![("KEYHATCH_LISTEN", "0.0.0.0:8080")], "KEYHATCH_PUBLIC_URL"),
            (vec![("KEYHATCH_PUBLIC_URL", "http://keys.example.com")], "https"),
            (
                vec![("KEYHATCH_PUBLIC_URL", "https://keys.example.com/path")],
                "without a path",
            ),
            (
                vec![("KEYHATCH_DATABASE_URL", "postgres://x/y")],
                "KEYHATCH_MASTER_KEY_FILE",
            ),
            (vec![("KEYHATCH_DATABASE_URL", "mysql://x/y")], "KEYHATCH_DATABASE_URL"),
            (
                vec![("KEYHATCH_MASTER_KEY", "a"), ("KEYHATCH_MASTER_KEY_FILE", "b")],
                "not both",
            ),
            (vec![("KEYHATCH_TRUSTED_PROXIES", "10.0.0.0/8, nonsense")], "nonsense"),
            (
                vec![("KEYHATCH_WEBHOOK_ALLOWED_NETWORKS", "10.0.0.0/8, receiver.internal")],
                "KEYHATCH_WEBHOOK_ALLOWED_NETWORKS: “receiver.internal” is no network; write it like 10.0.0.0/8",
            ),
        ] {
            let error = load(&settings).unwrap_err().to_string();
            assert!(error.contains(word), "{settings:?}: {error}");
        }
    }
}
