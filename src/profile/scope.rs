//! Scopes: the single things a key can be allowed to do.

/// A heading scopes are shown under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeGroup {
    /// The name scopes refer to.
    pub id: String,
    /// The name people read.
    pub label: String,
}

/// One thing a key can be allowed to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeDefinition {
    /// The name programs use, such as `shipments:read`.
    pub id: String,
    /// The name people read.
    pub label: String,
    /// What it allows; may be empty.
    pub description: String,
    /// The heading it is shown under.
    pub group: String,
}
