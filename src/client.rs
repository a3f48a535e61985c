//! Who is asking: the address and the user agent of a request. Forwarded headers count only from listed proxies.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;
use actix_web::web::Data;
use ipnet::IpNet;

/// The networks whose `X-Forwarded-For` is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

/// The address a request came from.
pub fn address(request: &HttpRequest) -> String {
    let Some(peer) = request.peer_addr().map(|peer| peer.ip().to_canonical()) else {
        return "unknown".to_owned();
    };
    let Some(proxies) = request.app_data::<Data<TrustedProxies>>() else {
        return peer.to_string();
    };
    let trusted = |address: &IpAddr| proxies.0.iter().any(|network| network.contains(address));
    if !trusted(&peer) {
        return peer.to_string();
    }
    // Each proxy appends the address it saw: the first from the right that is no proxy of ours is the client.
    let forwarded = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut client = peer;
    for hop in hops.iter().rev() {
        let Ok(address) = hop.parse::<IpAddr>() else { break };
        client = address.to_canonical();
        if !trusted(&client) {
            break;
        }
    }
    client.to_string()
}

/// What the client calls itself, at most 200 characters of it.
pub fn user_agent(request: &HttpRequest) -> String {
    let agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    agent.chars().filter(|c| !c.is_control()).take(200).collect()
}
