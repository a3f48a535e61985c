//! Secret keys that were found where everybody can read them: where, and what is done about it.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// What is done with a key that is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeakAction {
    /// Its people are told, and decide.
    Notify,
    /// It is refused until somebody enables it again.
    Disable,
    /// It is refused for good.
    Revoke,
}

impl LeakAction {
    /// All of them, the mildest first.
    pub const ALL: [Self; 3] = [Self::Notify, Self::Disable, Self::Revoke];

    /// The word in the database, the profile and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notify => "notify",
            Self::Disable => "disable",
            Self::Revoke => "revoke",
        }
    }
}

impl fmt::Display for LeakAction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for LeakAction {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|action| action.as_str() == text);
        known.ok_or_else(|| format!("“{text}” is nothing that is done about a leaked key"))
    }
}

/// Who reports a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporter {
    /// Somebody who has it, and stays unknown.
    Holder,
    /// GitHub, which has found it in what everybody can read there.
    Github,
}

impl Reporter {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Github => "github",
        }
    }

    /// Who it is, in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Holder => "somebody who has it",
            Self::Github => "GitHub",
        }
    }
}

/// What GitHub means by the `source` of a key that it found; nothing for what it may call something one day.
pub fn part_of_github(source: &str) -> Option<&'static str> {
    let part = match source.trim().to_ascii_lowercase().as_str() {
        "content" => "a file",
        "commit" => "a commit",
        "pull_request_title" => "the title of a pull request",
        "pull_request_description" => "the description of a pull request",
        "pull_request_comment" => "a comment on a pull request",
        "issue_title" => "the title of an issue",
        "issue_description" => "the description of an issue",
        "issue_comment" => "a comment on an issue",
        "discussion_title" => "the title of a discussion",
        "discussion_body" => "a discussion",
        "discussion_comment" => "a comment in a discussion",
        "commit_comment" => "a comment on a commit",
        "gist_content" => "a gist",
        "gist_comment" => "a comment on a gist",
        "npm" => "a package on npm",
        _ => return None,
    };
    Some(part)
}

/// The longest address of a place where a key was found, in bytes.
pub const LONGEST_PLACE: usize = 2_000;

/// Where a key was found: a web address without a password, or nothing for an empty text.
pub fn parse_place(typed: &str) -> Result<Option<String>, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(None);
    }
    let why = "Write the address of a page, like https://example.com/a/page.";
    // Parsers take these for something else, or leave them out.
    if typed.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(why);
    }
    let url = Url::parse(typed).map_err(|_| why)?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    if !is_web || !url.username().is_empty() || url.password().is_some() || url.as_str().len() > LONGEST_PLACE {
        return Err(why);
    }
    Ok(Some(url.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_page_of_the_web() {
        assert_eq!(parse_place("  "), Ok(None));
        for typed in ["https://github.com/a/b/blob/main/.env#L3", " http://paste.example/1 "] {
            assert_eq!(parse_place(typed).unwrap().as_deref(), Some(typed.trim()));
        }
        for typed in [
            "github.com/a/b",
            "javascript:alert(1)",
            "https://me:secret@example.com/",
            "ftp://example.com/",
            "https://",
            "https://example.com/a b",
            "https://example.com/\u{12}\u{87}",
            "https://example.com\\@elsewhere.example/",
        ] {
            assert!(parse_place(typed).is_err(), "{typed}");
        }
        assert!(parse_place(&format!("https://example.com/{}", "x".repeat(LONGEST_PLACE))).is_err());
    }

    #[test]
    fn words_are_read_again() {
        for action in LeakAction::ALL {
            assert_eq!(action.as_str().parse(), Ok(action));
        }
        assert!("ignore".parse::<LeakAction>().is_err());
    }
}
