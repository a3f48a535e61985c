//! `GET {base}/openapi.json`: what is served here, for programs and their makers (OpenAPI 3.1).
//!
//! The handlers describe themselves (`#[utoipa::path]` beside each); what the profile decides is added here: where it all
//! begins, where a key travels, which types and scopes there are, and what an error looks like.

mod derived;
mod parts;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use derived::{members, of_derived, surrounded};

use crate::api::{cors, gateway, keys, me, provider};
use crate::domain::App;
use crate::profile::{CredentialPlace, Envelope, Profile};

/// The document, ready to send.
pub struct Document(String);

#[derive(OpenApi)]
#[openapi(
    paths(
        show,
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
#[openapi(paths(gateway::forward::answer, gateway::nginx::answer, gateway::envoy::answer))]
struct Proxies;

#[derive(OpenApi)]
#[openapi(paths(
    provider::verify::answer,
    provider::webhooks::send,
    provider::webhooks::show,
    provider::credits::change,
    provider::credits::show
))]
struct ProvidersSystems;

/// Answers; no key is needed.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    summary = "This document",
    responses((status = 200, description = "This document.", body = Value))
)]
pub async fn show(app: Data<App>, document: Data<Document>) -> HttpResponse {
    let mut answer = HttpResponse::Ok()
        .content_type("application/json")
        .body(document.0.clone());
    if cors::is_for(&app.profile) {
        cors::open(answer.headers_mut());
    }
    answer
}

impl Document {
    /// The document for the API that a profile describes.
    pub fn of(profile: &Profile) -> Self {
        Self(document(profile).to_string())
    }
}

fn document(profile: &Profile) -> Value {
    let customers = of_derived(&Customers::openapi());
    let systems = of_derived(&ProvidersSystems::openapi());
    let places: Vec<Value> = profile
        .api
        .credentials
        .iter()
        .map(|place| json!({ scheme_name(place): [] }))
        .collect();

    let mut paths = Map::new();
    for (path, item) in members(&customers["paths"]) {
        let security = if path == "/openapi.json" {
            json!([])
        } else {
            json!(places)
        };
        paths.insert(format!("{}{path}", profile.api.base_path), surrounded(item, &security));
    }
    for (path, item) in members(&of_derived(&Proxies::openapi())["paths"]) {
        paths.insert(path, surrounded(item, &json!(places)));
    }
    for (path, item) in members(&systems["paths"]) {
        paths.insert(path, surrounded(item, &json!([{ "service_token": [] }])));
    }

    let mut schemas = members(&customers["components"]["schemas"]);
    schemas.extend(members(&systems["components"]["schemas"]));
    schemas.insert("Error".to_owned(), error_schema(profile));
    parts::add(profile, &json!(places), &mut paths, &mut schemas);
    let mut schemas = Value::Object(schemas);
    name_what_there_is(profile, &mut schemas);

    let mut schemes: Map<String, Value> = profile
        .api
        .credentials
        .iter()
        .map(|place| (scheme_name(place), scheme(place)))
        .collect();
    schemes.insert(
        "service_token".to_owned(),
        json!({"type": "http", "scheme": "bearer", "description": "A service token of the provider’s own systems: khs_…"}),
    );

    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}: API keys", profile.api.name),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": schemes,
            "responses": { "Error": error_response(profile) },
        },
    });
    if let Some(url) = &profile.api.public_url {
        document["servers"] = json!([{ "url": url }]);
    }
    document
}

/// Names of components take less than names of headers do.
fn scheme_name(place: &CredentialPlace) -> String {
    match place {
        CredentialPlace::Bearer => "bearer".to_owned(),
        CredentialPlace::Basic => "basic".to_owned(),
        CredentialPlace::XApiKey | CredentialPlace::Header(_) => {
            let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            place
                .header_name()
                .chars()
                .map(|c| if fine(c) { c } else { '_' })
                .collect()
        }
    }
}

fn scheme(place: &CredentialPlace) -> Value {
    match place {
        CredentialPlace::Bearer => json!({"type": "http", "scheme": "bearer"}),
        CredentialPlace::Basic => json!({
            "type": "http",
            "scheme": "basic",
            "description": "The key is the user name, and the password is empty; or the other way round.",
        }),
        CredentialPlace::XApiKey | CredentialPlace::Header(_) => {
            json!({"type": "apiKey", "in": "header", "name": place.header_name()})
        }
    }
}

fn error_response(profile: &Profile) -> Value {
    let kind = match profile.errors.envelope {
        Envelope::Simple | Envelope::Nested => "application/json",
        Envelope::Problem => "application/problem+json",
    };
    json!({
        "description": "What went wrong.",
        "content": { kind: { "schema": { "$ref": "#/components/schemas/Error" } } },
    })
}

fn error_schema(profile: &Profile) -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let mut properties = json!({
        "code": text("For programs."),
        "fields": {
            "type": "object",
            "additionalProperties": { "type": "string" },
            "description": "What is wrong with which field.",
        },
        "reference": text("For support: the number in the provider’s log."),
    });
    let required = match profile.errors.envelope {
        Envelope::Simple => {
            properties["error"] = text("For people.");
            json!(["error", "code"])
        }
        Envelope::Nested => {
            properties["message"] = text("For people.");
            json!(["message", "code"])
        }
        Envelope::Problem => {
            properties["type"] = text("As in RFC 9457.");
            properties["title"] = text("The status in words.");
            properties["status"] = json!({"type": "integer"});
            properties["detail"] = text("For people.");
            json!(["type", "title", "status", "detail", "code"])
        }
    };
    let schema = json!({"type": "object", "required": required, "properties": properties});
    match profile.errors.envelope {
        Envelope::Nested => json!({"type": "object", "required": ["error"], "properties": { "error": schema }}),
        Envelope::Simple | Envelope::Problem => schema,
    }
}

/// The types, scopes and environments of the profile, where one of them has to be sent.
fn name_what_there_is(profile: &Profile, schemas: &mut Value) {
    let types: Vec<&str> = profile.key_types.iter().map(|key_type| key_type.id.as_str()).collect();
    let scopes: Vec<&str> = profile.scopes.iter().map(|scope| scope.id.as_str()).collect();
    let environments: Vec<&str> = profile.environments().into_iter().map(|one| one.as_str()).collect();
    for (schema, field, values) in [
        ("KeyToMake", "type", types),
        ("KeyToMake", "environment", environments),
        ("KeyToMake", "scopes", scopes.clone()),
        ("KeyChange", "scopes", scopes),
    ] {
        let field = &mut schemas[schema]["properties"][field];
        if field["items"].is_object() {
            field["items"]["enum"] = json!(values);
        } else {
            // `null` is as good as nothing where the field may be left out.
            field["enum"] = values.into_iter().map(Value::from).chain([Value::Null]).collect();
        }
    }
}
