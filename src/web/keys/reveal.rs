//! `…/keys/{key}/reveal`: the one view of a key's text. It takes the key away in the same transaction that reads it, so
//! whoever only asks ahead (HEAD, a prefetch) is shown nothing.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::keys::{self, Shown};
use crate::domain::{App, onboarding};
use crate::error::Result;
use crate::model::key::Key;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::snippets::{self, Call, Examples, KeyFrom};
use crate::web::keys::{ticket, trial};
use crate::web::onboarding::received::{Received, received};
use crate::web::page::{self, Page};
use crate::web::shown_once;

#[derive(Template)]
#[template(path = "keys/reveal.html")]
struct RevealPage<'a> {
    page: Page,
    url: String,
    key: Key,
    secrets: Option<SecretTexts<'a>>,
    /// Something waits, but for another browser.
    is_elsewhere: bool,
    /// The signing secret before this one is good for a while yet.
    old_signs_too: bool,
    /// The first request with it.
    received: Option<Received>,
}

impl RevealPage<'_> {
    /// What the page says under its title.
    fn lead(&self) -> &'static str {
        match self.key.public_text {
            Some(_) => "Put it where your program finds it.",
            None => "This is the only time you see it. We keep a fingerprint of it, not the key.",
        }
    }

    /// The same, where it shows a new signing secret alone.
    fn lead_of_secret(&self) -> &'static str {
        match self.old_signs_too {
            true => "This is the only time you see it. The old one signs too for as long as you chose.",
            false => "This is the only time you see it. The old one signs nothing any more.",
        }
    }
}

struct SecretTexts<'a> {
    key: Option<KeyExamples<'a>>,
    signing_secret: Option<(&'a str, String)>,
}

struct KeyExamples<'a> {
    text: &'a str,
    env_line: String,
    examples: Examples,
}

/// `GET …/keys/{key}/reveal`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    if let Some(refused) = shown_once::not_ahead(&request) {
        return Ok(refused);
    }
    let shown = keys::reveal::view(&app, proof, key.0, ticket::opener(&app, &request).as_ref()).await?;
    shown_once::renew(&page.workspace.person, matches!(shown, Shown::Now { .. }))?;
    let is_elsewhere = matches!(shown, Shown::Elsewhere { .. });
    let mut response = render(&app, &page, &shown)?;
    if let Shown::Now { text: Some(text), .. } = &shown {
        trial::allow(&app, &mut response, proof, (key.0, &page.key_url(key.0)), text)?;
    }
    let url = ticket::reveal_url(&page, key.0);
    Ok(shown_once::dress(&app, &request, response, is_elsewhere, url))
}

/// `HEAD …/keys/{key}/reveal`: that there is such a page, and nothing else.
pub async fn head(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    keys::find(&app, proof.read(), key.0).await?;
    Ok(shown_once::head())
}

/// `POST …/keys/{key}/reveal/acknowledgement`: “I have stored it.”
pub async fn acknowledge(app: Data<App>, page: KeysPage, key: KeyPath, _: Form<Button>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::find(&app, proof.read(), key.0).await?;
    let text = format!("“{}” is ready. It will not be shown again.", key.name);
    let url = page.key_url(key.id);
    let is_first = onboarding::is_about(&app, &page.workspace.person.account, &key).await?;
    let mut response = page::redirect_with(&app, if is_first { "/welcome" } else { &url }, &Flash::good(text));
    trial::end(&app, &mut response, &url);
    Ok(response)
}

fn render(app: &App, page: &KeysPage, shown: &Shown) -> Result<HttpResponse> {
    let (key, secrets) = match shown {
        Shown::Now {
            key,
            text,
            signing_secret,
        } => {
            let text = text.as_ref().map(|text| examples(app, text.expose_secret()));
            let signing_secret = signing_secret.as_ref().map(|secret| {
                let text = secret.expose_secret();
                (text, format!("{}={text}", snippets::variable(app, "WEBHOOK_SECRET")))
            });
            let secrets = SecretTexts {
                key: text,
                signing_secret,
            };
            (key, Some(secrets))
        }
        Shown::Elsewhere { key } | Shown::Over { key } => (key, None),
    };
    page::ok(&RevealPage {
        page: page.page(app),
        url: page.key_url(key.id),
        key: key.clone(),
        secrets,
        is_elsewhere: matches!(shown, Shown::Elsewhere { .. }),
        received: received(app, key),
        old_signs_too: key.previous_secret_until.is_some_and(|until| until > app.now()),
    })
}

fn examples<'a>(app: &App, text: &'a str) -> KeyExamples<'a> {
    KeyExamples {
        text,
        env_line: format!("{}={text}", snippets::variable(app, "API_KEY")),
        examples: Call::me(app).examples(KeyFrom::Text(text)),
    }
}
