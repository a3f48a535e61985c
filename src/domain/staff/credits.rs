//! Granting credits. One form grants once, however often it is sent.

use crate::domain::App;
use crate::domain::access::desk::SupportAdministers;
use crate::domain::credits::{Outcome, grant_once};
use crate::domain::staff::reason::Reason;
use crate::error::{AppError, Result};
use crate::model::credits::{Amount, CreditEntry};
use crate::model::workspace::Workspace;

/// How many, as they were typed: whole ones, with or without commas between thousands.
pub fn amount(typed: &str) -> Result<Amount> {
    let typed = typed.trim();
    let digits: String = typed.chars().filter(|c| !matches!(c, ',' | ' ' | '\u{202F}')).collect();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(AppError::invalid(
            "amount",
            "Enter how many, as a whole number like 500.",
        ));
    }
    // What does not fit is too much.
    let number = digits.parse().unwrap_or(i64::MAX);
    if number == 0 {
        return Err(AppError::invalid("amount", "Enter at least 1."));
    }
    Amount::parse(number).map_err(|why| AppError::invalid("amount", why))
}

/// Grants them; `nonce` is the form's.
pub async fn grant(
    app: &App,
    proof: SupportAdministers<'_>,
    workspace: &Workspace,
    amount: Amount,
    reason: &Reason,
    nonce: &str,
) -> Result<CreditEntry> {
    if app.profile.credits.is_none() {
        return Err(AppError::NotFound);
    }
    match grant_once(app, proof.by(), workspace, amount, reason.as_str(), nonce).await? {
        Outcome::Done(entry) => Ok(entry),
        Outcome::UsedBefore => Err(AppError::Conflict(
            "This form has granted credits already. Look at the balance, then open it again.".to_owned(),
        )),
        Outcome::TooMuch | Outcome::Short(_) => Err(AppError::invalid(
            "amount",
            "The balance would be larger than a balance can be.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_whole_number_above_nothing() {
        let read = |typed: &str| amount(typed).ok().map(Amount::get);
        assert_eq!(read(" 500 "), Some(500));
        assert_eq!(read("1,000,000"), Some(1_000_000));
        for bad in ["", "0", "-5", "+5", "1.5", "1e3", "five", "99999999999999999999", "१"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
