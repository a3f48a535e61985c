//! The HTTP server, and what stands before it. This is what `actix_web::HttpServer` does, over connections that are guarded.

use std::future::{Ready, ready};
use std::net::TcpListener;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{ConnectionType, HttpService, KeepAlive, Request, Response};
use actix_server::{Server, ServerBuilder};
use actix_service::{Service, ServiceFactory, ServiceFactoryExt, apply_fn_factory, fn_service, map_config};
use actix_web::body::BoxBody;
use actix_web::dev::AppConfig;
use actix_web::{Error, HttpResponse};
use futures_util::future::{Either, FutureExt, LocalBoxFuture};
use tokio::net::TcpStream;

use crate::connection::{self, Addresses, Guarded, Patience, Stopping, Turn};

/// What every connection passes through.
#[derive(Clone)]
pub(super) struct Door {
    pub(super) addresses: Addresses,
    pub(super) patience: Patience,
    pub(super) stopping: Stopping,
}

type Peer = Option<std::net::SocketAddr>;

impl Door {
    /// Lets a connection in, or closes it at once.
    fn admit(&self, io: TcpStream) -> Result<(Guarded<TcpStream>, Peer), DispatchError> {
        let peer = io.peer_addr()?;
        let place = self.addresses.take(peer.ip()).ok_or(DispatchError::DisconnectTimeout)?;
        let guarded = Guarded::new(io, place, self.patience, self.stopping.clone());
        Ok((guarded, Some(peer)))
    }
}

/// The server; it answers while it is awaited.
pub(super) fn run<F, S>(listener: TcpListener, workers: usize, door: Door, answering: F) -> anyhow::Result<Server>
where
    F: Fn() -> S + Clone + Send + 'static,
    S: ServiceFactory<Request, Config = AppConfig, Response = Response<BoxBody>, Error = Error, InitError = ()>
        + 'static,
    S::Service: 'static,
    S::Future: 'static,
    <S::Service as Service<Request>>::Future: 'static,
{
    let builder = ServerBuilder::default();
    let draining = builder.graceful_shutdown_signal();
    let server = builder
        .workers(workers)
        // Whoever runs it decides when it stops: usage and mail have to follow.
        .disable_signals()
        .shutdown_timeout(20)
        .listen("keyhatch", listener, move || {
            let (door, draining) = (door.clone(), draining.clone());
            let answering = apply_fn_factory(answering(), |request, service: &S::Service| in_turn(request, service));
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let draining = draining.clone();
                    async move { draining.notified().await }
                })
                // A client that asks often keeps its connection, and decides how long: a proxy in front must not find it closed just
                // as it sends the next request. One whose peer is gone is found out by the system (see `app::listen`).
                .keep_alive(KeepAlive::Os)
                .client_request_timeout(door.patience.head)
                // How long what is still sent of a body that nobody wants is read, so that whoever sends it sees the answer.
                .client_disconnect_timeout(Duration::from_secs(1))
                .on_connect_ext(|io: &Guarded<TcpStream>, data| {
                    data.insert(io.progress());
                })
                .h1(map_config(answering, |()| AppConfig::default()));
            fn_service(move |io: TcpStream| ready(door.admit(io))).and_then(http)
        })?;
    Ok(server.run())
}

type Answered = Result<Response<BoxBody>, Error>;

/// Tells the connection which request is being answered, and answers it.
fn in_turn<S>(
    mut request: Request,
    service: &S,
) -> Either<S::Future, Either<Ready<Answered>, LocalBoxFuture<'static, Answered>>>
where
    S: Service<Request, Response = Response<BoxBody>, Error = Error>,
    S::Future: 'static,
{
    match connection::begin(&mut request) {
        Turn::Ordinary => Either::Left(service.call(request)),
        Turn::Last => {
            let answer = service.call(request);
            let last = async move { answer.await.map(and_close) };
            Either::Right(Either::Right(last.boxed_local()))
        }
        Turn::TooMany => {
            let refused = and_close(HttpResponse::BadRequest().finish().into());
            Either::Right(Either::Left(ready(Ok(refused))))
        }
    }
}

fn and_close(mut answer: Response<BoxBody>) -> Response<BoxBody> {
    answer.head_mut().set_connection_type(ConnectionType::Close);
    answer
}
