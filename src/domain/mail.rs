//! Mail: written in the transaction of what it tells of ([`outbox`]), sent in the background ([`dispatch`]), and tried again for two
//! days. Without a server, mails become files in the data directory.

mod content;
pub mod dispatch;
mod kept;
pub mod outbox;
mod server;
mod smtp;

pub use kept::{Kept, read_kept};
pub use server::MailServer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, SinglePart};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use content::Content;

use crate::domain::dispatch::Bell;
use crate::model::email::Email;
use crate::model::mail::Failure;
use crate::model::timestamp::Timestamp;

/// An email, in plain text.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: Email,
    pub subject: String,
    pub text: String,
    /// What it is, in a word for the log.
    pub kind: &'static str,
    /// When it is of no use any more.
    pub expires_at: Option<Timestamp>,
    /// Where one click ends mails like this one (RFC 8058), for those that people may end.
    pub unsubscribe: Option<String>,
}

/// Where mail goes.
#[derive(Clone, Debug)]
pub enum Post {
    Smtp(Arc<MailServer>),
    Files(PathBuf),
}

/// Sends mail.
#[derive(Debug)]
pub struct Mailer {
    post: Post,
    from: Mailbox,
    bell: Bell,
}

impl Mailer {
    /// From `from`, by `post`.
    pub fn new(post: Post, from: Mailbox) -> Self {
        Self {
            post,
            from,
            bell: Bell::default(),
        }
    }

    /// A mail is due now.
    pub fn wake(&self) {
        self.bell.wake();
    }

    /// Claims nothing more, and ends when what is under way has ended.
    pub fn stop(&self) {
        self.bell.stop();
    }

    /// The folder that mail is written to, when it becomes files.
    pub fn folder(&self) -> Option<&Path> {
        match &self.post {
            Post::Files(folder) => Some(folder),
            Post::Smtp(_) => None,
        }
    }

    /// Long links must survive programs that read mail carelessly: nothing is wrapped, and nothing is encoded that need
    /// not be. Characters beyond ASCII travel as they are only into files: a server may not take them.
    fn body(&self, text: &str) -> Body {
        // A line has 998 octets at most (RFC 5322, section 2.1.1).
        let fits = text.lines().all(|line| line.len() <= 998 && !line.contains('\0'));
        let encoding = match self.post {
            _ if text.is_ascii() => ContentTransferEncoding::SevenBit,
            Post::Files(_) => ContentTransferEncoding::EightBit,
            Post::Smtp(_) => return Body::new(text.to_owned()),
        };
        if !fits {
            return Body::new(text.to_owned());
        }
        let lines = text.lines().flat_map(|line| [line, "\r\n"]);
        Body::dangerous_pre_encoded(lines.collect::<String>().into_bytes(), encoding)
    }

    fn message(&self, id: Uuid, to: &Email, content: &Content) -> anyhow::Result<Message> {
        // The same each time it is tried: what arrives twice is known by it.
        let name = format!("<{}@{}>", id.simple(), self.from.email.domain());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(to.as_str().parse()?)
            .subject(&*content.subject)
            .message_id(Some(name))
            .singlepart(
                SinglePart::builder()
                    .header(ContentType::TEXT_PLAIN)
                    .body(self.body(&content.text)),
            )?;
        if let Some(address) = &content.unsubscribe {
            for (name, value) in [
                ("List-Unsubscribe", format!("<{address}>")),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
            ] {
                let name = HeaderName::new_from_ascii(name.to_owned())?;
                message.headers_mut().insert_raw(HeaderValue::new(name, value));
            }
        }
        Ok(message)
    }

    async fn deliver(&self, id: Uuid, to: &Email, content: &Content) -> Result<(), Failure> {
        let message = self
            .message(id, to, content)
            .map_err(|_| Failure::impossible("no mail can be made of it"))?;
        match &self.post {
            Post::Smtp(server) => server.send(message.envelope(), &message.formatted()).await,
            Post::Files(folder) => {
                let written = write(folder, &id.simple().to_string(), &message.formatted()).await;
                written.map_err(|error| Failure::unreachable(&error.to_string()))
            }
        }
    }
}

/// The sender of all mail: an address, or a name and an address in angle brackets.
pub fn sender(text: &str) -> anyhow::Result<Mailbox> {
    let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address),
        None => ("", text),
    };
    if name.contains(char::is_control) {
        anyhow::bail!("KEYHATCH_MAIL_FROM cannot be used: there is a line break in the name");
    }
    let address = Email::parse(address).map_err(|why| {
        anyhow::anyhow!("KEYHATCH_MAIL_FROM cannot be used; write it like Acme Keys <keys@example.com>. {why}")
    })?;
    let name = (!name.is_empty()).then(|| name.to_owned());
    Ok(Mailbox::new(name, address.as_str().parse()?))
}

/// Mail holds links that are as good as a password: readable by its owner alone, and whole or not there.
async fn write(folder: &Path, name: &str, mail: &[u8]) -> std::io::Result<()> {
    tokio::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .await?;
    let half_written = folder.join(format!(".{name}"));
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&half_written)
        .await?;
    file.write_all(mail).await?;
    file.sync_all().await?;
    tokio::fs::rename(&half_written, folder.join(format!("{name}.eml"))).await
}
