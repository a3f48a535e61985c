//! staff: to be driven over HTTP.
