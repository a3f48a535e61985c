//! `/welcome`: the first steps.
