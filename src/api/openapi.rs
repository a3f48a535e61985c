//! What is served here, for programs and their makers (OpenAPI 3.1): `GET {base}/openapi.json` for the provider's customers, and
//! `GET /provider/v1/openapi.json` for the provider's own systems and the proxies in front of the API. Both answer anybody: they
//! say what requests look like, and nothing about anybody's keys.
//!
//! The handlers describe themselves (`#[utoipa::path]` beside each); what the profile decides is added here. Come here for which
//! operations there are; [`operations`] says what each is answered with, [`shapes`] and [`new_key`] make the schemas exact, and
//! [`words`] names the words of the profile.

mod errors;
mod members;
mod new_key;
mod operations;
mod schemes;
mod shapes;
mod words;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use crate::api::{cors, embed, gateway, inbound, keys, leaks, me, provider};
use crate::domain::App;
use crate::profile::Profile;
use members::members;
use operations::Caller;

/// Where the provider's own document is.
pub const PROVIDERS: &str = "/provider/v1/openapi.json";

/// The documents, ready to send.
pub struct Documents {
    customers: String,
    providers: String,
}

#[derive(OpenApi)]
#[openapi(paths(
    show,
    leaks::revoke,
    leaks::patterns,
    leaks::scanners::gitleaks,
    leaks::scanners::trufflehog
))]
struct Document;

#[derive(OpenApi)]
#[openapi(
    paths(
        me::show,
        keys::list::list,
        keys::create::create,
        keys::show::show,
        keys::change::change,
        keys::delete::revoke
    ),
    components(schemas(me::Me, keys::KeyView))
)]
struct Customers;

#[derive(OpenApi)]
#[openapi(paths(embed::sessions, embed::catalogs))]
struct Embed;

#[derive(OpenApi)]
#[openapi(paths(inbound::answer), components(schemas(me::WorkspaceView, me::ProjectView)))]
struct Inbound;

#[derive(OpenApi)]
#[openapi(paths(show_providers))]
struct ProvidersDocument;

#[derive(OpenApi)]
#[openapi(paths(
    provider::verify::answer,
    provider::webhooks::send,
    provider::webhooks::show,
    provider::credits::change,
    provider::credits::show
))]
struct ProvidersSystems;

#[derive(OpenApi)]
#[openapi(paths(provider::embed::answer))]
struct EmbedSystems;

#[derive(OpenApi)]
#[openapi(paths(gateway::forward::answer, gateway::envoy::answer))]
struct Proxies;

#[derive(OpenApi)]
#[openapi(paths(gateway::nginx::answer))]
struct Nginx;

/// Answers; no key is needed.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    summary = "This document",
    responses((status = 200, description = "This document.", body = Value))
)]
pub async fn show(app: Data<App>, documents: Data<Documents>) -> HttpResponse {
    let mut answer = answer(&documents.customers);
    if cors::is_for(&app.profile) {
        cors::open(answer.headers_mut());
    }
    answer
}

/// Answers; no service token is needed.
#[utoipa::path(
    get,
    path = "/provider/v1/openapi.json",
    operation_id = "providerOpenapi",
    summary = "This document",
    responses((status = 200, description = "This document.", body = Value))
)]
pub async fn show_providers(documents: Data<Documents>) -> HttpResponse {
    answer(&documents.providers)
}

fn answer(document: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(document.to_owned())
}

/// Operations that somebody calls, with what stands before their paths.
struct Part<'a>(utoipa::openapi::OpenApi, &'a str, Caller);

impl Documents {
    /// The documents for the API that the profile describes.
    pub fn of(app: &App) -> Self {
        let (profile, here) = (&app.profile, app.settings.public_url.as_str());
        let url = profile.api.public_url.as_deref().unwrap_or(here);
        let title = format!("{}: API keys", profile.api.name);
        let customers = write(app, &title, url, &customers(profile));
        let title = format!("{}: API keys, for its own systems", profile.api.name);
        let providers = write(app, &title, here, &providers(profile));
        Self {
            customers: customers.to_string(),
            providers: providers.to_string(),
        }
    }
}

fn customers(profile: &Profile) -> Vec<Part<'_>> {
    let base = profile.api.base_path.as_str();
    let mut parts = vec![
        Part(Document::openapi(), base, Caller::Anybody),
        Part(Customers::openapi(), base, Caller::Key),
    ];
    if profile.embed.is_some() {
        parts.push(Part(Embed::openapi(), base, Caller::Key));
    }
    if profile.inbound.is_some() {
        parts.push(Part(Inbound::openapi(), base, Caller::InboundToken));
    }
    parts
}

fn providers(profile: &Profile) -> Vec<Part<'_>> {
    let mut parts = vec![
        Part(ProvidersDocument::openapi(), "", Caller::Anybody),
        Part(ProvidersSystems::openapi(), "", Caller::ServiceToken),
        Part(Proxies::openapi(), "", Caller::Proxy),
        Part(Nginx::openapi(), "", Caller::Nginx),
    ];
    if profile.embed.is_some() {
        parts.push(Part(EmbedSystems::openapi(), "", Caller::ServiceToken));
    }
    parts
}

fn write(app: &App, title: &str, url: &str, parts: &[Part<'_>]) -> Value {
    let profile = &app.profile;
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for Part(derived, base, caller) in parts {
        let derived = serde_json::to_value(derived).unwrap_or_default();
        for (path, item) in members(&derived["paths"]) {
            paths.insert(format!("{base}{path}"), operations::complete(profile, item, *caller));
        }
        schemas.extend(members(&derived["components"]["schemas"]));
    }
    schemas.insert("Error".to_owned(), errors::schema(profile));
    shapes::exact(profile, &mut schemas);
    words::name(app, &mut schemas, &mut paths);
    if let Some(derived) = schemas.get_mut("KeyToMake") {
        *derived = new_key::of(profile, derived);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "description": "Every error has the same shape. An address that is not listed is answered with 404, a method that is not \
                listed with 405 and `Allow`; where GET is listed, HEAD is answered too.",
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": url }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": schemes::of(profile),
            "responses": errors::responses(profile),
        },
    });
    shapes::plain_words(&mut document);
    shapes::drop_what_is_unused(&mut document);
    document
}
