//! What is wrong with a file or a value, in words: the reason once, and what to do.

use std::io::ErrorKind;

use toml::de::DeValue;

/// The half-sentence behind a path that could not be read.
pub fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "does not exist: is the path right?".to_owned(),
        ErrorKind::PermissionDenied => {
            "cannot be read: let the user that Keyhatch runs as read it (chown, chmod)".to_owned()
        }
        ErrorKind::IsADirectory => "is a directory: name the file in it".to_owned(),
        ErrorKind::NotADirectory => "cannot be reached: a part of the path is a file".to_owned(),
        ErrorKind::InvalidData => "is not UTF-8 text".to_owned(),
        _ => format!("cannot be read: {}", reason(error)),
    }
}

/// The half-sentence behind a directory that could not be made or opened.
pub fn unusable(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            "is no directory: a file is in its place or in its path; name another".to_owned()
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "cannot be written to: let the user that Keyhatch runs as write there (chown), or name another".to_owned()
        }
        _ => format!("cannot be made: {}; name another", reason(error)),
    }
}

/// An error of the system without its number.
pub fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

/// What a value of the file is, when it is no text.
pub(super) fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Float(_) => "a fraction",
        DeValue::String(_) | DeValue::Integer(_) => "text",
    }
}
