//! The JSON around an error, as the profile chose it. Answers are written with it, and so are the examples in the documentation.

use serde_json::{Map, Value, json};

use super::{Envelope, ErrorStyle};

/// What is said about an error, before an envelope is put around it.
#[derive(Clone, Copy, Debug)]
pub struct ErrorText<'a> {
    pub status: u16,
    /// The status in words.
    pub title: &'a str,
    /// In lower case; see [`super::CodeCase`].
    pub code: &'a str,
    pub message: &'a str,
    /// What is wrong with which field.
    pub fields: &'a [(String, String)],
    /// For support: the number in our log.
    pub reference: Option<&'a str>,
    /// The page that explains the code, where the envelope has room for its address.
    pub help: &'a str,
}

impl ErrorStyle {
    /// What `Content-Type` says.
    pub fn content_type(self) -> &'static str {
        match self.envelope {
            Envelope::Simple | Envelope::Nested => "application/json",
            Envelope::Problem => "application/problem+json",
        }
    }

    /// The body of an answer.
    pub fn body(self, text: &ErrorText<'_>) -> Value {
        let mut body = Map::new();
        match self.envelope {
            Envelope::Simple => {
                body.insert("error".to_owned(), text.message.into());
            }
            Envelope::Nested => {
                body.insert("message".to_owned(), text.message.into());
            }
            Envelope::Problem => {
                body.insert("type".to_owned(), text.help.into());
                body.insert("title".to_owned(), text.title.into());
                body.insert("status".to_owned(), text.status.into());
                body.insert("detail".to_owned(), text.message.into());
            }
        }
        body.insert("code".to_owned(), json!(self.case.write(text.code)));
        if !text.fields.is_empty() {
            let fields = text.fields.iter();
            let fields: Map<String, Value> = fields
                .map(|(field, message)| (field.clone(), message.as_str().into()))
                .collect();
            body.insert("fields".to_owned(), fields.into());
        }
        if let Some(reference) = text.reference {
            body.insert("reference".to_owned(), reference.into());
        }
        match self.envelope {
            Envelope::Nested => json!({ "error": body }),
            Envelope::Simple | Envelope::Problem => body.into(),
        }
    }
}
