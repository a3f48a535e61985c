//! Mail: written after the commit, sent in the background, tried again when the server is busy. Without a server, letters
//! become files in the data directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Mailbox, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio_util::task::TaskTracker;

use crate::model::email::Email;

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
    Smtp(Arc<AsyncSmtpTransport<Tokio1Executor>>),
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

    /// An SMTP server from its URL: `smtp://user:password@host:port`, `smtps://…`.
    pub fn smtp(url: &str) -> anyhow::Result<Post> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.timeout(Some(Duration::from_secs(20)));
        Ok(Post::Smtp(Arc::new(transport.build())))
    }

    /// Sends a letter in the background: nobody waits for it, and its time tells nothing about the account.
    pub fn send(&self, letter: Letter) {
        let mailer = self.clone();
        self.sending.spawn(async move {
            for attempt in 1..=ATTEMPTS {
                match mailer.deliver(&letter).await {
                    Ok(()) => return,
                    Err(error) if attempt == ATTEMPTS => {
                        tracing::error!(error = %error, mail.subject = %letter.subject, "a mail could not be sent");
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

    async fn deliver(&self, letter: &Letter) -> anyhow::Result<()> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(letter.to.as_str().parse()?)
            .subject(letter.subject.as_str())
            .message_id(None)
            .singlepart(
                SinglePart::builder()
                    .header(ContentType::TEXT_PLAIN)
                    // Long links must survive: nothing is wrapped or encoded.
                    .header(ContentTransferEncoding::EightBit)
                    .body(letter.text.clone()),
            )?;
        match &self.post {
            Post::Smtp(transport) => {
                transport.send(message).await?;
            }
            Post::Files(folder) => {
                tokio::fs::create_dir_all(folder).await?;
                let name = message.headers().get_raw("Message-ID").unwrap_or_default();
                let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
                let half_written = folder.join(format!(".{name}"));
                tokio::fs::write(&half_written, message.formatted()).await?;
                tokio::fs::rename(&half_written, folder.join(format!("{name}.eml"))).await?;
            }
        }
        Ok(())
    }
}
