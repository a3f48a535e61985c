//! What is wrong with a profile, said so that a person can mend it.

use std::{fmt, io};

/// One thing to mend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The line it is in, counted from 1; 0 when the file itself is the mistake.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

/// Everything that is wrong with one file, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes {
    file: String,
    list: Vec<Mistake>,
}

impl Mistakes {
    pub(super) fn new(file: &str, mut list: Vec<Mistake>) -> Self {
        list.sort();
        list.dedup();
        Self {
            file: file.to_owned(),
            list,
        }
    }

    pub(super) fn unreadable(file: &str, error: &io::Error) -> Self {
        let message = match error.kind() {
            io::ErrorKind::NotFound => "there is no such file; is the path right?".to_owned(),
            io::ErrorKind::IsADirectory => "is a directory; name the file in it".to_owned(),
            io::ErrorKind::PermissionDenied => {
                "may not be read by the user that Keyhatch runs as (chown, chmod)".to_owned()
            }
            io::ErrorKind::InvalidData => "is not UTF-8 text".to_owned(),
            _ => format!("can not be read: {error}"),
        };
        Self::new(file, vec![Mistake { line: 0, message }])
    }

    /// The mistakes, in the order of their lines.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.list.iter()
    }

    /// How many there are; always at least one.
    pub fn count(&self) -> usize {
        self.list.len()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, mistake) in self.list.iter().enumerate() {
            let line_end = if place == 0 { "" } else { "\n" };
            let Self { file, .. } = self;
            match mistake {
                Mistake { line: 0, message } => write!(formatter, "{line_end}{file}: {message}")?,
                Mistake { line, message } => write!(formatter, "{line_end}{file}:{line}: {message}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}
