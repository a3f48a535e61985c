//! What became of a request.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use crate::model::webhook::retry_after::RetryAfter;

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub took: Duration,
    /// Who was asked; where several addresses were tried in vain, the first of them.
    pub address: Option<IpAddr>,
    pub answer: Result<Answer, Failure>,
}

/// A receiver's answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub retry_after: Option<RetryAfter>,
    /// As much of it as there was room and time for.
    pub body: Vec<u8>,
    /// There was more, or there should have been.
    pub cut: bool,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The rules forbid the URL, or what its name stands for.
    NotAllowed,
    /// The name stands for nothing.
    NotFound,
    Connect,
    Tls,
    TimedOut,
    /// It ended in the middle, or was no HTTP.
    Broken,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NotAllowed,
        Self::NotFound,
        Self::Connect,
        Self::Tls,
        Self::TimedOut,
        Self::Broken,
    ];

    /// For programs, and to keep.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::NotFound => "not_found",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::TimedOut => "timed_out",
            Self::Broken => "broken",
        }
    }

    /// Reads a code again.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.code() == code)
    }

    /// For people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotAllowed => "The URL leads to an address that webhooks may not reach.",
            Self::NotFound => "The name in the URL was not found in the DNS.",
            Self::Connect => "Nothing answers at the address: it was not possible to connect.",
            Self::Tls => "The connection could not be encrypted: look at the server’s certificate.",
            Self::TimedOut => "The server took too long to answer.",
            Self::Broken => "The server hung up before it answered, or its answer was no HTTP.",
        }
    }

    /// What kind of failure an error is. Ours and TLS's are inside of it, under several layers.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut inside: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(layer) = inside {
            if let Some(failure) = layer.downcast_ref::<Self>() {
                return *failure;
            }
            let io = layer.downcast_ref::<io::Error>();
            // Hanging up is no failure to connect unless TLS was begun.
            let hung_up = io.is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof) && error.is_connect();
            if layer.is::<rustls::Error>() || hung_up {
                return Self::Tls;
            }
            // The source of such an error is what lies inside of its inside.
            inside = match io {
                Some(io) => io.get_ref().map(|inner| inner as &(dyn Error + 'static)),
                None => layer.source(),
            };
        }
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::Connect
        } else {
            Self::Broken
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl Error for Failure {}
