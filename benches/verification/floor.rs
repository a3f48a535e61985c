//! The floor: actix-web with nothing behind it. It answers 200 bytes of JSON, to a GET at once and to a POST after reading the
//! body; and, at another address, with the headers that a proxy gets of a good key. As many workers and the same allocator as
//! Keyhatch.

use std::net::TcpListener;
use std::process::ExitCode;

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{App, HttpResponse, HttpServer, web};
use keyhatch::api::gateway::IDENTITY;

/// 200 bytes.
const BODY: &str = concat!(
    r#"{"key":{"id":"01a1fca7-a564-7000-965b-74864b2de370","name":"0123456789012345678901234567890123456789"},"#,
    r#""workspace":{"id":"01a1fca7-a559-7000-8479-0427d54fab0b","name":"Acme","plan":"enterprise","n":12345}}"#
);

/// Where it answers like the gateway, knowing nothing.
pub(crate) const IDENTITY_ADDRESS: &str = "/identity";

/// As long as what the gateway says of the keys that are asked for.
const SAID: [&str; 7] = [
    "01a1fca7-a564-7000-965b-74864b2de370",
    "01a1fca7-a559-7000-8479-0427d54fab0b",
    "01a1fca7-a55c-7000-a7c2-9be1fe1e5a1d",
    "live",
    "secret",
    "",
    "np_live_0123456789",
];

pub(crate) fn serve() -> ExitCode {
    let ended = actix_web::rt::System::new().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        println!("listening on http://{}", listener.local_addr()?);
        let app = || {
            App::new()
                .route(
                    "/",
                    web::get().to(|| async { HttpResponse::Ok().content_type("application/json").body(BODY) }),
                )
                .route(IDENTITY_ADDRESS, web::get().to(|| async { identity() }))
                .route(
                    "/",
                    web::post().to(|body: web::Bytes| async move {
                        assert!(!body.is_empty());
                        HttpResponse::Ok().content_type("application/json").body(BODY)
                    }),
                )
        };
        let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        HttpServer::new(app).workers(workers).listen(listener)?.run().await
    });
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn identity() -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.insert_header((CACHE_CONTROL, "no-store"));
    for header in IDENTITY.into_iter().zip(SAID) {
        answer.append_header(header);
    }
    answer.finish()
}
