//! The first request with a key, sent for its maker by the page that shows the key: `GET {base}/me`.
//!
//! It goes the way of every such request from where the HTTP server has read it: asked, judged, counted, paid for, answered and refused
//! by the same code. Only the socket is left out. For that the server would have to find itself (through which proxy? and over plain
//! http some profiles give up a key for good), and a page that makes it send requests somewhere could be turned against others.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::api::{errors, me, request_id};
use crate::domain::App;
use crate::domain::keys::trial::Trial;
use crate::domain::verify::Question;
use crate::domain::verify::question::ReadFrom;

/// What the person sees as the client of their first request.
const USER_AGENT: &str = "Keyhatch (sent from the page of the key)";

/// The API's answer.
pub async fn send(app: Data<App>, trial: Trial) -> HttpResponse {
    let id = app.new_request_id();
    let path = format!("{}/me", app.profile.api.base_path);
    let question = Question {
        credential: Some(trial.text.expose_secret()),
        method: Some("GET"),
        path: Some(&path),
        is_ours: true,
        address: trial.address,
        user_agent: USER_AGENT,
        request_id: id.clone(),
        read_from: app
            .profile
            .api
            .credentials
            .first()
            .map_or(ReadFrom::Untold, ReadFrom::Header),
        ..Question::default()
    };
    let answered = me::answer(&app, &question).await;
    let answer = answered.unwrap_or_else(|error| errors::refuse(&app, error));
    request_id::told(answer.into(), &id).into()
}
