//! A connection as the server reads and writes it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::addresses::Place;
use super::lines::Lines;
use super::{Body, Patience, Progress, Stopping};

/// Something that can say whether there is anything to read.
pub trait Socket: AsyncRead + AsyncWrite + Unpin {
    /// Ready when there is; else whoever asks is woken then.
    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()>;
}

impl Socket for TcpStream {
    fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_read_ready(cx).map(|_| ())
    }
}

/// What is read next.
#[derive(Clone, Copy, Debug)]
enum Next {
    Head(Lines),
    /// A head is with the server, which has not yet said what follows it; and so much of that. Whether there may be more.
    Unknown {
        ahead: u64,
        more: bool,
    },
    /// So many bytes of a body, of which some have come or none.
    Body {
        left: u64,
        has_begun: bool,
    },
    Open {
        has_begun: bool,
    },
}

/// A connection that is not waited for without end, and passes on one head at a time.
#[derive(Debug)]
pub struct Guarded<T> {
    io: T,
    progress: Rc<Progress>,
    patience: Patience,
    stopping: Stopping,
    next: Next,
    /// What was read beyond what may be passed on.
    held: BytesMut,
    /// Since when the rest of what is read next has been waited for.
    since: Option<Instant>,
    /// … and since when while the process stops.
    stopping_since: Option<Instant>,
    reading: Deadline,
    writing: Deadline,
    _place: Place,
}

impl<T: Socket> Guarded<T> {
    /// Guards a connection that has just been accepted.
    pub fn new(io: T, place: Place, patience: Patience, stopping: Stopping) -> Self {
        Self {
            io,
            progress: Rc::default(),
            patience,
            stopping,
            next: Next::Head(Lines::default()),
            held: BytesMut::new(),
            since: None,
            stopping_since: None,
            reading: Deadline::default(),
            writing: Deadline::default(),
            _place: place,
        }
    }

    /// For whoever answers.
    pub fn progress(&self) -> Rc<Progress> {
        Rc::clone(&self.progress)
    }

    /// Goes on once the server has said what follows.
    fn go_on(&mut self, next: Next) {
        self.next = next;
        self.since = None;
        self.reading.clear();
    }

    /// How many of these bytes the server may have now.
    fn pass(&mut self, bytes: &mut [u8]) -> usize {
        match &mut self.next {
            Next::Head(lines) => match lines.read(bytes) {
                None => bytes.len(),
                Some(end) => {
                    // What announces a body without end is asked about first, like what announces none.
                    let (announced, was_cut) = (lines.announced(), lines.was_cut());
                    let rest = bytes.len() - end;
                    let ahead = match announced {
                        u64::MAX => 0,
                        announced => usize::try_from(announced).map_or(rest, |announced| announced.min(rest)),
                    };
                    self.go_on(Next::Unknown {
                        ahead: ahead as u64,
                        more: was_cut || announced > ahead as u64,
                    });
                    end + ahead
                }
            },
            Next::Body { left, has_begun } => {
                let passed = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left -= passed as u64;
                *has_begun = true;
                if *left == 0 {
                    self.go_on(Next::Head(Lines::default()));
                }
                passed
            }
            Next::Open { has_begun } => {
                *has_begun = true;
                bytes.len()
            }
            Next::Unknown { .. } => 0,
        }
    }

    /// Waits for more, but not without end: what does not come in time is taken for the end.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let (limit, is_body) = match self.next {
            // Idle for as long as whoever opened it wants.
            Next::Head(lines) if !lines.have_begun() => return Poll::Pending,
            Next::Unknown { .. } => return Poll::Pending,
            Next::Head(_) => (self.patience.head, false),
            Next::Body { has_begun, .. } | Next::Open { has_begun } => (
                if has_begun {
                    self.patience.last
                } else {
                    self.patience.first
                },
                true,
            ),
        };
        let mut until = *self.since.get_or_insert_with(Instant::now) + limit;
        if self.stopping.has_begun() {
            until = until.min(*self.stopping_since.get_or_insert_with(Instant::now) + self.patience.stopping);
        }
        if self.reading.poll(until, cx).is_pending() {
            return Poll::Pending;
        }
        self.progress.is_late.set(is_body);
        Poll::Ready(Ok(()))
    }
}

impl<T: Socket> AsyncRead for Guarded<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Next::Unknown { ahead, more } = this.next {
            match this.progress.follows.take() {
                Some(Body::None) if ahead == 0 => this.go_on(Next::Head(Lines::default())),
                Some(Body::Sized(length)) if ahead == length => this.go_on(Next::Head(Lines::default())),
                Some(Body::Sized(length)) if ahead < length => this.go_on(Next::Body {
                    left: length - ahead,
                    has_begun: ahead > 0,
                }),
                // The server understood the head in another way, and nobody knows any more where the next one begins.
                Some(Body::None | Body::Sized(_)) => return Poll::Ready(Err(io::ErrorKind::InvalidData.into())),
                Some(Body::Open) => this.go_on(Next::Open { has_begun: false }),
                None => {
                    // Nearly always there is nothing to come before the next request, and whoever reads is woken when that does.
                    // Else it has to be woken once the server has said what it would be: to read it, or to wait for it.
                    if more || !this.held.is_empty() || this.io.poll_readable(cx).is_ready() {
                        *this.progress.waiting.borrow_mut() = Some(cx.waker().clone());
                    }
                    return Poll::Pending;
                }
            }
        }
        let begin = buffer.filled().len();
        if this.held.is_empty() {
            match Pin::new(&mut this.io).poll_read(cx, buffer) {
                Poll::Pending => return this.wait(cx),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) => {}
            }
        } else {
            let length = this.held.len().min(buffer.remaining());
            buffer.put_slice(&this.held[..length]);
            this.held.advance(length);
        }
        let read = &mut buffer.filled_mut()[begin..];
        let passed = this.pass(read);
        if passed < read.len() {
            let mut held = BytesMut::from(&read[passed..]);
            held.extend_from_slice(&this.held);
            this.held = held;
            buffer.set_filled(begin + passed);
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: Socket> Guarded<T> {
    /// Whoever takes nothing of an answer for too long is gone.
    fn written<R>(&mut self, written: Poll<io::Result<R>>, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.writing.clear();
            return written;
        }
        let until = self
            .writing
            .until()
            .unwrap_or_else(|| Instant::now() + self.patience.answer);
        match self.writing.poll(until, cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: Socket> AsyncWrite for Guarded<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(cx, bytes);
        this.written(written, cx)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}

/// A moment that may never come; takes nothing until somebody waits for it.
#[derive(Debug, Default)]
struct Deadline(Option<Pin<Box<Sleep>>>);

impl Deadline {
    fn until(&self) -> Option<Instant> {
        self.0.as_ref().map(|sleep| sleep.deadline())
    }

    fn poll(&mut self, until: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.0.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if sleep.deadline() != until {
            sleep.as_mut().reset(until);
        }
        sleep.as_mut().poll(cx)
    }

    fn clear(&mut self) {
        self.0 = None;
    }
}
