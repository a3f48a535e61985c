//! The desk's form: for staff it is read like any other; to everybody else not even the form exists.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use secrecy::SecretString;
use serde::Deserialize;

use crate::error::AppError;
use crate::web::extract::{Extracting, StaffPage};
use crate::web::form::Form;

/// What was typed. It may be a whole key, so that nothing can print it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LookUp {
    pub display_prefix: SecretString,
}

/// Staff with a form; a stranger is refused as a stranger before the form is looked at.
pub struct StaffForm<T> {
    pub desk: StaffPage,
    pub form: T,
}

impl<T> FromRequest for StaffForm<T>
where
    Form<T>: FromRequest<Error = AppError>,
    T: 'static,
{
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let desk = StaffPage::from_request(request, payload);
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let desk = desk.await?;
            let Form(form) = Form::<T>::from_request(&request, &mut payload).await?;
            Ok(Self { desk, form })
        })
    }
}
