//! Pages about workspaces.
