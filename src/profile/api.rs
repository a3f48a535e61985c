//! The API a profile describes: its name, its address, where keys travel, how errors read.

use std::borrow::Cow;

/// What `[api]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// What people call the API.
    pub name: String,
    /// Where its paths begin, such as `/api/v1`; no slash at the end.
    pub base_path: String,
    /// The origin customers call, such as `https://api.example.com`; no slash at the end.
    pub public_url: Option<String>,
    /// Where a request may carry its key, in the order they are tried.
    pub credentials: Vec<CredentialPlace>,
    /// Whether projects or whole workspaces own keys.
    pub keys_belong_to: KeyOwner,
    /// The plan a new workspace starts with.
    pub default_plan: String,
    /// Where the provider's own documentation is.
    pub docs_url: Option<String>,
    /// Whether keys can be deleted, and not only revoked.
    pub deletion: bool,
    /// Whether requests over plain http are refused.
    pub https_only: bool,
    /// What becomes of requests below `base_path` that no route names.
    pub unmatched: Unmatched,
}

/// What becomes of requests below the base path that no route names. Those outside of it are refused to every key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unmatched {
    /// They take a key with access `all`.
    Refuse,
    /// They take any good key; one with access `read` only with a safe method.
    AnyKey,
}

/// A place in a request that may carry a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CredentialPlace {
    /// `Authorization: Bearer <key>`.
    Bearer,
    /// `Authorization: Basic …`, with the key as user name and no password.
    Basic,
    /// `X-API-Key: <key>`.
    XApiKey,
    /// A header of the provider's own; the name is in lower case.
    Header(String),
}

/// Who owns a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// Each project has its own keys.
    Project,
    /// Keys belong to the workspace and reach everything in it.
    Workspace,
}

/// What `[errors]` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorStyle {
    /// The JSON around an error.
    pub envelope: Envelope,
    /// How codes are written.
    pub case: CodeCase,
}

/// The JSON around an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Envelope {
    /// `{"error": …, "code": …}`.
    Simple,
    /// `{"error": {"message": …, "code": …}}`.
    Nested,
    /// RFC 9457 problem details.
    Problem,
}

/// How error codes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeCase {
    /// `rate_limit_exceeded`.
    Lower,
    /// `RATE_LIMIT_EXCEEDED`.
    Upper,
}

impl Api {
    /// How a request carries its key, in half a sentence: `as “Authorization: Bearer <key>” or “X-API-Key: <key>”`.
    pub fn how_to_send(&self) -> String {
        let ways: Vec<String> = self.credentials.iter().map(CredentialPlace::in_words).collect();
        format!("as {}", ways.join(" or "))
    }

    /// Whether a key may come by HTTP Basic.
    pub fn takes_basic(&self) -> bool {
        self.credentials.contains(&CredentialPlace::Basic)
    }

    /// What a 401 asks for (RFC 9110, section 11.6.1): the schemes that are taken. An API that takes a key in headers of its own
    /// alone has none that is registered.
    pub fn challenge(&self) -> String {
        let is_plain = self
            .name
            .bytes()
            .all(|byte| (b' '..=b'~').contains(&byte) && !b"\"\\".contains(&byte));
        let realm = if is_plain { &self.name } else { &self.base_path };
        let schemes = self.credentials.iter().filter_map(|place| match place {
            CredentialPlace::Bearer => Some("Bearer".to_owned()),
            CredentialPlace::Basic => Some(format!("Basic realm=\"{realm}\", charset=\"UTF-8\"")),
            CredentialPlace::XApiKey | CredentialPlace::Header(_) => None,
        });
        let schemes: Vec<String> = schemes.collect();
        match (schemes.is_empty(), self.credentials.first()) {
            (true, Some(place)) => format!("ApiKey realm=\"{realm}\", header=\"{}\"", place.shown_name()),
            _ => schemes.join(", "),
        }
    }
}

impl CredentialPlace {
    fn in_words(&self) -> String {
        match self {
            Self::Bearer => "“Authorization: Bearer <key>”".to_owned(),
            Self::Basic => "“Authorization: Basic …” (the key as user name, no password)".to_owned(),
            Self::XApiKey | Self::Header(_) => format!("“{}: <key>”", self.shown_name()),
        }
    }

    /// The header and the scheme in it, as people call them: `Authorization: Bearer`, `X-API-Key`.
    pub fn named(&self) -> String {
        match self {
            Self::Bearer => "Authorization: Bearer".to_owned(),
            Self::Basic => "Authorization: Basic".to_owned(),
            Self::XApiKey | Self::Header(_) => self.shown_name().to_owned(),
        }
    }

    /// The name of the header, as people write it.
    pub fn shown_name(&self) -> &str {
        match self {
            Self::Bearer | Self::Basic => "Authorization",
            Self::XApiKey => "X-API-Key",
            Self::Header(name) => name,
        }
    }

    /// The name of the header that carries the key, in lower case.
    pub fn header_name(&self) -> &str {
        match self {
            Self::Bearer | Self::Basic => "authorization",
            Self::XApiKey => "x-api-key",
            Self::Header(name) => name,
        }
    }
}

impl CodeCase {
    /// A code, given in lower case, as this API writes it.
    pub fn write(self, code: &str) -> Cow<'_, str> {
        match self {
            Self::Lower => Cow::Borrowed(code),
            Self::Upper => Cow::Owned(code.to_ascii_uppercase()),
        }
    }
}
