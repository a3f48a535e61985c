//! `/metrics`, for Prometheus (text format 0.0.4), on a listener of its own that customers cannot reach.

use std::fmt::Write;
use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::ALLOW;
use actix_web::web::{self, Data};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, guard};

use crate::domain::App;

/// A server that answers `/metrics` alone.
pub fn server(app: Data<App>, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .route(
                "/metrics",
                web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(show),
            )
            .route("/metrics", web::to(not_allowed))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}

async fn not_allowed() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((ALLOW, "GET, HEAD"))
        .finish()
}

async fn show(app: Data<App>) -> HttpResponse {
    let up = app.db.down().is_none();
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text(&app, up))
}

fn text(app: &App, database_up: bool) -> String {
    let mut text = String::from(
        "# HELP keyhatch_verdicts_total Verdicts since the process started, by outcome.\n\
         # TYPE keyhatch_verdicts_total counter\n",
    );
    for (outcome, count) in app.totals.all() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "keyhatch_verdicts_total{{outcome=\"{outcome}\"}} {count}");
    }
    let _ = write!(
        text,
        "# HELP keyhatch_database_up Whether the database answers.\n\
         # TYPE keyhatch_database_up gauge\n\
         keyhatch_database_up {}\n",
        u8::from(database_up)
    );
    text
}
