//! What only some profiles have: embed mode, and inbound webhooks.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::derived::{members, of_derived, surrounded};
use crate::api::{embed, inbound, provider};
use crate::profile::Profile;

#[derive(OpenApi)]
#[openapi(paths(embed::sessions, embed::catalogs))]
struct Embed;

#[derive(OpenApi)]
#[openapi(paths(provider::embed::answer))]
struct EmbedSystems;

#[derive(OpenApi)]
#[openapi(
    paths(inbound::answer),
    components(schemas(crate::api::me::WorkspaceView, crate::api::me::ProjectView))
)]
struct Inbound;

/// Adds what the profile has; `keys` is what a request with an API key is secured by.
pub(super) fn add(profile: &Profile, keys: &Value, paths: &mut Map<String, Value>, schemas: &mut Map<String, Value>) {
    let service = json!([{ "service_token": [] }]);
    let mut parts = Vec::new();
    if profile.embed.is_some() {
        parts.push((
            of_derived(&Embed::openapi()),
            profile.api.base_path.as_str(),
            keys.clone(),
        ));
        parts.push((of_derived(&EmbedSystems::openapi()), "", service));
    }
    if profile.inbound.is_some() {
        // The credential is in the path.
        parts.push((
            of_derived(&Inbound::openapi()),
            profile.api.base_path.as_str(),
            json!([]),
        ));
    }
    for (part, base, security) in parts {
        for (path, item) in members(&part["paths"]) {
            paths.insert(format!("{base}{path}"), surrounded(item, &security));
        }
        schemas.extend(members(&part["components"]["schemas"]));
    }
}
