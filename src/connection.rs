//! What stands between a connection and the HTTP server: how long a peer may take, how many connections an address may hold,
//! and which line ends are none. Come here when a connection is cut, or should have been.
//!
//! The server (actix-http) parses. It accepts two things that other parsers read differently, and leaves slow bodies alone; so
//! each connection is read through [`Guarded`], which hands the server no more than one request's head at a time, and then
//! asks the server what that head says of a body. It understands nothing of HTTP but where a line ends.

mod addresses;
mod guarded;
mod lines;

pub use addresses::Addresses;
pub use guarded::{Guarded, Socket};

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;
use std::time::Duration;

use actix_http::{HttpMessage, Payload, Request};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LENGTH;

/// How long a peer may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first byte of a request to the last of its head.
    pub head: Duration,
    /// From there to the first byte of the body.
    pub first: Duration,
    /// … and to its last.
    pub last: Duration,
    /// For what is left of a body when the process stops.
    pub stopping: Duration,
    /// For taking anything at all of an answer.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            first: Duration::from_secs(10),
            last: Duration::from_secs(30),
            stopping: Duration::from_secs(2),
            answer: Duration::from_secs(30),
        }
    }
}

/// Whether the process is stopping, for all connections.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on nobody waits long for the rest of a body.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What follows a head, as the server understood it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    None,
    /// So many bytes.
    Sized(u64),
    /// Nobody here can tell where it ends: nothing that follows it on this connection is read as a request.
    Open,
}

impl Body {
    fn of(request: &mut Request) -> Self {
        if matches!(request.payload(), Payload::None) {
            return Self::None;
        }
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|length| length.to_str().ok()?.trim().parse().ok());
        match length {
            Some(length) if !request.chunked().unwrap_or(true) => Self::Sized(length),
            _ => Self::Open,
        }
    }
}

/// What the two ends of a connection tell each other: whoever reads it, and whoever answers.
#[derive(Debug, Default)]
pub struct Progress {
    /// What follows the head that was passed on last.
    follows: Cell<Option<Body>>,
    /// Whoever waits for that.
    waiting: RefCell<Option<Waker>>,
    /// The body of this request did not come in time.
    is_late: Cell<bool>,
    /// This is the last request of the connection.
    is_last: Cell<bool>,
}

/// How a request stands to its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Others may follow.
    Ordinary,
    /// None may: the connection ends with the answer.
    Last,
    /// The last one was before.
    TooMany,
}

/// Tells a request's connection what follows its head. To be called for each before anything else is.
pub fn begin(request: &mut Request) -> Turn {
    let body = Body::of(request);
    let progress = request.conn_data::<Rc<Progress>>();
    progress.map_or(Turn::Ordinary, |progress| progress.begin(body))
}

impl Progress {
    fn begin(&self, body: Body) -> Turn {
        if self.is_last.get() {
            return Turn::TooMany;
        }
        self.is_late.set(false);
        self.is_last.set(body == Body::Open);
        self.follows.set(Some(body));
        if let Some(waiting) = self.waiting.take() {
            waiting.wake();
        }
        if self.is_last.get() { Turn::Last } else { Turn::Ordinary }
    }
}

/// Whether the body of this request was given up because it did not come in time.
pub fn is_late(request: &HttpRequest) -> bool {
    request
        .conn_data::<Rc<Progress>>()
        .is_some_and(|progress| progress.is_late.get())
}
