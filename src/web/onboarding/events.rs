//! The events (server-sent, WHATWG HTML, section 9.2) that tell a page when a first request has arrived: `waiting` at once,
//! so that the page knows that nothing on the way holds them back, and `received` in the end.
//!
//! While nobody has called, memory is asked twice a second, and the database when memory says so, or every three seconds: on another
//! node, or after a restart, only it knows. With the database they look whether the session lives and the person may still see it.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::{Stream, unfold};

use crate::domain::App;
use crate::domain::onboarding::first_request::{Awaited, Found, Watcher, look};
use crate::domain::onboarding::watchers::Place;

/// How often memory is asked.
const TURN: Duration = Duration::from_millis(500);

/// After how many turns the database is asked, whatever memory says.
const PACE: u32 = 6;

/// After how many turns it ends. The page has given up by then, or asks for it again.
const LONGEST: u32 = 1_200;

/// The first event; and how long a page waits, in milliseconds, before it asks again for events that broke off.
const WAITING: &[u8] = b"retry: 1000\ndata: waiting\n\n";

/// The last event.
const RECEIVED: &[u8] = b"retry: 1000\ndata: received\n\n";

/// A comment, which says nothing: by it a proxy knows that the connection lives, and we find out that the page is gone.
const NOTHING: &[u8] = b":\n\n";

/// Whether a page asks for events, and not for a page.
pub(super) fn are_wanted(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    request.method() == Method::GET && accepted.is_some_and(|accepted| accepted.contains("text/event-stream"))
}

/// The events, for as long as the place is held; or that there is no place, and no use in asking again: then the page goes on looking
/// by itself.
pub(super) fn answer(app: Data<App>, who: Watcher, awaited: Awaited, found: Found) -> HttpResponse {
    let Some(place) = app.watchers.admit(who.account.id) else {
        return HttpResponse::NoContent().finish();
    };
    let watch = Watch {
        app,
        who,
        awaited,
        found,
        place,
        turns: 0,
        is_over: false,
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // nginx holds answers back until they are large, but for this.
        .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
        .streaming(watch.events())
}

struct Watch {
    app: Data<App>,
    who: Watcher,
    awaited: Awaited,
    found: Found,
    place: Place,
    turns: u32,
    is_over: bool,
}

impl Watch {
    fn events(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        let first = if self.found.used.is_some() { RECEIVED } else { WAITING };
        unfold((self, Some(first)), |(mut watch, first)| async move {
            let said = match first {
                Some(first) => {
                    watch.is_over = first == RECEIVED;
                    first
                }
                None => watch.next().await?,
            };
            Some((Ok(Bytes::from_static(said)), (watch, None)))
        })
    }

    /// What is said next; nothing at the end.
    async fn next(&mut self) -> Option<&'static [u8]> {
        while !self.is_over && self.turns < LONGEST {
            tokio::select! {
                () = self.place.stopped() => return None,
                () = tokio::time::sleep(TURN) => self.turns += 1,
            }
            if !self.turns.is_multiple_of(PACE) && !self.found.may_be_old(&self.app) {
                continue;
            }
            let found = tokio::select! {
                () = self.place.stopped() => return None,
                // Who may not see it any more, or cannot be told for now, is told when they ask again.
                found = look(&self.app, &self.who, &self.awaited) => found.ok()?,
            };
            self.is_over = found.used.is_some();
            self.found = found;
            return Some(if self.is_over { RECEIVED } else { NOTHING });
        }
        None
    }
}
