//! What is written to people about their accounts. The texts are in `templates/mail`.

use askama::Template;

use crate::domain::App;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::email::Email;
use crate::model::timestamp::Timestamp;

#[derive(Template)]
#[template(path = "mail/confirm_email.txt")]
struct ConfirmEmail<'a> {
    product: &'a str,
    home: &'a str,
    link: String,
    until: String,
}

#[derive(Template)]
#[template(path = "mail/already_registered.txt")]
struct AlreadyRegistered<'a> {
    product: &'a str,
    home: &'a str,
    sign_in: String,
    forgot_password: String,
}

#[derive(Template)]
#[template(path = "mail/reset_password.txt")]
struct ResetPassword<'a> {
    product: &'a str,
    home: &'a str,
    link: String,
    until: String,
}

#[derive(Template)]
#[template(path = "mail/password_changed.txt")]
struct PasswordChanged<'a> {
    product: &'a str,
    home: &'a str,
    at: String,
    address: &'a str,
    forgot_password: String,
}

/// Asks to confirm an address.
pub(super) fn confirm_email(app: &App, to: &Email, token: &str, until: Timestamp) -> Result<Mail> {
    let text = ConfirmEmail {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        link: app.link(&format!("/verify-email?token={token}")),
        until: until.exact(),
    };
    let subject = format!("Confirm your address for {}", app.profile.api.name);
    Ok(Mail {
        expires_at: Some(until),
        ..mail("confirm_email", to, subject, &text)?
    })
}

/// Tells somebody who signs up again that there is an account.
pub(super) fn already_registered(app: &App, to: &Email) -> Result<Mail> {
    let text = AlreadyRegistered {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        sign_in: app.link("/sign-in"),
        forgot_password: app.link("/forgot-password"),
    };
    let subject = format!("You have an account at {}", app.profile.api.name);
    mail("already_registered", to, subject, &text)
}

/// Brings the link that resets a password.
pub(super) fn reset_password(app: &App, to: &Email, token: &str, until: Timestamp) -> Result<Mail> {
    let text = ResetPassword {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        link: app.link(&format!("/reset-password?token={token}")),
        until: until.exact(),
    };
    let subject = format!("Reset your password for {}", app.profile.api.name);
    Ok(Mail {
        expires_at: Some(until),
        ..mail("reset_password", to, subject, &text)?
    })
}

/// Tells that a password was changed.
pub(super) fn password_changed(app: &App, to: &Email, at: Timestamp, address: &str) -> Result<Mail> {
    let text = PasswordChanged {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        at: at.exact(),
        address,
        forgot_password: app.link("/forgot-password"),
    };
    mail(
        "password_changed",
        to,
        format!("Your password for {} was changed", app.profile.api.name),
        &text,
    )
}

fn mail(kind: &'static str, to: &Email, subject: String, text: &impl Template) -> Result<Mail> {
    Ok(Mail {
        to: to.clone(),
        subject,
        text: text.render().map_err(|error| AppError::Internal(error.into()))?,
        kind,
        expires_at: None,
        unsubscribe: None,
    })
}
