//! projects: to be driven over HTTP.
