//! Where the data is.

use std::path::PathBuf;

use super::postgres;

/// Where the data is.
#[derive(Clone)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
}

/// A PostgreSQL URL may hold a password.
impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

impl Location {
    /// Reads `sqlite:PATH` or `postgres://…`.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            let path = path.split('?').next().unwrap_or(path);
            if path.is_empty() {
                return Err("it names no file; write it like sqlite:/var/lib/keyhatch/keyhatch.db".to_owned());
            }
            return Ok(Self::File(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return match postgres::options(url) {
                Ok(_) => Ok(Self::Postgres(url.to_owned())),
                Err(_) => Err(
                    "it cannot be read; write it like postgres://user:password@host:5432/database (special characters in user \
                     and password are percent-encoded: %2F for /, %23 for #, %40 for @)"
                        .to_owned(),
                ),
            };
        }
        Err("it starts with sqlite: or postgres://".to_owned())
    }
}
