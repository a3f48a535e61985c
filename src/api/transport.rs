//! How a request travelled: over https, or so that everybody on the way could read its key.
//!
//! Keyhatch itself speaks plain http, behind a proxy that speaks https. So a listed proxy (`KEYHATCH_TRUSTED_PROXIES`) is asked, by
//! what it writes into `X-Forwarded-Proto`, or else `Forwarded`; of nobody else are these believed. Whoever comes without a
//! proxy comes over plain http.
//!
//! A proxy that asks at `/gateway` about a request that it holds has the same way of saying how that one travelled. One that
//! is not listed, or does not say, gets everything refused; but no key is given up for it.
//!
//! In development (the public URL is http on this machine) what comes from this machine is let through, unless a listed proxy
//! says that it held a request over plain http.

use std::net::SocketAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};
use actix_web::web::Data;

use crate::api::GATEWAY;
use crate::client::TrustedProxies;
use crate::domain::App;
use crate::model::transport::Transport;

const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// How a request travelled.
pub fn of(app: &App, request: &HttpRequest) -> Transport {
    if !app.profile.api.https_only {
        return Transport::Fine;
    }
    let proxies = request.app_data::<Data<TrustedProxies>>();
    let proxies = proxies.map(|proxies| proxies.as_ref());
    judge(app, request.path(), request.peer_addr(), request.headers(), proxies)
}

/// How a request to `path` travelled, in a profile that wants https.
pub fn judge(
    app: &App,
    path: &str,
    peer: Option<SocketAddr>,
    headers: &HeaderMap,
    proxies: Option<&TrustedProxies>,
) -> Transport {
    let peer = peer.map(|peer| peer.ip().to_canonical());
    let is_listed = peer.is_some_and(|peer| proxies.is_some_and(|proxies| proxies.include(&peer)));
    let said = if is_listed { said(headers) } else { None };
    let is_at_home = app.settings.development && peer.is_some_and(|peer| peer.is_loopback());
    let transport = match said {
        Some(said) => said,
        None if is_at_home => Transport::Fine,
        // The listed proxy is silent, or somebody asks about a request that we do not see.
        None if is_listed || path.starts_with(GATEWAY) => Transport::Untold,
        None => Transport::Plain,
    };
    if transport == Transport::Untold {
        app.suspects.say_untold();
    }
    transport
}

/// What the headers say; nothing, when there are none.
fn said(headers: &HeaderMap) -> Option<Transport> {
    let last = |name| headers.get_all(name).last();
    if let Some(value) = last(X_FORWARDED_PROTO) {
        return Some(Transport::of_x_forwarded_proto(value.to_str().unwrap_or_default()));
    }
    last(FORWARDED).map(|value| Transport::of_forwarded(value.to_str().unwrap_or_default()))
}
