//! What stands around every page: the browser's secret, the refusal of foreign submissions, the skin of errors, and the
//! security headers.

use actix_session::SessionExt;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HOST, HeaderName, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::domain::App;
use crate::error::AppError;
use crate::model::trouble::Trouble;
use crate::web::browser::{Browser, SessionAccount};
use crate::web::device::Device;
use crate::web::flash::Flash;
use crate::web::{errors, headers, resume, session};

/// The middleware.
pub async fn around(
    app: Data<App>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let browser = Browser::read_or_new(&app, request.request());
    let device = Device::read(&app, request.request());
    let session = request.get_session();
    let unreadable = session::is_unreadable(&session);
    // Whoever only asks about a page has not seen it.
    let sees = request.method() != Method::HEAD;
    if sees && !is_asked_by_script(request.request()) {
        session::renew_if_asked(&session);
    }
    let flash = Flash::read(&app, request.request());
    {
        let mut extensions = request.extensions_mut();
        extensions.insert(browser.clone());
        extensions.insert(device.clone());
        extensions.insert(SessionAccount(session::account_id(&session)));
        if let Some(flash) = &flash {
            extensions.insert(flash.clone());
        }
    }
    let refused = if unreadable {
        Err(AppError::Storage(app.db.down().unwrap_or(Trouble::Gone)))
    } else if is_foreign(&app, request.request()) {
        Err(AppError::FormExpired)
    } else if resume::is_signed_out(&request) {
        resume::set_aside(&mut request).await
    } else {
        Ok(())
    };
    let response = if let Err(error) = refused {
        request.error_response(error).map_into_boxed_body()
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    let mut response = errors::dress(&app, response).await;
    let shows_flash = sees && flash.is_some() && !response.status().is_redirection();
    let head = response.response_mut().head_mut();
    headers::secure(&app, head.headers_mut());
    let response_mut = response.response_mut();
    if browser.is_new {
        add_cookie(response_mut, &browser.cookie(&app));
    }
    if let Some(marks) = device.cookie(&app) {
        add_cookie(response_mut, &marks);
    }
    if shows_flash {
        add_cookie(response_mut, &Flash::removal(&app));
    }
    Ok(response)
}

/// The middleware around sessions: one that cannot be kept (signing in, signing out, a new password) leaves nothing that could be
/// answered, but a page that says so.
pub async fn around_sessions(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match next.call(request).await {
        Ok(response) => Ok(response.map_into_boxed_body()),
        Err(_) => Err(errors::without_session(&app)),
    }
}

/// Whether a page asks, which stays where it is: the page after it is still to come. (Older browsers do not say.)
fn is_asked_by_script(request: &HttpRequest) -> bool {
    let purpose = request.headers().get(HeaderName::from_static("sec-fetch-dest"));
    purpose.is_some_and(|purpose| purpose == "empty")
}

/// Whether an unsafe request says itself that it comes from elsewhere. What says nothing is judged by its proof alone.
fn is_foreign(app: &App, request: &HttpRequest) -> bool {
    if request.method().is_safe() {
        return false;
    }
    let header = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = header(HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    // Browsers send `null` where the referrer policy hides the origin, as ours does.
    match header(ORIGIN) {
        None | Some("null") => false,
        Some(origin) => {
            origin != app.settings.public_url && !(app.settings.development && is_own_host(request, origin))
        }
    }
}

/// In development the dashboard may be opened as `localhost` or `127.0.0.1`; the host is compared, never linked to.
fn is_own_host(request: &HttpRequest, origin: &str) -> bool {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    host.is_some_and(|host| {
        origin
            .split_once("://")
            .is_some_and(|(_, origin_host)| origin_host == host)
    })
}

fn add_cookie<B>(response: &mut actix_web::HttpResponse<B>, cookie: &actix_web::cookie::Cookie<'_>) {
    if let Err(error) = response.add_cookie(cookie) {
        tracing::error!(error = %error, "a cookie could not be set");
    }
}
