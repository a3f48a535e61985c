//! Keys that leaked. Whoever holds one can end it, without an account: possession is the proof, and the answer is the same
//! whether there is such a key or not. Who looks for keys where everybody can read them, and signs what they say, is told which
//! of those they found are keys.

pub mod github;
pub mod github_keys;
pub mod report;
pub mod rule;

mod mails;

pub use report::report;
