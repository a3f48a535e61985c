//! Keys that leaked. Whoever holds one can end it, without an account: possession is the proof, and the answer is the same
//! whether there is such a key or not.

pub mod report;
pub mod rule;

mod mails;

pub use report::report;
