//! JSON bodies: one object, read field by field, so that every mistake is told at its field and nothing is ignored.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde_json::{Map, Value};

use crate::api::errors::{ApiError, Result};
use crate::error::AppError;

/// A body that has not been read yet: whoever may not ask is refused before it is.
pub struct Body {
    kind: String,
    bytes: Pin<Box<dyn Future<Output = std::result::Result<Bytes, actix_web::Error>>>>,
}

impl FromRequest for Body {
    type Error = ApiError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        ready(Ok(Self {
            kind: kind.unwrap_or_default().to_ascii_lowercase(),
            bytes: Box::pin(Bytes::from_request(request, payload)),
        }))
    }
}

impl Body {
    /// Reads the object.
    pub async fn read(self) -> Result<Fields> {
        let kind = self.kind.split(';').next().unwrap_or_default().trim();
        if kind != "application/json" && !(kind.starts_with("application/") && kind.ends_with("+json")) {
            return Err(ApiError::NotSaidToBeJson);
        }
        let bytes = self.bytes.await.map_err(|error| match error.as_error() {
            Some(PayloadError::Overflow) => ApiError::Failed(AppError::TooLarge),
            _ => ApiError::Unreadable("The body ended before it was whole.".to_owned()),
        })?;
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            // Where it went wrong, never what stands there: it may be a key.
            let (line, column) = (error.line(), error.column());
            ApiError::Unreadable(format!("The body is not valid JSON (line {line}, column {column})."))
        })?;
        match value {
            Value::Object(values) => Ok(Fields::new(values)),
            _ => Err(ApiError::Unreadable("The body must be a JSON object: {…}.".to_owned())),
        }
    }
}

/// The fields of an object. Take each by its name, then [`Fields::finish`]: what nobody took is an error.
pub struct Fields {
    values: Map<String, Value>,
    known: Vec<&'static str>,
    errors: Vec<(String, String)>,
}

impl Fields {
    fn new(values: Map<String, Value>) -> Self {
        Self {
            values,
            known: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// A text, if the field is there. `null` is an error.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => self.refuse(name, "Send a text."),
        }
    }

    /// A text or `null`, if the field is there.
    pub fn nullable_text(&mut self, name: &'static str) -> Option<Option<String>> {
        match self.take(name)? {
            Value::Null => Some(None),
            Value::String(text) => Some(Some(text)),
            _ => self.refuse(name, "Send a text or null."),
        }
    }

    /// A list of texts, if the field is there.
    pub fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        let Value::Array(values) = self.take(name)? else {
            return self.refuse(name, "Send a list of texts.");
        };
        let texts: Option<Vec<String>> = values
            .into_iter()
            .map(|value| match value {
                Value::String(text) => Some(text),
                _ => None,
            })
            .collect();
        texts.or_else(|| self.refuse(name, "Send a list of texts."))
    }

    /// `true` or `false`, if the field is there.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(value) => Some(value),
            _ => self.refuse(name, "Send true or false."),
        }
    }

    /// A field that is not taken yet: an error of its own wherever it is sent.
    pub fn unsupported(&mut self, name: &'static str, message: &str) {
        if self.values.remove(name).is_some() {
            self.errors.push((name.to_owned(), message.to_owned()));
        }
    }

    /// Notes an error at a field.
    pub fn refuse<T>(&mut self, name: &'static str, message: impl Into<String>) -> Option<T> {
        self.errors.push((name.to_owned(), message.into()));
        None
    }

    /// Ends the reading: all mistakes at once.
    pub fn finish(mut self) -> Result<()> {
        let known = format!("There is no such field. The fields are: {}.", self.known.join(", "));
        let unknown = self.values.keys().take(10);
        self.errors
            .extend(unknown.map(|name| (name.chars().take(64).collect(), known.clone())));
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Fields(self.errors))
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.values.remove(name)
    }
}
