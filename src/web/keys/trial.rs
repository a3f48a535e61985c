//! “Send it from here”: the first request with a key that was just shown, and what came back. It opens beside the page that shows
//! the key, which stays as it is.

use actix_web::body::to_bytes;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use futures_util::future::LocalBoxFuture;

use crate::client;
use crate::domain::access::ManageKeys;
use crate::domain::keys::reveal::WAITS;
use crate::domain::keys::trial::{self, Trial};
use crate::domain::{App, keys};
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::model::key_format::KeyText;
use crate::web::browser::is_https;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::form::{Button, Form};
use crate::web::keys::snippets;
use crate::web::keys::words::shown_prefix;
use crate::web::page::{self, Page};

/// Has the API answer. Pages know nothing of the API: whoever puts the application together hands this in.
#[derive(Clone, Copy)]
pub struct Sender(pub fn(Data<App>, Trial) -> LocalBoxFuture<'static, HttpResponse>);

#[derive(Template)]
#[template(path = "keys/trial.html")]
struct TrialPage {
    page: Page,
    url: String,
    name: String,
    address: String,
    key_prefix: String,
    /// Nothing, when this browser does not hold the key any more.
    answer: Option<Answer>,
}

struct Answer {
    status: String,
    is_good: bool,
    /// Of the status: `good` or `bad`.
    tone: &'static str,
    /// Headers, one a line.
    headers: String,
    body: String,
}

/// `POST …/keys/{key}/reveal/trial`
pub async fn send(
    app: Data<App>,
    page: KeysPage,
    key: KeyPath,
    sender: Data<Sender>,
    request: HttpRequest,
    _: Form<Button>,
) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::find(&app, proof.read(), key.0).await?;
    let kept = request.cookie(cookie_name(&app));
    let text = match &kept {
        Some(kept) => trial::open(&app, proof, key.id, kept.value())?,
        None => None,
    };
    let answer = match text {
        Some(text) => {
            let address = client::ip(&request);
            Some(read((sender.0)(app.clone(), Trial { text, address }).await).await?)
        }
        None => None,
    };
    let status = match answer {
        Some(_) => StatusCode::OK,
        None => StatusCode::GONE,
    };
    let shown = TrialPage {
        page: page.page(&app),
        url: page.key_url(key.id),
        address: snippets::address(&app, "/me"),
        key_prefix: shown_prefix(&app, &key),
        name: key.name,
        answer,
    };
    page::html(status, &shown)
}

async fn read(answer: HttpResponse) -> Result<Answer> {
    let status = answer.status();
    let headers = answer.headers().iter();
    let headers = headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    let mut headers: Vec<String> = headers.collect();
    headers.sort();
    let body = to_bytes(answer.into_body()).await;
    let body = body.map_err(|error| AppError::Internal(anyhow::anyhow!("{error}")))?;
    Ok(Answer {
        status: status.to_string(),
        is_good: status.is_success(),
        tone: if status.is_success() { "good" } else { "bad" },
        headers: headers.join("\n"),
        body: indented(&String::from_utf8_lossy(&body)),
    })
}

/// JSON with a line for each member, in the order in which they came.
fn indented(json: &str) -> String {
    let (mut out, mut depth, mut in_text, mut escaped) = (String::new(), 0_usize, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    };
    for (at, sign) in json.char_indices() {
        let is_empty = || json[at + sign.len_utf8()..].starts_with(['}', ']']);
        match sign {
            _ if in_text => {
                in_text = sign != '"' || escaped;
                escaped = sign == '\\' && !escaped;
                out.push(sign);
            }
            '{' | '[' if !is_empty() => {
                depth += 1;
                out.push(sign);
                line(&mut out, depth);
            }
            '}' | ']' if !json[..at].ends_with(['{', '[']) => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(sign);
            }
            ',' => {
                out.push(sign);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_text = sign == '"';
                out.push(sign);
            }
        }
    }
    out
}

/// Lets the browser that is shown a key have it sent.
pub(super) fn allow(
    app: &App,
    response: &mut HttpResponse,
    proof: ManageKeys<'_>,
    (id, url): (KeyId, &str),
    text: &KeyText,
) -> Result<()> {
    let kept = trial::seal(app, proof, id, text)?;
    set(
        response,
        cookie(app, url, kept).max_age(Duration::milliseconds(WAITS)).finish(),
    );
    Ok(())
}

/// From here on it cannot.
pub(super) fn end(app: &App, response: &mut HttpResponse, url: &str) {
    set(
        response,
        cookie(app, url, String::new()).max_age(Duration::ZERO).finish(),
    );
}

fn set(response: &mut HttpResponse, cookie: Cookie<'_>) {
    if let Err(error) = response.add_cookie(&cookie) {
        tracing::error!(error = %error, "the cookie of a trial could not be set");
    }
}

/// Bound to this one address, never sent along from elsewhere.
fn cookie(app: &App, url: &str, value: String) -> actix_web::cookie::CookieBuilder<'static> {
    Cookie::build(cookie_name(app), value)
        .path(format!("{url}/reveal/trial"))
        .http_only(true)
        .secure(is_https(app))
        .same_site(SameSite::Strict)
}

fn cookie_name(app: &App) -> &'static str {
    if is_https(app) {
        "__Secure-keyhatch_trial"
    } else {
        "keyhatch_trial"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_written_in_lines_and_stays_the_same() {
        let json = r#"{"a":{"b":"x: {,} \"\\","c":[]},"d":[1,null],"e":{}}"#;
        let lines = [
            "{",
            "  \"a\": {",
            r#"    "b": "x: {,} \"\\","#,
            "    \"c\": []",
            "  },",
            "  \"d\": [",
            "    1,",
            "    null",
            "  ],",
            "  \"e\": {}",
            "}",
        ];
        assert_eq!(indented(json), lines.join("\n"));
        let same: serde_json::Value = serde_json::from_str(&indented(json)).unwrap();
        assert_eq!(same, serde_json::from_str::<serde_json::Value>(json).unwrap());
    }
}
