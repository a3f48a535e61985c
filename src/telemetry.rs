//! Logs: a line is a sentence with dotted fields; no secret is ever in one.
//!
//! They go to standard error, as text or as JSON. Cookies, credentials, query strings and bodies are never logged, and
//! libraries are held to "info": some of them write down whole messages and requests below that.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use anyhow::Context;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Config;
use crate::model::request_id::RequestId;

/// Starts logging what the settings name, or else `usual` (`info`, `warn,keyhatch=debug`, …). Panics are logged from then on.
pub fn start(config: &Config, usual: &str) -> anyhow::Result<()> {
    let (filter, json) = (config.log.as_deref().unwrap_or(usual), config.log_json);
    let filter = EnvFilter::try_new(filter).map_err(|_| {
        let called = config.called.by("log");
        anyhow::anyhow!("{called} is “{filter}”; write it like info or warn,keyhatch=debug")
    })?;
    let ours_or_harmless = filter_fn(|about| about.target().starts_with("keyhatch") || *about.level() <= Level::INFO);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = if json {
        lines.json().flatten_event(true).boxed()
    } else {
        lines.with_ansi(false).boxed()
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(ours_or_harmless)
        .with(lines)
        .try_init()
        .context("starting the log")?;
    log_panics();
    Ok(())
}

fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let message = payload.downcast_ref::<&str>().copied();
        let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(
            panic.message = message.unwrap_or("without a message"),
            panic.place = place,
            "a task panicked"
        );
    }));
}

/// Middleware: one line for each request, with the route's pattern and never the path itself, which may hold a token.
/// It stands around the pages and the management API; verification does without.
pub async fn access_log(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let began = Instant::now();
    let method = request.method().clone();
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let answer = next.call(request).await;
    let (status, route) = match &answer {
        Ok(response) => (response.status(), response.request().match_pattern()),
        Err(error) => (error.as_response_error().status_code(), None),
    };
    write_line(&id, &method, route.as_deref(), status, began);
    answer
}

fn write_line(id: &RequestId, method: &Method, route: Option<&str>, status: StatusCode, began: Instant) {
    tracing::info!(
        http.request_id = %id,
        http.method = known(method),
        http.route = route.unwrap_or("none"),
        http.status = status.as_u16(),
        duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
}

/// A method is whatever a client calls it: only the usual ones are repeated.
fn known(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::PATCH | Method::DELETE | Method::OPTIONS => {
            method.as_str()
        }
        _ => "other",
    }
}
