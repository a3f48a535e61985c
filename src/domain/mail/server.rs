//! The mail server of `KEYHATCH_MAIL_URL`. What is refused here is refused at the start, with a sentence that repeats nothing of
//! the URL: it holds a password.

use std::net::IpAddr;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::TlsParameters;
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;

/// Where mail is handed over, and how.
#[derive(Clone)]
pub struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
    /// What is said in EHLO.
    pub(super) hello: ClientId,
}

/// How a conversation is kept from everybody in between.
#[derive(Clone)]
pub(super) enum Security {
    /// STARTTLS, and nothing without it.
    StartTls(TlsParameters),
    /// TLS from the first byte.
    Wrapped(TlsParameters),
    /// None: it does not leave this machine.
    Loopback,
}

impl std::fmt::Debug for MailServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// The ports of RFC 6409, RFC 8314 and RFC 5321: submission, submission over TLS, and between servers.
const SUBMISSION: u16 = 587;
const SUBMISSIONS: u16 = 465;
const RELAY: u16 = 25;

const ENCODE: &str = "percent-encode what is special in the user and the password: / is %2F, # is %23, ? is %3F, @ is %40, % is %25, \
                      a space is %20";

impl MailServer {
    /// Reads `smtp://user:password@host:port` (STARTTLS) or `smtps://…` (TLS from the first byte).
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        Self::read(text.trim()).map_err(|why| anyhow::anyhow!("KEYHATCH_MAIL_URL cannot be used: {why}"))
    }

    fn read(text: &str) -> Result<Self, String> {
        let form = "write it like smtp://user:password@mail.example.com or smtps://user:password@mail.example.com";
        let (scheme, rest) = text.split_once("://").ok_or(form)?;
        let is_wrapped = match scheme.to_ascii_lowercase().as_str() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(form.to_owned()),
        };
        check_characters(rest)?;
        let (authority, rest) = match rest.find(['/', '?']) {
            Some(end) => rest.split_at(end),
            None => (rest, ""),
        };
        let (person, place) = match authority.split_once('@') {
            Some((person, place)) => (Some(person), place),
            None => (None, authority),
        };
        let credentials = person.map(credentials).transpose()?;
        let (host, port) = host_and_port(place)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let hello = match path.trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(decode(name)?),
        };
        let is_loopback = is_loopback(&host);
        let is_required = match query {
            "" => !is_loopback,
            "tls=required" => true,
            "tls=opportunistic" => {
                return Err(
                    "mail is never sent without TLS to another machine: leave tls=opportunistic out".to_owned(),
                );
            }
            _ => return Err("after the ? there can only be tls=required".to_owned()),
        };
        let parameters = || TlsParameters::new(host.clone()).map_err(|error| format!("TLS to this host: {error}"));
        let security = match (is_wrapped, is_required) {
            (true, _) => Security::Wrapped(parameters()?),
            (false, true) => Security::StartTls(parameters()?),
            (false, false) => Security::Loopback,
        };
        let usual = match (&security, &credentials) {
            (Security::Wrapped(_), _) => SUBMISSIONS,
            (Security::StartTls(_), Some(_)) => SUBMISSION,
            _ => RELAY,
        };
        Ok(Self {
            port: port.unwrap_or(usual),
            host,
            security,
            credentials,
            hello,
        })
    }
}

/// What would end the user or the password early, or would be taken for something else.
fn check_characters(rest: &str) -> Result<(), String> {
    let is_odd = |character: char| character.is_whitespace() || character.is_control();
    let first_end = rest.find(['/', '#', '?']).unwrap_or(rest.len());
    let cut_short = rest[first_end..].contains('@');
    let several = rest[..first_end].matches('@').count() > 1;
    let percent = |(at, _): (usize, &str)| {
        let digits = rest.as_bytes().get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if cut_short || several || rest.contains(is_odd) || rest.match_indices('%').any(percent) {
        return Err(ENCODE.to_owned());
    }
    if rest.contains('#') {
        return Err(format!("there is a # in it, and nothing can follow one; {ENCODE}"));
    }
    Ok(())
}

fn credentials(person: &str) -> Result<Credentials, String> {
    match person.split_once(':') {
        Some((user, password)) if !user.is_empty() && !password.is_empty() => {
            Ok(Credentials::new(decode(user)?, decode(password)?))
        }
        _ => Err("before the @ there are a user and a password, with a colon between them".to_owned()),
    }
}

fn host_and_port(place: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (place, None),
    };
    // A password without an @ behind it is read as a port: nothing of it is repeated.
    let wrong = || format!("the part behind the host’s colon is no port; {ENCODE}");
    let port = port.map(|port| port.parse().map_err(|_| wrong())).transpose()?;
    let host = decode(host)?;
    if let Some(literal) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address: IpAddr = literal
            .parse()
            .map_err(|_| "there is no address between the brackets")?;
        return Ok((address.to_string(), port));
    }
    let ascii = idna::domain_to_ascii_cow(host.as_bytes(), idna::AsciiDenyList::URL);
    match ascii {
        Ok(ascii) if !ascii.is_empty() => Ok((ascii.into_owned(), port)),
        _ => Err("there is no host in it that could exist".to_owned()),
    }
}

fn decode(text: &str) -> Result<String, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded
        .map(Into::into)
        .map_err(|_| "what is percent-encoded in it is not UTF-8".to_owned())
}

fn is_loopback(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(url: &str) -> String {
        let server = MailServer::parse(url).unwrap();
        let security = match server.security {
            Security::StartTls(_) => "starttls",
            Security::Wrapped(_) => "tls",
            Security::Loopback => "clear",
        };
        let port = server.port;
        format!("{security} {} {port} {}", server.host, server.credentials.is_some())
    }

    #[test]
    fn mail_leaves_this_machine_over_tls_alone() {
        for (url, expected) in [
            ("smtp://u:p@mail.example.com", "starttls mail.example.com 587 true"),
            ("smtp://mail.example.com", "starttls mail.example.com 25 false"),
            (
                "SMTP://u:p@mail.example.com:2525/",
                "starttls mail.example.com 2525 true",
            ),
            (
                "smtp://u:p@mail.example.com?tls=required",
                "starttls mail.example.com 587 true",
            ),
            ("smtp://u:p@10.0.0.1", "starttls 10.0.0.1 587 true"),
            (
                "smtp://u:p@localhost.example.com",
                "starttls localhost.example.com 587 true",
            ),
            (
                "smtp://u:p@127.0.0.1.example.com",
                "starttls 127.0.0.1.example.com 587 true",
            ),
            ("smtp://u:p@bücher.example", "starttls xn--bcher-kva.example 587 true"),
            ("smtps://u:p@mail.example.com", "tls mail.example.com 465 true"),
            ("smtps://u:p@127.0.0.1:1465", "tls 127.0.0.1 1465 true"),
            ("smtp://127.0.0.1:1025", "clear 127.0.0.1 1025 false"),
            ("smtp://u:p@localhost", "clear localhost 25 true"),
            ("smtp://u:p@[::1]:2525", "clear ::1 2525 true"),
            ("smtp://u:p@[2001:db8::1]", "starttls 2001:db8::1 587 true"),
            ("smtp://u:p@127.0.0.1?tls=required", "starttls 127.0.0.1 587 true"),
        ] {
            assert_eq!(how(url), expected, "{url}");
        }
    }

    #[test]
    fn what_is_special_in_a_password_is_percent_encoded() {
        let server = MailServer::parse("smtp://me%40example.com:a%2Fb%23c%3Fd%40e%25f%20g@mail.example.com").unwrap();
        let expected = Credentials::new("me@example.com".to_owned(), "a/b#c?d@e%f g".to_owned());
        assert!(server.credentials == Some(expected));
        for secret in [
            "hunter/2",
            "hunter#2",
            "hunter?2",
            "hunter@2",
            "2/hunter",
            "25/hunter",
            "/",
            "hunter%2",
            "hunter 2",
            "a\tb",
            "hunt/er?x#y@z",
        ] {
            for url in [
                format!("smtp://user:{secret}@mail.example.com"),
                format!("smtps://user:{secret}@mail.example.com:465"),
            ] {
                let error = format!("{:#}", MailServer::parse(&url).unwrap_err());
                assert!(
                    error.contains("KEYHATCH_MAIL_URL") && error.contains("percent-encode"),
                    "{url}: {error}"
                );
                assert!(
                    !error.contains("hunter") && !error.contains("mail.example.com"),
                    "{error}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_repeating_it() {
        for url in [
            "hunter2",
            "https://hunter2@x.example",
            "smtp://",
            "smtp://hunter2@",
            "smtp://user@hunter2.example",
            "smtp://user:@hunter2.example",
            "smtp://user:hunter2",
            "smtp://x.example:hunter2",
            "smtp://x.example?tls=hunter2",
            "smtp://x.example?tls=opportunistic",
            "smtp://x.example#hunter2",
            "smtp://[hunter2]",
            "smtp://hunter2%ff@x.example",
        ] {
            let error = format!("{:#}", MailServer::parse(url).unwrap_err());
            assert!(
                error.contains("KEYHATCH_MAIL_URL") && !error.contains("hunter2"),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn nothing_of_it_is_printed() {
        let server = MailServer::parse("smtp://user:hunter2@mail.example.com").unwrap();
        assert!(!format!("{server:?}").contains("hunter2"));
    }
}
