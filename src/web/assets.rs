//! Styles, scripts and pictures: embedded in the binary, named by their content, cached forever.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::error::{AppError, Result};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// From a file's own name (`css/keyhatch.css`) to the one with its hash (`css/keyhatch.1a2b3c4d5e.css`).
static HASHED: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let hashed = |name: &str| {
        let digest = Sha256::digest(&Files::get(name)?.data);
        let hash = data_encoding::HEXLOWER.encode(&digest[..5]);
        let (stem, ending) = name.rsplit_once('.')?;
        Some(format!("{stem}.{hash}.{ending}"))
    };
    Files::iter()
        .filter_map(|name| Some((name.to_string(), hashed(&name)?)))
        .collect()
});

/// And back.
static PLAIN: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    HASHED
        .iter()
        .map(|(plain, hashed)| (hashed.as_str(), plain.as_str()))
        .collect()
});

/// The URL of an asset, for a template.
pub fn url(name: &str) -> String {
    format!("/static/{}", HASHED.get(name).map_or(name, String::as_str))
}

/// `GET /static/{file}`
pub async fn show(request: HttpRequest) -> Result<HttpResponse> {
    let name = request.match_info().query("file");
    let plain = PLAIN.get(name).ok_or(AppError::NotFound)?;
    let file = Files::get(plain).ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, mime_guess::from_path(plain).first_or_octet_stream()))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header(("x-content-type-options", "nosniff"))
        .body(file.data.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All of them together, as they travel where nobody compresses: whoever adds something finds something to take away.
    #[test]
    fn scripts_are_small() {
        let scripts = Files::iter().filter(|name| name.ends_with(".js"));
        let bytes: usize = scripts
            .map(|name| Files::get(&name).map_or(0, |file| file.data.len()))
            .sum();
        assert!((1..6 * 1024).contains(&bytes), "{bytes} bytes");
    }
}
