//! Reading the letters that are files again: for the page that shows them in development.

use std::path::Path;

use crate::model::timestamp::Timestamp;

/// A letter as it lies in the folder.
#[derive(Clone, Debug)]
pub struct Kept {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub written_at: Timestamp,
}

/// How many are read.
const MOST: usize = 50;

/// The letters in a folder, newest first.
pub async fn read_kept(folder: &Path) -> std::io::Result<Vec<Kept>> {
    let mut files = Vec::new();
    let mut entries = match tokio::fs::read_dir(folder).await {
        // The folder comes with the first letter.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    while let Some(entry) = entries.next_entry().await? {
        if entry.path().extension().is_some_and(|extension| extension == "eml") {
            files.push((entry.metadata().await?.modified()?, entry.path()));
        }
    }
    files.sort();
    let mut letters = Vec::new();
    for (modified, path) in files.into_iter().rev().take(MOST) {
        let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let at = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
        letters.push(parse(&tokio::fs::read_to_string(path).await?, at));
    }
    Ok(letters)
}

/// Our own letters only: plain text, nothing encoded.
fn parse(letter: &str, written_at: Timestamp) -> Kept {
    let (head, text) = letter.split_once("\r\n\r\n").unwrap_or((letter, ""));
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
    fn a_letter_is_read_as_it_was_written() {
        let at = Timestamp::from_millis(0);
        let letter = parse(
            "From: a\r\nTo: b@c.de\r\nSubject: A long\r\n one\r\n\r\nHello,\r\nthere\r\n",
            at,
        );
        assert_eq!(
            (letter.to.as_str(), letter.subject.as_str(), letter.text.as_str()),
            ("b@c.de", "A long one", "Hello,\nthere")
        );
    }
}
