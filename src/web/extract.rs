//! Who asks and where they are: what a handler takes as its first argument is what it may reach.
//!
//! [`Visitor`] anybody; [`Person`] somebody signed in; [`WorkspacePage`] a member in a workspace; [`ProjectPage`] a
//! member in a project; [`KeysPage`] a member in front of a key ring; [`StaffPage`] the support desk.

mod keys;
mod person;
mod project;
mod visitor;
mod workspace;

pub use keys::{DeliveryPath, EndpointPath, InboundPath, KeyPath, KeysPage};
pub use person::{Person, StaffPage};
pub use project::ProjectPage;
pub use visitor::Visitor;
pub use workspace::WorkspacePage;

use std::future::Future;
use std::pin::Pin;

use actix_web::HttpRequest;
use actix_web::web::Data;

use crate::domain::App;
use crate::error::AppError;

/// What our extractors return.
pub type Extracting<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// The application behind a request.
pub fn app_of(request: &HttpRequest) -> Result<Data<App>, AppError> {
    request
        .app_data::<Data<App>>()
        .cloned()
        .ok_or_else(|| AppError::Internal(anyhow::anyhow!("no application data")))
}
