//! Who belongs to a workspace. One file an operation.

mod add;

pub use add::add;
