//! Building the application from its settings, running it, stopping it gracefully.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, PayloadConfig};
use actix_web::{App as ActixApp, HttpServer};
use anyhow::Context;
use secrecy::ExposeSecret;

use crate::client::TrustedProxies;
use crate::clock::Clock;
use crate::config::{Config, MasterKeySource, is_loopback};
use crate::domain::mail::{Mailer, Post};
use crate::domain::passwords::Hashing;
use crate::domain::seal::MasterKey;
use crate::domain::throttle::Throttle;
use crate::domain::usage::Counters;
use crate::domain::{App, Settings, keys, seal};
use crate::error::AppError;
use crate::profile::Profile;
use crate::random::{self, Random};
use crate::store::{self, Db};
use crate::web::form::LARGEST_FORM;
use crate::{api, routes, web as pages};

/// An application that listens, but does not answer yet.
pub struct Application {
    pub app: Data<App>,
    listener: TcpListener,
    trusted_proxies: TrustedProxies,
}

impl Application {
    /// Connects, migrates, checks the master key, binds.
    pub async fn build(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.listen).with_context(|| format!("listening on {}", config.listen))?;
        let address = listener.local_addr()?;
        let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let app = Data::new(open(config, public_url, clock, random).await?);
        Ok(Self {
            app,
            listener,
            trusted_proxies: TrustedProxies(config.trusted_proxies.clone()),
        })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.listener.local_addr().map_or(0, |address| address.port())
    }

    /// The server; it answers while it is awaited.
    pub fn server(self, workers: Option<usize>) -> anyhow::Result<Server> {
        let (app, proxies) = (self.app, Data::new(self.trusted_proxies));
        let server = HttpServer::new(move || {
            ActixApp::new()
                .app_data(app.clone())
                .app_data(proxies.clone())
                .app_data(PayloadConfig::new(LARGEST_FORM))
                .configure(|config| configure(config, &app))
        })
        .workers(workers.unwrap_or_else(default_workers))
        .client_request_timeout(Duration::from_secs(10))
        .shutdown_timeout(20);
        Ok(server.listen(self.listener)?.run())
    }
}

fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

fn configure(config: &mut web::ServiceConfig, app: &Data<App>) {
    routes::operations().register(config);
    config.service(api::service(&app.profile));
    let pages = web::scope("")
        .configure(|config| routes::pages(&app.profile).register(config))
        .default_service(web::to(|| async { Err::<String, _>(AppError::NotFound) }))
        .wrap(from_fn(pages::guard::around))
        .wrap(pages::session::middleware(app));
    config.service(pages);
}

/// Everything but the listener: what the command line works with beside a running server.
pub async fn open(
    config: &Config,
    public_url: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> anyhow::Result<App> {
    let profile = match &config.profile {
        None => Profile::example(),
        Some(path) => Profile::load(path),
    };
    let profile = profile.map_err(|mistakes| anyhow::anyhow!("the profile cannot be served:\n{mistakes}"))?;
    std::fs::create_dir_all(&config.data_dir).with_context(|| format!("making {}", config.data_dir.display()))?;
    let master_key = master_key(config, &*random)?;
    let db = Db::connect(&config.database)
        .await
        .context("connecting to the database")?;
    db.migrate().await.context("bringing the database up to date")?;
    check_master_key(&db, &master_key).await?;
    let post = match &config.mail_url {
        Some(url) => Mailer::smtp(url.expose_secret()).context("KEYHATCH_MAIL_URL")?,
        None => Post::Files(config.data_dir.join("mail")),
    };
    let from = config.mail_from.parse().context("KEYHATCH_MAIL_FROM")?;
    let url = url::Url::parse(&public_url)?;
    let development = url.scheme() == "http" && is_loopback(&url);
    Ok(App {
        db,
        profile,
        settings: Settings {
            public_url,
            development,
        },
        clock,
        random,
        master_key,
        passwords: Hashing::new()?,
        mailer: Mailer::new(post, from),
        throttle: Throttle::default(),
        usage: Counters::default(),
    })
}

/// A wrong master key is an error at start, not garbage at the first delivery.
async fn check_master_key(db: &Db, master_key: &MasterKey) -> anyhow::Result<()> {
    if let Some((id, sealed)) = store::keys::any_signing_secret(db.reader()).await? {
        seal::open(&master_key.derive("signing-secret"), id.0.as_bytes(), &sealed)
            .context("the master key is not the one this database was written with: restore the right one")?;
    }
    Ok(())
}

fn master_key(config: &Config, random: &dyn Random) -> anyhow::Result<MasterKey> {
    match &config.master_key {
        MasterKeySource::Given(text) => parse_master_key(text.expose_secret()).context("KEYHATCH_MASTER_KEY"),
        MasterKeySource::File(path) => read_master_key(path),
        MasterKeySource::DataDirectory => {
            let path = config.data_dir.join("master.key");
            if !path.exists() {
                write_master_key(&path, random)?;
            }
            read_master_key(&path)
        }
    }
}

fn read_master_key(path: &Path) -> anyhow::Result<MasterKey> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading the master key from {}", path.display()))?;
    parse_master_key(text.trim()).with_context(|| format!("in {}", path.display()))
}

fn parse_master_key(text: &str) -> anyhow::Result<MasterKey> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes
        .map(MasterKey::new)
        .context("a master key is 64 hexadecimal digits (openssl rand -hex 32)")
}

/// Written whole or not at all, readable by its owner alone; a key that is there already is never overwritten.
fn write_master_key(path: &Path, random: &dyn Random) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let half_written = path.with_extension("new");
    let _ = std::fs::remove_file(&half_written);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&half_written)?;
    writeln!(file, "{}", data_encoding::HEXLOWER.encode(&random::bytes::<32>(random)))?;
    file.sync_all()?;
    match std::fs::hard_link(&half_written, path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
        _ => {}
    }
    Ok(std::fs::remove_file(&half_written)?)
}

/// What runs beside the server: usage is written down every second, and what has expired is swept every minute.
pub async fn run_beside(app: Data<App>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for tick in 0u64.. {
        second.tick().await;
        if let Err(error) = app.usage.flush(&app.db).await {
            tracing::error!(
                error = format!("{error:#}"),
                "usage could not be written down; it is kept and tried again"
            );
        }
        if tick % 60 == 0
            && let Err(error) = sweep(&app).await
        {
            tracing::error!(error = format!("{error:#}"), "what has expired could not be swept");
        }
    }
}

async fn sweep(app: &App) -> Result<(), AppError> {
    keys::reveal::sweep(app).await?;
    let tx = app.db.begin().await?;
    store::sessions::delete_expired(&tx, app.now()).await?;
    store::mailed_links::delete_expired(&tx, app.now()).await?;
    Ok(store::db::commit(tx).await?)
}

/// After the server has stopped: what is still in memory is written down, letters on their way arrive.
pub async fn finish(app: &App) {
    if let Err(error) = app.usage.flush(&app.db).await {
        tracing::error!(error = format!("{error:#}"), "the last usage could not be written down");
    }
    app.mailer.finish(Duration::from_secs(10)).await;
}
