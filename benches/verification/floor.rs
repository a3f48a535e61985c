//! The floor: actix-web with nothing behind it. It answers 200 bytes of JSON, to a GET at once and to a POST after reading the
//! body. As many workers and the same allocator as Keyhatch.

use std::net::TcpListener;
use std::process::ExitCode;

use actix_web::{App, HttpResponse, HttpServer, web};

/// 200 bytes.
const BODY: &str = concat!(
    r#"{"key":{"id":"01a1fca7-a564-7000-965b-74864b2de370","name":"0123456789012345678901234567890123456789"},"#,
    r#""workspace":{"id":"01a1fca7-a559-7000-8479-0427d54fab0b","name":"Acme","plan":"enterprise","n":12345}}"#
);

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
