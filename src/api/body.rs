//! JSON bodies: one object, read field by field, so that every mistake is told at its field and nothing is ignored.

mod unique;

use std::collections::HashMap;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::api::errors::{ApiError, Result};
use crate::connection;
use crate::error::AppError;
use crate::model::webhook::LARGEST_DATA;

/// A body that has not been read yet: whoever may not ask is refused before it is.
pub struct Body {
    request: HttpRequest,
    kind: String,
    bytes: Pin<Box<dyn Future<Output = std::result::Result<Bytes, actix_web::Error>>>>,
}

impl FromRequest for Body {
    type Error = ApiError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        ready(Ok(Self {
            request: request.clone(),
            kind: kind.unwrap_or_default().to_ascii_lowercase(),
            bytes: Box::pin(Bytes::from_request(request, payload)),
        }))
    }
}

/// A body that may be larger than others.
pub struct LargeBody(Body);

/// The most bytes of a [`LargeBody`].
pub const LARGEST_BODY: usize = LARGEST_DATA + 16 * 1024;

impl FromRequest for LargeBody {
    type Error = ApiError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let payload = web::Payload::from_request(request, payload);
        let bytes = async {
            let read = payload.await?.to_bytes_limited(LARGEST_BODY).await;
            read.unwrap_or_else(|_| Err(PayloadError::Overflow.into()))
        };
        ready(Ok(Self(Body {
            request: request.clone(),
            kind: kind.unwrap_or_default().to_ascii_lowercase(),
            bytes: Box::pin(bytes),
        })))
    }
}

impl LargeBody {
    /// Reads the object, with one of its fields as the text it was sent as. A body that is too large is too large there.
    pub async fn read_with_raw(self, raw: &'static str) -> Result<(Fields, Option<Box<RawValue>>)> {
        self.0.read_with_raw(raw).await
    }
}

/// A body of any kind, that may be as large as a [`LargeBody`] where it is JSON.
pub struct AnyBody(LargeBody);

impl FromRequest for AnyBody {
    type Error = ApiError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(LargeBody::from_request(request, payload).into_inner().map(Self))
    }
}

impl AnyBody {
    /// Whether everybody who reads it as JSON reads the same. What is not said to be JSON is nobody’s to read here.
    pub async fn check(self) -> Result<()> {
        let body = self.0.0;
        if body.is_json() {
            unique::check(&body.bytes().await?)?;
        }
        Ok(())
    }
}

impl Body {
    /// Reads the object.
    pub async fn read(self) -> Result<Fields> {
        read(&self.bytes().await?)
    }

    /// Reads the object, and what it was sent as byte by byte: for what is signed. An error when there is nothing to hold a
    /// signature against.
    pub async fn read_with_bytes(self) -> Result<(Bytes, Result<Fields>)> {
        let bytes = self.bytes().await?;
        let fields = read(&bytes);
        Ok((bytes, fields))
    }

    async fn read_with_raw(self, raw: &'static str) -> Result<(Fields, Option<Box<RawValue>>)> {
        let bytes = self.bytes().await.map_err(|error| match error {
            ApiError::Failed(AppError::TooLarge) => ApiError::Fields(vec![(raw.to_owned(), TOO_LARGE.to_owned())]),
            other => other,
        })?;
        unique::check(&bytes)?;
        // The order is of no matter.
        let mut texts: HashMap<String, Box<RawValue>> = match bytes.trim_ascii_start().first() {
            Some(b'{') => parse(&bytes)?,
            // For the error where it is no JSON at all.
            _ => return parse::<Value>(&bytes).and(Err(no_object())),
        };
        let kept = texts.remove(raw);
        let values = texts
            .into_iter()
            .map(|(name, text)| Ok((name, parse(text.get().as_bytes())?)));
        let mut fields = Fields::new(values.collect::<Result<_>>()?);
        fields.known.push(raw);
        if kept.as_ref().is_some_and(|text| text.get().len() > LARGEST_DATA) {
            fields.refuse::<()>(raw, TOO_LARGE);
        }
        Ok((fields, kept))
    }

    fn is_json(&self) -> bool {
        let kind = self.kind.split(';').next().unwrap_or_default().trim();
        kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
    }

    async fn bytes(self) -> Result<Bytes> {
        if !self.is_json() {
            return Err(ApiError::NotSaidToBeJson);
        }
        let read = self.bytes.await;
        // Also where somebody else has read as much as came.
        if connection::is_late(&self.request) {
            return Err(ApiError::Failed(AppError::TooSlow));
        }
        read.map_err(|error| match error.as_error() {
            Some(PayloadError::Overflow) => ApiError::Failed(AppError::TooLarge),
            _ => ApiError::Unreadable("The body ended before it was whole.".to_owned()),
        })
    }
}

/// What is said of the field that makes a body too large.
const TOO_LARGE: &str = "Send at most 256 KiB.";

fn read(bytes: &[u8]) -> Result<Fields> {
    unique::check(bytes)?;
    match parse(bytes)? {
        Value::Object(values) => Ok(Fields::new(values)),
        _ => Err(no_object()),
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        // Where it went wrong, never what stands there: it may be a key.
        let (line, column) = (error.line(), error.column());
        ApiError::Unreadable(format!("The body is not valid JSON (line {line}, column {column})."))
    })
}

fn no_object() -> ApiError {
    ApiError::Unreadable("The body must be a JSON object: {…}.".to_owned())
}

fn whole(value: &Value) -> Option<i64> {
    // Beyond that it is anybody's guess what was sent.
    const EXACT: f64 = 9_007_199_254_740_991.0;
    let with_point = || {
        value
            .as_f64()
            .filter(|number| number.fract() == 0.0 && number.abs() <= EXACT)
    };
    #[allow(clippy::cast_possible_truncation, reason = "it is whole, and small enough")]
    value.as_i64().or_else(|| with_point().map(|number| number as i64))
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

    /// A URL or `null`, if the field is there. A form that was left empty is no program's.
    pub fn url(&mut self, name: &'static str) -> Option<Option<String>> {
        let found = self.nullable_text(name)?;
        let is_bare = found.as_deref().is_none_or(|url| !url.is_empty() && url == url.trim());
        if is_bare {
            Some(found)
        } else {
            self.refuse(name, "Send a URL with nothing around it, or null.")
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

    /// A whole number, if the field is there and not `null`: what fits into 64 bits. (JSON Schema counts 5.0 among them.)
    pub fn nullable_number(&mut self, name: &'static str) -> Option<i64> {
        match self.take(name)? {
            Value::Null => None,
            value => whole(&value).or_else(|| self.refuse(name, "Send a whole number.")),
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
