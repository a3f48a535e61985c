//! onboarding: to be driven over HTTP.
