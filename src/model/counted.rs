//! How long a list is, and where in it a page stands.

/// How far the rows of a list are counted: counting takes as long as there are rows.
pub const MOST_COUNTED: u64 = 10_000;

/// Where a page stands in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// How many rows are on the pages before; nothing when more than [`MOST_COUNTED`].
    pub passed: Option<u64>,
    /// How many rows there are on all pages; nothing when more than [`MOST_COUNTED`].
    pub total: Option<u64>,
}

impl Counted {
    /// Of a list without rows.
    pub const NONE: Self = Self {
        passed: Some(0),
        total: Some(0),
    };
}
