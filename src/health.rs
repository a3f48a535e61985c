//! For monitors: is the process alive, and can it do its work?

use actix_web::HttpResponse;
use actix_web::http::header::RETRY_AFTER;
use actix_web::web::Data;

use crate::domain::{App, readiness};

/// `GET /healthz`: the process answers.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// `GET /readyz`: the database answers and takes changes, or which of it not.
pub async fn readyz(app: Data<App>) -> HttpResponse {
    match readiness::check(&app).await {
        Ok(()) => HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("ready\n"),
        Err(trouble) => HttpResponse::ServiceUnavailable()
            .content_type("text/plain; charset=utf-8")
            .insert_header((RETRY_AFTER, trouble.retry_after_seconds()))
            .body(format!("{}\n", trouble.reason())),
    }
}
