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

impl CredentialPlace {
    /// The name of the header that carries the key, in lower case.
    pub fn header_name(&self) -> &str {
        match self {
            Self::Bearer => "authorization",
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
