//! JSON at the edge: what the provider’s customers and systems call, over the same operations as the pages. It stands outside
//! of sessions and of everything else that surrounds a page. Come here for the envelope of errors, for where a request
//! carries its key, and for what each address takes and gives; who may do what is decided by `domain`.

pub mod body;
pub mod caller;
pub mod cors;
pub mod credentials;
pub mod embed;
pub mod errors;
pub mod gateway;
pub mod guard;
pub mod idempotency;
pub mod inbound;
pub mod json;
pub mod keys;
pub mod lane;
pub mod leaks;
pub mod me;
pub mod openapi;
pub mod provider;
pub mod query;
pub mod request_id;
mod roots;
pub mod transport;
pub mod trial;
pub mod unsubscribe;
mod values;

pub use roots::{GATEWAY, LEAKS, PROVIDER, UNSUBSCRIBE};

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::fn_guard;
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};

use crate::domain::App;
use crate::error::AppError;

/// Everything under the profile's base path and under the other [`roots`], what does not exist included; `table`
/// registers what does.
pub fn service<F>(app: &App, table: F) -> impl HttpServiceFactory + use<F>
where
    F: FnOnce(&mut ServiceConfig),
{
    let roots = [
        app.profile.api.base_path.clone(),
        PROVIDER.to_owned(),
        GATEWAY.to_owned(),
        LEAKS.to_owned(),
        UNSUBSCRIBE.to_owned(),
    ];
    let is_ours = move |path: &str| {
        let below = |root: &String| path.strip_prefix(root.as_str());
        roots
            .iter()
            .filter_map(below)
            .any(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    web::scope("")
        .guard(fn_guard(move |context| is_ours(context.head().uri.path())))
        .app_data(Data::new(openapi::Documents::of(app)))
        .configure(table)
        .default_service(web::to(|| async { Err::<String, _>(AppError::NotFound) }))
        .wrap(from_fn(guard::around))
}
