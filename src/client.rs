//! Who is asking: the address and the user agent of a request, and the name a proxy gave it. What proxies say counts only from
//! listed ones.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, USER_AGENT};
use actix_web::web::Data;
use ipnet::IpNet;

use crate::model::request_id::RequestId;

/// Who a proxy says it asks for.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What names a request, in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// Whether a proxy at this address is believed.
    pub fn include(&self, address: &IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// The address a request came from, for people.
pub fn address(request: &HttpRequest) -> String {
    ip(request).map_or_else(|| "unknown".to_owned(), |address| address.to_string())
}

/// The address a request came from.
pub fn ip(request: &HttpRequest) -> Option<IpAddr> {
    let proxies = request.app_data::<Data<TrustedProxies>>();
    ip_behind(
        request.peer_addr(),
        request.headers(),
        proxies.map(|proxies| proxies.as_ref()),
    )
}

/// The address of whoever stands behind a peer, if the peer is a proxy that may say so.
pub fn ip_behind(peer: Option<SocketAddr>, headers: &HeaderMap, proxies: Option<&TrustedProxies>) -> Option<IpAddr> {
    let peer = peer?.ip().to_canonical();
    let Some(proxies) = proxies.filter(|proxies| !proxies.0.is_empty()) else {
        return Some(peer);
    };
    if !proxies.include(&peer) {
        return Some(peer);
    }
    // Each proxy appends the address it saw: the first from the right that is no proxy of ours is the client.
    let forwarded = headers.get_all(&FORWARDED_FOR).filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut client = peer;
    for hop in hops.iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !proxies.include(&client) {
            break;
        }
    }
    Some(client)
}

/// The name that a proxy gave a request, if it may: else whoever asks could make two requests look like one.
pub fn given_request_id(peer: Option<SocketAddr>, headers: &HeaderMap, proxies: &TrustedProxies) -> Option<RequestId> {
    if proxies.0.is_empty() {
        return None;
    }
    let mut values = headers.get_all(&REQUEST_ID);
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let is_proxy = proxies.include(&peer?.ip().to_canonical());
    is_proxy.then(|| RequestId::parse(value.to_str().ok()?))?
}

/// What the client calls itself, as it says.
pub fn user_agent(headers: &HeaderMap) -> &str {
    headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
