//! What a token that is signed well says: whether it is for this API, now, and whom it speaks for.

use serde_json::Value;

use crate::model::timestamp::Timestamp;
use crate::model::token_fault::TokenFault;
use crate::profile::Jwt;

/// As long as OpenID Connect Core allows (section 2); it is passed on in a header.
const LONGEST_SUBJECT: usize = 255;

/// Whom a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bearer {
    pub(super) subject: String,
    /// Slug or id, as the token names it.
    pub(super) workspace: String,
}

/// Pure: the profile and the clock decide.
pub(super) fn read(jwt: &Jwt, claims: &Value, now: Timestamp) -> Result<Bearer, TokenFault> {
    if claims.get("iss").and_then(Value::as_str) != Some(jwt.issuer.as_str()) {
        return Err(TokenFault::Issuer);
    }
    if let Some(audience) = &jwt.audience
        && !is_for(audience, claims.get("aud"))
    {
        return Err(TokenFault::Audience);
    }
    let leeway = i64::from(jwt.leeway_seconds) * 1_000;
    let ends = moment(claims.get("exp")).ok_or(TokenFault::Expired)?;
    if now.millis() >= ends.saturating_add(leeway) {
        return Err(TokenFault::Expired);
    }
    match claims.get("nbf") {
        None => {}
        Some(from) => {
            let from = moment(Some(from)).ok_or(TokenFault::NotYetValid)?;
            if now.millis() < from.saturating_sub(leeway) {
                return Err(TokenFault::NotYetValid);
            }
        }
    }
    let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
    let is_word = subject.bytes().all(|byte| byte.is_ascii_graphic());
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || !is_word {
        return Err(TokenFault::Subject);
    }
    let workspace = claim(claims, &jwt.workspace_claim).and_then(Value::as_str);
    Ok(Bearer {
        subject: subject.to_owned(),
        workspace: workspace.ok_or(TokenFault::Workspace)?.to_owned(),
    })
}

fn is_for(wanted: &str, audience: Option<&Value>) -> bool {
    match audience {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(many)) => many.iter().any(|one| one.as_str() == Some(wanted)),
        _ => false,
    }
}

/// Seconds since 1970, which may have a fraction (RFC 7519, section 2), in milliseconds.
fn moment(claim: Option<&Value>) -> Option<i64> {
    let claim = claim?;
    match claim.as_i64() {
        Some(seconds) => Some(seconds.saturating_mul(1_000)),
        // A conversion from floating point stops at the ends of what an integer can say.
        None => claim.as_f64().map(|seconds| (seconds * 1_000.0) as i64),
    }
}

/// A claim by its name, which may be an address with dots in it; else by its path.
fn claim<'a>(claims: &'a Value, path: &str) -> Option<&'a Value> {
    let by_path = || {
        path.split('.')
            .try_fold(claims, |inside, name| inside.as_object()?.get(name))
    };
    claims.get(path).or_else(by_path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::{JwtAlgorithm, JwtKeys};

    fn jwt() -> Jwt {
        Jwt {
            issuer: "https://id.example.com".to_owned(),
            audience: Some("things".to_owned()),
            algorithms: vec![JwtAlgorithm::Hs256],
            keys: JwtKeys::SecretVariable("JWT_SECRET".to_owned()),
            workspace_claim: "app_metadata.workspace".to_owned(),
            leeway_seconds: 30,
        }
    }

    fn good() -> Value {
        json!({
            "iss": "https://id.example.com", "aud": "things", "sub": "u1", "exp": 2_000,
            "app_metadata": {"workspace": "acme"}
        })
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = good();
        claims[name] = value;
        claims
    }

    fn without(name: &str) -> Value {
        let mut claims = good();
        claims.as_object_mut().unwrap().remove(name);
        claims
    }

    fn read_at(seconds: i64, claims: &Value) -> Result<Bearer, TokenFault> {
        read(&jwt(), claims, Timestamp::from_millis(seconds * 1_000))
    }

    #[test]
    fn each_claim_alone_decides() {
        use TokenFault::{Audience, Expired, Issuer, NotYetValid, Subject, Workspace};
        for (claims, expected) in [
            (good(), None),
            (with("aud", json!(["others", "things"])), None),
            (with("nbf", json!(1_000)), None),
            (with("exp", json!(2_000.5)), None),
            (with("exp", json!(1e300)), None),
            (with("exp", json!(u64::MAX)), None),
            (without("iss"), Some(Issuer)),
            (with("iss", json!("https://id.example.com/")), Some(Issuer)),
            (with("iss", json!(["https://id.example.com"])), Some(Issuer)),
            (without("aud"), Some(Audience)),
            (with("aud", json!("thing")), Some(Audience)),
            (with("aud", json!([])), Some(Audience)),
            (with("aud", json!([["things"]])), Some(Audience)),
            (with("aud", json!({"things": true})), Some(Audience)),
            (without("exp"), Some(Expired)),
            (with("exp", json!(null)), Some(Expired)),
            (with("exp", json!("2000")), Some(Expired)),
            (with("exp", json!(-1)), Some(Expired)),
            (with("exp", json!(i64::MIN)), Some(Expired)),
            (with("nbf", json!(1_031)), Some(NotYetValid)),
            (with("nbf", json!("0")), Some(NotYetValid)),
            (with("nbf", json!(null)), Some(NotYetValid)),
            (without("sub"), Some(Subject)),
            (with("sub", json!("")), Some(Subject)),
            (with("sub", json!("a b")), Some(Subject)),
            (with("sub", json!("a\r\nx: y")), Some(Subject)),
            (with("sub", json!("ü")), Some(Subject)),
            (with("sub", json!(7)), Some(Subject)),
            (with("sub", json!("u".repeat(256))), Some(Subject)),
            (without("app_metadata"), Some(Workspace)),
            (with("app_metadata", json!({"workspace": ["acme"]})), Some(Workspace)),
            (with("app_metadata", json!([{"workspace": "acme"}])), Some(Workspace)),
            (json!([]), Some(Issuer)),
        ] {
            assert_eq!(read_at(1_000, &claims).err(), expected, "{claims}");
        }
    }

    #[test]
    fn clocks_may_differ_by_the_leeway_and_no_more() {
        for (second, is_good) in [(2_029, true), (2_030, false), (2_031, false)] {
            assert_eq!(read_at(second, &good()).is_ok(), is_good, "exp at {second}");
        }
        for (second, is_good) in [(969, false), (970, true)] {
            assert_eq!(
                read_at(second, &with("nbf", json!(1_000))).is_ok(),
                is_good,
                "nbf at {second}"
            );
        }
    }

    #[test]
    fn a_claim_may_be_called_by_an_address() {
        let claims = json!({"https://example.com/workspace": "acme", "a": {"b": {"c": "deep"}}});
        let found = |path| claim(&claims, path).and_then(Value::as_str);
        assert_eq!(found("https://example.com/workspace"), Some("acme"));
        assert_eq!(found("a.b.c"), Some("deep"));
        for path in ["a.b", "a.b.c.d", "a..c", "", "."] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
