//! Pages about projects.
