//! Building the application from its settings, running it, stopping it gracefully.

mod database;
mod master_key;
mod others;
mod server;

use std::fs::File;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::App as ActixApp;
use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, PayloadConfig};
use anyhow::{Context, anyhow};
use secrecy::ExposeSecret;
use socket2::{SockRef, TcpKeepalive};
use tokio::runtime::Handle;

use crate::api::lane::Entry;
use crate::client::TrustedProxies;
use crate::clock::Clock;
use crate::config::{Config, is_loopback, reason, unusable};
use crate::connection::{Addresses, Patience, Stopping};
use crate::domain::mail::{self, MailServer, Mailer, Post};
use crate::domain::onboarding::watchers::Watchers;
use crate::domain::passwords::Hashing;
use crate::domain::throttle::Throttle;
use crate::domain::totals::Totals;
use crate::domain::usage::{self, Usage};
use crate::domain::verify::Fill;
use crate::domain::verify::changes::{self, Listener};
use crate::domain::verify::records::Records;
use crate::domain::webhooks;
use crate::domain::webhooks::courier::{Courier, CourierSettings, SystemResolver};
use crate::domain::{App, Settings, accounts, credits, dispatch, key_health, keys, refused_requests};
use crate::error::AppError;
use crate::model::ids::Ids;
use crate::model::webhook_url::UrlRules;
use crate::profile::Profile;
use crate::random::{self, Random};
use crate::web::form::LARGEST_FORM;
use crate::web::keys::trial::Sender;
use crate::web::ways::Ways;
use crate::{api, metrics, routes, telemetry, web as pages};

use server::Door;

/// An application that listens, but does not answer yet.
pub struct Application {
    pub app: Data<App>,
    listener: TcpListener,
    trusted_proxies: TrustedProxies,
    addresses: Addresses,
    stopping: Stopping,
    /// How long peers may take; tests have less.
    pub patience: Patience,
    metrics: Option<TcpListener>,
}

impl Application {
    /// Connects, migrates, checks the master key, binds.
    pub async fn build(config: &Config, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> anyhow::Result<Self> {
        let listener = listen(config.listen, &config.called.by("listen"))?;
        let metrics = match config.metrics_listen {
            Some(address) => Some(listen(address, &config.called.by("metrics_listen"))?),
            None => None,
        };
        let address = listener.local_addr()?;
        let public_url = config.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let mut app = open(config, public_url, clock, random).await?;
        app.tokens = others::tokens(config, &app)?;
        app.github_keys = others::github_keys(&app)?;
        let app = Data::new(app);
        if app.profile.api.https_only && !app.settings.development && config.trusted_proxies.is_empty() {
            tracing::warn!(
                "the profile says https_only, and no proxy is named in KEYHATCH_TRUSTED_PROXIES: every request counts as plain \
                 http, and every secret key that comes as compromised"
            );
        }
        let trusted_proxies = TrustedProxies(config.trusted_proxies.clone());
        Ok(Self {
            app,
            listener,
            addresses: Addresses::new(config.connections_per_address, trusted_proxies.clone()),
            trusted_proxies,
            stopping: Stopping::default(),
            patience: Patience::default(),
            metrics,
        })
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.listener.local_addr().map_or(0, |address| address.port())
    }

    /// Where it listens, as a URL.
    pub fn address(&self) -> String {
        let address = self.listener.local_addr();
        address.map_or_else(|_| String::new(), |address| format!("http://{address}"))
    }

    /// The server for `/metrics`, where one is set.
    pub fn metrics_server(&mut self) -> anyhow::Result<Option<Server>> {
        let Some(listener) = self.metrics.take() else {
            return Ok(None);
        };
        Ok(Some(metrics::server(self.app.clone(), listener)?))
    }

    /// For when the process stops: whoever is still sending a body gets little time for the rest.
    pub fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }

    /// The server; it answers while it is awaited.
    pub fn server(self, workers: Option<usize>) -> anyhow::Result<Server> {
        let (app, proxies) = (self.app, Data::new(self.trusted_proxies));
        let entry = Entry::new(app.clone(), proxies.clone());
        let answering = move || {
            let whole_way = ActixApp::new()
                .app_data(app.clone())
                .app_data(proxies.clone())
                .app_data(PayloadConfig::new(LARGEST_FORM))
                .configure(|config| configure(config, &app));
            entry.clone().before(whole_way)
        };
        let door = Door {
            addresses: self.addresses,
            stopping: self.stopping,
            patience: self.patience,
        };
        server::run(self.listener, workers.unwrap_or_else(default_workers), door, answering)
    }
}

fn listen(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow!("{setting}: something listens on {address} already: stop it, or choose another address")
        }
        ErrorKind::AddrNotAvailable => {
            anyhow!("{setting}: {address} is no address of this machine; choose one of its own")
        }
        ErrorKind::PermissionDenied => {
            anyhow!("{setting}: this user may not listen on {address}; choose a port from 1024 on")
        }
        _ => anyhow!(
            "{setting}: it is not possible to listen on {address}: {}",
            reason(&error)
        ),
    })?;
    // Connections inherit it (Linux): a peer that is gone is noticed after two minutes, when its connection is idle.
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(60))
        .with_interval(Duration::from_secs(15))
        .with_retries(4);
    SockRef::from(&listener)
        .set_tcp_keepalive(&keepalive)
        .with_context(|| format!("listening on {address}"))?;
    Ok(listener)
}

fn default_workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

fn configure(config: &mut web::ServiceConfig, app: &Data<App>) {
    routes::operations().register(config);
    routes::assets().register(config);
    let table = routes::api(&app.profile);
    config.service(api::service(app, |config| table.register(config)));
    let table = routes::pages(&app.profile);
    let pages = web::scope("")
        .app_data(Data::new(Ways::new(table.pages())))
        .app_data(Data::new(Sender(|app, trial| Box::pin(api::trial::send(app, trial)))))
        .configure(|config| table.register(config))
        .default_service(web::to(|| async { Err::<String, _>(AppError::NotFound) }))
        .wrap(from_fn(pages::guard::around))
        .wrap(pages::session::middleware(app))
        .wrap(from_fn(pages::guard::around_sessions))
        .wrap(from_fn(telemetry::access_log));
    config.service(pages);
}

/// The profile that the settings name, or the example.
pub fn profile(config: &Config) -> anyhow::Result<Profile> {
    let profile = match &config.profile {
        None => Profile::example(),
        Some(path) => Profile::load(path),
    };
    let called = config.called.by("profile");
    profile.map_err(|mistakes| anyhow!("{called}: the profile cannot be served:\n{mistakes}"))
}

/// Everything but the listener: what the command line works with beside a running server.
pub async fn open(
    config: &Config,
    public_url: String,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> anyhow::Result<App> {
    let profile = profile(config)?;
    let data_directory = make_data_directory(&config.data_dir).map_err(|error| {
        anyhow!(
            "{}: {} {}",
            config.called.by("data_dir"),
            config.data_dir.display(),
            unusable(&error)
        )
    })?;
    // Two commands that both come first make one master key and one schema, one after the other. (Not every file system
    // has locks; then the slower one fails and is started again.)
    let locked = data_directory.lock();
    database::check(config).await?;
    let master_key = master_key::load(config, &*random)?;
    let db = database::open(config).await?;
    if locked.is_ok() {
        data_directory.unlock().context("unlocking the data directory")?;
    }
    master_key::check(&db, &master_key, &*random).await?;
    let post = match &config.mail_url {
        Some(url) => Post::Smtp(Arc::new(MailServer::parse(url.expose_secret())?)),
        None => Post::Files(config.data_dir.join("mail")),
    };
    let from = mail::sender(&config.mail_from)?;
    let url = url::Url::parse(&public_url)?;
    let development = url.scheme() == "http" && is_loopback(&url);
    let rules = UrlRules {
        development,
        allowed: config.webhook_allowed_networks.clone(),
    };
    let courier = Courier::new(CourierSettings::of(&rules), Arc::new(SystemResolver))?;
    let records = Arc::new(Records::new(&profile, config.cached_keys));
    let ids = Arc::new(Ids::default());
    let node = ids.next(clock.now(), random::bytes(&*random));
    Ok(App {
        usage: Arc::new(Usage::new(
            Arc::clone(&records),
            &profile,
            Arc::clone(&random),
            Arc::clone(&ids),
            Handle::current(),
        )),
        records,
        fill: Fill::default(),
        fill_tokens: Fill::default(),
        node,
        ids,
        db,
        profile,
        settings: Settings {
            public_url,
            development,
            webhooks: rules,
        },
        throttle: Throttle::new(&*random),
        clock,
        random,
        master_key,
        passwords: Hashing::new(config.password_hashing)?,
        mailer: Mailer::new(post, from),
        tokens: None,
        github_keys: None,
        totals: Totals::default(),
        suspects: Arc::default(),
        till: credits::Till::default(),
        courier,
        dispatch: dispatch::Bell::default(),
        watchers: Watchers::default(),
    })
}

/// Mail and the embedded database are nobody else's to read.
fn make_data_directory(path: &Path) -> std::io::Result<File> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    File::open(path)
}

/// Joins the processes that verify from memory, and goes on listening to them. Before it, each verification asks the database.
pub async fn listen_to_changes(app: &App) -> Result<tokio::task::JoinHandle<()>, AppError> {
    let listener = Listener::join(app).await?;
    Ok(tokio::spawn(listener.run()))
}

/// What runs beside the server: the database is watched; keys that came over plain http are marked; the till works; usage is
/// written down every second (every minute at most); every minute what has expired is swept, and people are told what is about
/// to; every hour endpoints that nothing goes to are swept.
pub async fn run_beside(app: Data<App>) {
    let mut others = tokio::task::JoinSet::new();
    others.spawn(credits::serve::run(app.clone().into_inner()));
    let watching = app.clone();
    others.spawn(async move { watching.db.watch().await });
    tokio::select! {
        () = keys::compromise::mark_what_is_reported(&app) => {}
        () = every_second(&app) => {}
    }
}

async fn every_second(app: &App) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut written = 0;
    for tick in 0u64.. {
        second.tick().await;
        if usage::is_due(app, tick - written) {
            written = tick;
            if let Err(error) = app.usage.flush(&app.db).await {
                error.log("usage could not be written down; it is kept and tried again");
            }
        }
        if tick % 60 == 0
            && let Err(error) = sweep(app).await
        {
            error.log("what has expired could not be swept");
        }
        if tick % 3600 == 0
            && let Err(error) = webhooks::sweep_endpoints(app).await
        {
            error.log("endpoints that nothing goes to could not be swept");
        }
        if tick % 60 == 0
            && let Err(error) = keys::tell_of_expiry(app).await
        {
            error.log("not everybody could be told which keys end; the rest is tried again");
        }
        if tick % 60 == 0
            && let Err(error) = key_health::mail::send_due(app).await
        {
            error.log("mails about the health of keys could not be written; they are tried again");
        }
    }
}

/// Delivers webhooks and mail until [`stop_delivering`], and then for as long as attempts under way take.
pub async fn deliver(app: Data<App>) {
    let app = app.into_inner();
    let db = tokio::select! {
        db = dispatch::connections(&app) => db,
        // The database was away all the time.
        () = app.dispatch.stopped() => return,
    };
    let mails = dispatch::run::<mail::dispatch::Mails>(Arc::clone(&app), db.clone());
    tokio::join!(dispatch::run::<webhooks::dispatch::Webhooks>(app, db), mails);
}

/// From here on nothing is claimed, and nobody waits for what may come.
pub fn stop_delivering(app: &App) {
    app.watchers.stop();
    app.dispatch.stop();
    app.mailer.stop();
}

/// Whatever it costs grows with what is due: whether anything is, the reader says, and nobody who writes waits for that.
async fn sweep(app: &App) -> Result<(), AppError> {
    app.records.sweep(app.now());
    changes::sweep(app, app.now()).await?;
    keys::reveal::sweep(app).await?;
    keys::end_those_over(app).await?;
    webhooks::sweep(app).await?;
    mail::outbox::sweep(app).await?;
    refused_requests::sweep(app).await?;
    usage::roll_up::sweep(app).await?;
    accounts::sweep(app).await
}

/// After the server has stopped: what was counted and is still in memory is written down.
pub async fn write_down(app: &App) {
    if let Err(error) = last_flush(app).await {
        error.log("the last usage could not be written down");
    }
}

/// A PostgreSQL connection lives on the runtime of the worker that opened it, and the workers are gone by now: the last
/// flush has connections of its own.
async fn last_flush(app: &App) -> Result<(), AppError> {
    let db = app.db.reconnect().await?;
    app.usage.flush(&db).await?;
    changes::leave(app, &db).await?;
    Ok(db.close().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_is_gone_is_noticed() {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0)), "KEYHATCH_LISTEN").unwrap();
        let _peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (connection, _) = listener.accept().unwrap();
        assert!(SockRef::from(&connection).keepalive().unwrap());
    }
}
