//! What keys look like, as the settings of programs that look for them: to be handed to them as it is.

use std::fmt::Write;

use actix_web::HttpResponse;
use actix_web::web::Data;
use utoipa::ToSchema;

use super::{KeyPattern, patterns_of};
use crate::domain::App;

/// The rules for gitleaks, beside those that it has.
#[utoipa::path(
    get,
    path = "/gitleaks.toml",
    operation_id = "gitleaksRules",
    summary = "Rules for gitleaks",
    responses((status = 200, description = "A rule for each kind of secret key: `gitleaks dir --config gitleaks.toml`.", body = String,
        content_type = "application/toml"))
)]
pub async fn gitleaks(app: Data<App>) -> HttpResponse {
    let mut text = format!(
        "title = {}\n\n[extend]\nuseDefault = true\n",
        quoted(&app.profile.api.name)
    );
    for pattern in patterns_of(&app.profile) {
        let (id, [description, regex, keyword]) = written(&app, &pattern);
        let _ = write!(
            text,
            "\n[[rules]]\nid = {id}\ndescription = {description}\nregex = {regex}\nsecretGroup = 1\nkeywords = [{keyword}]\n"
        );
    }
    HttpResponse::Ok().content_type("application/toml").body(text)
}

/// What TruffleHog reads: custom detectors.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct Detectors {
    detectors: Vec<Detector>,
}

/// One for each kind of secret key.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct Detector {
    name: String,
    /// Texts of which one stands where a key may be.
    keywords: Vec<String>,
    regex: DetectorRegex,
}

/// How it is found.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct DetectorRegex {
    key: String,
}

/// The detectors for TruffleHog, beside those that it has.
#[utoipa::path(
    get,
    path = "/trufflehog.yaml",
    operation_id = "trufflehogDetectors",
    summary = "Detectors for TruffleHog",
    responses((status = 200, description = "A detector for each kind of secret key: `trufflehog filesystem . --config trufflehog.yaml`.",
        body = Detectors, content_type = "application/yaml"))
)]
pub async fn trufflehog(app: Data<App>) -> HttpResponse {
    let mut text = "detectors:\n".to_owned();
    for pattern in patterns_of(&app.profile) {
        // Not every version knows descriptions.
        let (id, [_, regex, keyword]) = written(&app, &pattern);
        let _ = write!(
            text,
            "  - name: {id}\n    keywords:\n      - {keyword}\n    regex:\n      key: {regex}\n"
        );
    }
    HttpResponse::Ok().content_type("application/yaml").body(text)
}

/// The id, then description, regex and keyword, each in quotes. An id is one among those of many APIs.
fn written(app: &App, pattern: &KeyPattern) -> (String, [String; 3]) {
    let name = app.profile.api.name.to_ascii_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let mut id: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    id.push(&pattern.id);
    let parts = [&pattern.description, &pattern.regex, &pattern.keyword];
    (quoted(&id.join("-")), parts.map(|text| quoted(text)))
}

/// A text in double quotes, as JSON, TOML and YAML have them.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
