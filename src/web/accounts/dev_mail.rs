//! `/dev/mail`: in development, the mail that became files, with links to follow.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::App;
use crate::domain::mail::{Kept, read_kept};
use crate::error::{AppError, Result};
use crate::web::extract::Visitor;
use crate::web::page::{self, Page};

/// A line of an email: text, or one of our own links.
enum Line {
    Text(String),
    Link { to: String, text: String },
}

struct Shown {
    mail: Kept,
    paragraphs: Vec<Vec<Line>>,
}

#[derive(Template)]
#[template(path = "accounts/dev-mail.html")]
struct MailPage {
    page: Page,
    mails: Vec<Shown>,
    /// That these are not all, if they are not.
    shown: String,
}

/// `GET /dev/mail`: anywhere else than on the developer's machine there is no such page.
pub async fn show(app: Data<App>, visitor: Visitor) -> Result<HttpResponse> {
    let folder = app.mailer.folder().filter(|_| app.settings.development);
    let folder = folder.ok_or(AppError::NotFound)?;
    let (mails, total) = read_kept(folder)
        .await
        .map_err(|error| AppError::Internal(error.into()))?;
    let shown = page::newest(mails.len(), Some(total as u64), "mails");
    let mails = mails.into_iter().map(|mail| Shown {
        paragraphs: mail
            .text
            .split("\n\n")
            .map(|paragraph| paragraph.lines().map(|line| read(line, &app)).collect())
            .collect(),
        mail,
    });
    page::ok(&MailPage {
        page: visitor.page(&app, ""),
        mails: mails.collect(),
        shown,
    })
}

fn read(line: &str, app: &App) -> Line {
    match line.strip_prefix(app.settings.public_url.as_str()) {
        // The path alone: the page may have been opened as localhost or as 127.0.0.1.
        Some(path) if path.starts_with('/') => Line::Link {
            to: path.to_owned(),
            text: line.to_owned(),
        },
        _ => Line::Text(line.to_owned()),
    }
}
