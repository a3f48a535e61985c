//! workspaces: to be driven over HTTP.
