//! Settings: defaults, then the file, then the environment. What is unsafe together is refused at start, with a sentence.

mod names;
mod source;
mod unknown;
mod words;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{anyhow, bail};
use ipnet::IpNet;
use secrecy::SecretString;

use crate::domain::passwords::Rank;
use crate::store::db::Location;
use source::Source;

pub use source::Called;
pub use unknown::unknown_variables;
pub use words::{reason, unreadable, unusable};

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
    /// Nothing: mail becomes files.
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
    /// What the operator calls each setting, for what turns out to be wrong with it later.
    pub called: Called,
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
        let source = Source::read(file, &environment)?;
        Self::check(&source, Variables(Arc::new(environment)))
    }

    fn check(source: &Source, variables: Variables) -> anyhow::Result<Self> {
        let called = |name| source.called().by(name);
        let address = |name| source.text(name).map(|text| parse_address(&called(name), text));
        if source.text("redis_url").is_some() {
            bail!(
                "{}: Redis is not supported yet, and would do nothing: remove this setting. (Nodes that share a PostgreSQL \
                 database need nothing else.)",
                called("redis_url")
            );
        }
        let listen = address("listen").unwrap_or_else(|| Ok(SocketAddr::from(([127, 0, 0, 1], 8080))))?;
        let metrics_listen = address("metrics_listen").transpose()?;
        if let Some(metrics) = metrics_listen
            && are_one(listen, metrics)
        {
            bail!(
                "{} is {metrics}, and so is {} ({listen}): metrics need a port of their own",
                called("metrics_listen"),
                called("listen")
            );
        }
        let data_dir = source.path("data_dir").unwrap_or_else(|| PathBuf::from("data"));
        let database = match source.text("database_url") {
            None => Location::File(data_dir.join("keyhatch.db")),
            Some(url) => Location::parse(url).map_err(|why| anyhow!("{}: {why}", called("database_url")))?,
        };
        let public_url = source
            .text("public_url")
            .map(|url| check_public_url(&called("public_url"), url))
            .transpose()?;
        if public_url.is_none() && !listen.ip().is_loopback() {
            bail!(
                "{} is {listen}, which other machines reach: set KEYHATCH_PUBLIC_URL to the address people will use, like \
                 https://keys.example.com",
                called("listen")
            );
        }
        let number = |name, usual: usize, least: usize| match source.text(name).map(str::parse) {
            None => Ok(usual),
            Some(Ok(count)) if count >= least => Ok(count),
            Some(_) => Err(anyhow!(
                "{} is a number like {usual}, and at least {least}",
                called(name)
            )),
        };
        Ok(Self {
            listen,
            metrics_listen,
            public_url,
            master_key: master_key(source, &database)?,
            data_dir,
            database,
            profile: source.path("profile"),
            mail_url: source.secret("mail_url"),
            mail_from: source
                .text("mail_from")
                .unwrap_or("Keyhatch <keyhatch@localhost>")
                .to_owned(),
            trusted_proxies: networks(source, "trusted_proxies")?,
            webhook_allowed_networks: networks(source, "webhook_allowed_networks")?,
            cached_keys: number("cached_keys", CACHED_KEYS, 0)?,
            connections_per_address: number("connections_per_address", CONNECTIONS_PER_ADDRESS, 1)?,
            password_hashing: match source.text("password_hashing") {
                None | Some("last") => Rank::Last,
                Some("equal") => Rank::Equal,
                Some(other) => bail!("{} is “{other}”; it is last or equal", called("password_hashing")),
            },
            log: source.text("log").map(ToOwned::to_owned),
            log_json: match source.text("log_format") {
                None | Some("text") => false,
                Some("json") => true,
                Some(other) => bail!("{} is “{other}”; it is text or json", called("log_format")),
            },
            variables,
            called: source.called().clone(),
        })
    }
}

fn master_key(source: &Source, database: &Location) -> anyhow::Result<MasterKeySource> {
    Ok(match (source.secret("master_key"), source.path("master_key_file")) {
        (Some(_), Some(_)) => bail!(
            "set {} or {}, not both",
            source.called().by("master_key"),
            source.called().by("master_key_file")
        ),
        (Some(key), None) => MasterKeySource::Given(key),
        (None, Some(file)) => MasterKeySource::File(file),
        (None, None) if matches!(database, Location::File(_)) => MasterKeySource::DataDirectory,
        (None, None) => bail!(
            "with PostgreSQL, set KEYHATCH_MASTER_KEY_FILE: a key made in one data directory would be missing on the next \
             machine (openssl rand -hex 32 > master.key; chmod 600 master.key)"
        ),
    })
}

fn parse_address(called: &str, text: &str) -> anyhow::Result<SocketAddr> {
    text.parse()
        .map_err(|_| anyhow!("{called} is “{text}”; it is an IP address and a port: write it like 127.0.0.1:8080"))
}

/// Whether two listeners would be in each other's way.
fn are_one(one: SocketAddr, other: SocketAddr) -> bool {
    let same_address = one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() == other.port() && one.port() != 0 && same_address
}

fn check_public_url(called: &str, text: &str) -> anyhow::Result<String> {
    // A password in it is not repeated.
    let shown = if text.contains('@') { "…" } else { text };
    let like = "write it like https://keys.example.com";
    let Ok(url) = url::Url::parse(text) else {
        bail!("{called} is “{shown}”; {like}");
    };
    let is_root = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "https" | "http") || url.host().is_none() {
        bail!("{called} is “{shown}”; {like}");
    }
    if !url.username().is_empty() || url.password().is_some() {
        bail!("{called} holds a user or a password, which every mail would show; {like}");
    }
    if !is_root {
        bail!("{called} is “{shown}”; {like}, without a path");
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        bail!("{called} is “{shown}”: keys and passwords must not travel over plain http; use https");
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

fn networks(source: &Source, name: &str) -> anyhow::Result<Vec<IpNet>> {
    let parts = source.text(name).unwrap_or_default().split([',', ' ']);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let network = part
                .parse::<IpNet>()
                .or_else(|_| part.parse::<std::net::IpAddr>().map(IpNet::from));
            network.map_err(|_| {
                let called = source.called().by(name);
                anyhow!("{called}: “{part}” is no network; write it like 10.0.0.0/8 or 192.0.2.7")
            })
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
            (vec![("KEYHATCH_PUBLIC_URL", "keys.example.com")], "https://"),
            (vec![("KEYHATCH_METRICS_LISTEN", "0.0.0.0:8080")], "a port of their own"),
            (vec![("KEYHATCH_REDIS_URL", "redis://localhost")], "not supported yet"),
            (vec![("KEYHATCH_CONNECTIONS_PER_ADDRESS", "0")], "at least 1"),
            (
                vec![("KEYHATCH_CACHED_KEYS", "many")],
                "KEYHATCH_CACHED_KEYS is a number",
            ),
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
                "KEYHATCH_WEBHOOK_ALLOWED_NETWORKS: “receiver.internal” is no network; write it like 10.0.0.0/8 or 192.0.2.7",
            ),
        ] {
            let error = load(&settings).unwrap_err().to_string();
            assert!(error.contains(word), "{settings:?}: {error}");
        }
    }
}
