//! Pages about keys.
