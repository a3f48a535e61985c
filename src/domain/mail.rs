//! Mail: written after the commit, sent in the background, tried again when the server is busy. Without a server, letters
//! become files in the data directory.

mod kept;
mod server;
mod smtp;

pub use kept::{Kept, read_kept};
pub use server::MailServer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, SinglePart};
use tokio::io::AsyncWriteExt;
use tokio_util::task::TaskTracker;

use crate::model::email::Email;
use crate::model::mail::Failure;

/// A letter, in plain text.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: Email,
    pub subject: String,
    pub text: String,
}

/// Where letters go.
#[derive(Clone, Debug)]
pub enum Post {
    Smtp(Arc<MailServer>),
    Files(PathBuf),
}

/// Sends letters.
#[derive(Clone, Debug)]
pub struct Mailer {
    post: Post,
    from: Mailbox,
    sending: TaskTracker,
}

const ATTEMPTS: u32 = 4;

impl Mailer {
    /// From `from`, by `post`.
    pub fn new(post: Post, from: Mailbox) -> Self {
        Self {
            post,
            from,
            sending: TaskTracker::new(),
        }
    }

    /// Sends a letter in the background: nobody waits for it, and its time tells nothing about the account.
    pub fn send(&self, letter: Letter) {
        let mailer = self.clone();
        self.sending.spawn(async move {
            for attempt in 1..=ATTEMPTS {
                match mailer.deliver(&letter).await {
                    Ok(()) => return,
                    Err(failure) if attempt == ATTEMPTS || failure.is_final => {
                        tracing::error!(why = %failure.why, "a mail could not be sent");
                        return;
                    }
                    Err(_) => tokio::time::sleep(Duration::from_secs(2u64.pow(attempt))).await,
                }
            }
        });
    }

    /// Waits for the letters that are on their way.
    pub async fn finish(&self, at_most: Duration) {
        self.sending.close();
        let _ = tokio::time::timeout(at_most, self.sending.wait()).await;
        self.sending.reopen();
    }

    /// The folder of letters, when they are files.
    pub fn folder(&self) -> Option<&Path> {
        match &self.post {
            Post::Files(folder) => Some(folder),
            Post::Smtp(_) => None,
        }
    }

    /// Long links must survive programs that read letters carelessly: nothing is wrapped, and nothing is encoded that need
    /// not be. Letters beyond ASCII travel as they are only into files: a server may not take them.
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

    fn message(&self, letter: &Letter) -> anyhow::Result<Message> {
        Ok(Message::builder()
            .from(self.from.clone())
            .to(letter.to.as_str().parse()?)
            .subject(letter.subject.as_str())
            .message_id(None)
            .singlepart(
                SinglePart::builder()
                    .header(ContentType::TEXT_PLAIN)
                    .body(self.body(&letter.text)),
            )?)
    }

    async fn deliver(&self, letter: &Letter) -> Result<(), Failure> {
        let message = self
            .message(letter)
            .map_err(|error| Failure::impossible(&error.to_string()))?;
        match &self.post {
            Post::Smtp(server) => server.send(message.envelope(), &message.formatted()).await,
            Post::Files(folder) => {
                let name = message.headers().get_raw("Message-ID").unwrap_or_default();
                let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
                let written = write(folder, &name, &message.formatted()).await;
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

/// Letters hold links that are as good as a password: readable by their owner alone, and whole or not there.
async fn write(folder: &Path, name: &str, letter: &[u8]) -> std::io::Result<()> {
    tokio::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .await?;
    let half_written = folder.join(format!(".{name}"));
    let mut file = tokio::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&half_written)
        .await?;
    file.write_all(letter).await?;
    file.sync_all().await?;
    tokio::fs::rename(&half_written, folder.join(format!("{name}.eml"))).await
}
