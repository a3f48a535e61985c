//! Reading back the mail that became files: for the page that shows them in development.

use std::path::Path;

use crate::model::timestamp::Timestamp;

/// An email as it lies in the folder.
#[derive(Clone, Debug)]
pub struct Kept {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub written_at: Timestamp,
}

/// How many are read.
const MOST: usize = 50;

/// The newest mail in a folder, newest first, and how many there are.
pub async fn read_kept(folder: &Path) -> std::io::Result<(Vec<Kept>, usize)> {
    let mut files = Vec::new();
    let mut entries = match tokio::fs::read_dir(folder).await {
        // The folder comes with the first mail.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        other => other?,
    };
    while let Some(entry) = entries.next_entry().await? {
        if entry.path().extension().is_some_and(|extension| extension == "eml") {
            files.push((entry.metadata().await?.modified()?, entry.path()));
        }
    }
    files.sort();
    let total = files.len();
    let mut mails = Vec::new();
    for (modified, path) in files.into_iter().rev().take(MOST) {
        let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let at = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        mails.push(parse(&tokio::fs::read_to_string(path).await?, at));
    }
    Ok((mails, total))
}

/// Our own mail only: plain text, nothing encoded.
fn parse(mail: &str, written_at: Timestamp) -> Kept {
    let (head, text) = mail.split_once("\r\n\r\n").unwrap_or((mail, ""));
    let head = head.replace("\r\n ", " ");
    let header = |name: &str| {
        let value = head.lines().find_map(|line| line.strip_prefix(name));
        value.unwrap_or_default().trim().to_owned()
    };
    Kept {
        to: header("To:"),
        subject: header("Subject:"),
        text: text.replace("\r\n", "\n").trim_end().to_owned(),
        written_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_read_as_it_was_written() {
        let at = Timestamp::from_millis(0);
        let mail = parse(
            "From: a\r\nTo: b@c.de\r\nSubject: A long\r\n one\r\n\r\nHello,\r\nthere\r\n",
            at,
        );
        assert_eq!(
            (mail.to.as_str(), mail.subject.as_str(), mail.text.as_str()),
            ("b@c.de", "A long one", "Hello,\nthere")
        );
    }
}
