//! The first steps of somebody whose account was just made: signed in, on the way to `/welcome`, with what opens the first keys.

use actix_web::HttpResponse;

use crate::domain::App;
use crate::domain::accounts::{Gift, NewAccount};
use crate::error::Result;
use crate::web::extract::Visitor;
use crate::web::keys::ticket;
use crate::web::page;

/// Signs the owner in.
pub(super) fn welcome_in(app: &App, visitor: &Visitor, new: &NewAccount) -> Result<HttpResponse> {
    visitor.sign_in(app, &new.account)?;
    let mut response = page::redirect("/welcome");
    if let Some(gift) = &new.gift
        && let Some(opener) = &gift.opener
    {
        for key in gift.keys.iter().filter(|key| key.public_text.is_none()) {
            let url = format!("{}/{}/reveal", keys_url(gift), key.id);
            ticket::hand_over(app, &mut response, url, opener);
        }
    }
    Ok(response)
}

fn keys_url(gift: &Gift) -> String {
    let workspace = &gift.workspace.slug;
    match &gift.project {
        Some(project) => format!("/w/{workspace}/p/{}/keys", project.slug),
        None => format!("/w/{workspace}/keys"),
    }
}
