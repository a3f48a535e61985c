//! Email addresses: one parser for all that is typed, and for what mail is sent to.

mod mistakes;

use std::borrow::Cow;
use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use validator::ValidateEmail;

use mistakes::*;

/// An address that mail can reach. It is kept in ASCII, with the letters as they were typed; an internationalised domain is one
/// address in both of its spellings, and shown in the readable one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Checks what was typed; the error is a sentence for the field.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        // Only spaces: a line break is no slip of the finger.
        let typed = typed.trim_matches(' ');
        if typed.is_empty() {
            return Err(EMPTY);
        }
        if typed.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(SPACE);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(NO_ADDRESS)?;
        check_local(local)?;
        let ascii = to_ascii(domain).ok_or(DOMAIN)?;
        check_domain(&ascii)?;
        // Upper case is kept where nothing else was changed.
        let domain = if domain.eq_ignore_ascii_case(&ascii) {
            domain
        } else {
            &ascii
        };
        // 254 octets is the most that fits an SMTP path (RFC 5321, 4.5.3.1.3).
        if local.len() + 1 + domain.len() > 254 {
            return Err(LONG);
        }
        let address = format!("{local}@{domain}");
        // What browsers take as an address, too (HTML, 4.10.5.1.5).
        match address.validate_email() {
            true => Ok(Self(address)),
            false => Err(NO_ADDRESS),
        }
    }

    /// An address that is looked for. Earlier versions took some that no mail reaches: who has one still signs in with it.
    pub fn presented(typed: &str) -> Self {
        Self::parse(typed).unwrap_or_else(|_| Self::kept(typed.trim()))
    }

    /// An address that was kept, whatever the rules were then.
    pub fn kept(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The address as mail is sent to it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two addresses are compared.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// As people read it.
impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.rsplit_once('@') {
            Some((local, domain)) => write!(f, "{local}@{}", readable(domain)),
            None => f.write_str(&self.0),
        }
    }
}

fn check_local(local: &str) -> Result<(), &'static str> {
    if local.is_empty() {
        return Err(NO_ADDRESS);
    }
    // A dot-atom (RFC 5322, 3.2.3). Quoted ones exist on paper, and beyond ASCII not every server takes them.
    let is_letter = |character: char| character.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(character);
    if !local.chars().all(is_letter) {
        return Err(LOCAL);
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err(DOTS);
    }
    // RFC 5321, 4.5.3.1.1
    if local.len() > 64 {
        return Err(LONG_LOCAL);
    }
    Ok(())
}

/// The name as the Domain Name System knows it (UTS #46, without the mappings of 2003), in lower case.
fn to_ascii(domain: &str) -> Option<Cow<'_, str>> {
    Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .ok()
}

/// Letters, digits and hyphens (RFC 1123, 2.1), and no address of a machine.
fn check_domain(ascii: &str) -> Result<(), &'static str> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last_is_a_number = ascii
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    match ascii.split('.').all(is_label) && !last_is_a_number {
        true => Ok(()),
        false => Err(DOMAIN),
    }
}

fn readable(domain: &str) -> Cow<'_, str> {
    if !domain
        .to_ascii_lowercase()
        .split('.')
        .any(|label| label.starts_with("xn--"))
    {
        return Cow::Borrowed(domain);
    }
    let (readable, checked) = Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    if checked.is_ok() {
        readable
    } else {
        Cow::Borrowed(domain)
    }
}

#[cfg(test)]
mod tests;
