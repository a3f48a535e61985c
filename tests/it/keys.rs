//! keys: to be driven over HTTP.
