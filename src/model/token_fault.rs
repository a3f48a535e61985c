//! What can be wrong with a token of the identity provider.

/// What is wrong with a token. The client is not told which; the provider's own systems are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// Three parts, but not of a token.
    Malformed,
    /// Not signed by an algorithm that the profile takes; or not at all.
    Algorithm,
    /// Its header wants something understood that is not understood here.
    Critical,
    /// Not a token that opens an API: a logout token, say.
    Type,
    /// Signed with a key that the provider does not name.
    UnknownKey,
    /// The signature is not that of the key.
    Signature,
    Issuer,
    Audience,
    /// It is over, or does not say when it will be.
    Expired,
    NotYetValid,
    /// It does not say, in one word, whom it is about.
    Subject,
    /// It names no workspace, or none that there is.
    Workspace,
}

impl TokenFault {
    /// For the provider's own systems.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "token_malformed",
            Self::Algorithm => "token_algorithm",
            Self::Critical => "token_critical",
            Self::Type => "token_type",
            Self::UnknownKey => "token_key",
            Self::Signature => "token_signature",
            Self::Issuer => "token_issuer",
            Self::Audience => "token_audience",
            Self::Expired => "token_expired",
            Self::NotYetValid => "token_not_yet_valid",
            Self::Subject => "token_subject",
            Self::Workspace => "token_workspace",
        }
    }
}
