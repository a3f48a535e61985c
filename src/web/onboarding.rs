//! `/welcome`: the first steps.

pub mod welcome;
