//! api: to be driven over HTTP.
