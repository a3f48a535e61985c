//! One conversation with the mail server. Each step has its time: a server that says nothing is given up, whatever it has said
//! before.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::AsyncSmtpConnection;

use super::server::{MailServer, Security};
use crate::model::mail::Failure;

/// How long a server may take for a step: to greet, to change to TLS, to take the password, to take the mail.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long all of it may take.
pub(super) const LONGEST: Duration = Duration::from_secs(45);

impl MailServer {
    /// Hands a mail over.
    pub(super) async fn send(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Failure> {
        let conversation = self.converse(envelope, mail);
        tokio::time::timeout(LONGEST, conversation)
            .await
            .unwrap_or(Err(Failure::silence()))
    }

    async fn converse(&self, envelope: &Envelope, mail: &[u8]) -> Result<(), Failure> {
        let wrapped = match &self.security {
            Security::Wrapped(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let place = (self.host.as_str(), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(place, Some(PATIENCE), &self.hello, wrapped, None);
        let mut connection = within(connecting).await?;
        if let Security::StartTls(parameters) = &self.security {
            // Refuses to go on where it is not offered.
            within(connection.starttls(parameters.clone(), &self.hello)).await?;
        }
        if let Some(credentials) = &self.credentials {
            within(connection.auth(DEFAULT_MECHANISMS, credentials)).await?;
        }
        within(connection.send(envelope, mail)).await?;
        // It has the mail: nobody waits for its farewell.
        tokio::spawn(async move { tokio::time::timeout(Duration::from_secs(2), connection.quit()).await });
        Ok(())
    }
}

async fn within<T>(step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>) -> Result<T, Failure> {
    match tokio::time::timeout(PATIENCE, step).await {
        Ok(done) => done.map_err(|error| told(&error)),
        Err(_) => Err(Failure::silence()),
    }
}

/// What the server, or the way to it, has said.
fn told(error: &lettre::transport::smtp::Error) -> Failure {
    let code = error.status().map(u16::from);
    let why = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    match code {
        Some(code) => Failure::answered(code, &why),
        None if error.is_timeout() => Failure::silence(),
        None => Failure::unreachable(&why),
    }
}
