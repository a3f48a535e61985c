//! Whether a good key may make this request: environment, the route's access or scope, and scopes asked for by name.

use crate::domain::verify::question::Question;
use crate::model::verdict::Refusal;
use crate::profile::{Access, Environment, Profile, Route};

/// What a key may do, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Powers<'a> {
    pub(super) environment: Environment,
    pub(super) access: Access,
    pub(super) scopes: &'a [String],
}

/// The route that a question falls under, if any: the profile decides, whatever the key.
pub(super) fn route<'a>(profile: &'a Profile, question: &Question<'a>) -> Result<Option<&'a Route>, Refusal> {
    match (question.method, question.path) {
        _ if question.route.is_some() => Ok(question.route.flatten()),
        (Some(method), Some(path)) => profile
            .route_of(method, path)
            .map_err(|unclear| Refusal::Insufficient(format!("a request that can be read in one way ({unclear})"))),
        // Which route a path falls under depends on the method, so a path alone can be judged by none.
        (None, Some(_)) => Err(Refusal::Insufficient("a request with a method".to_owned())),
        (_, None) => Ok(None),
    }
}

/// Pure: the key, the question and its [`route`] decide. The answer is the route, if the request falls under any. One that is
/// unclear is refused in its turn: whose environment is wrong hears that first.
pub(super) fn permits<'a>(
    key: &Powers<'_>,
    question: &Question<'_>,
    route: Result<Option<&'a Route>, Refusal>,
) -> Result<Option<&'a Route>, Refusal> {
    refuse_other_environment(key, question.environment)?;
    let route = route?;
    refuse_other_environment(key, route.and_then(|route| route.environment))?;
    if route.is_some_and(|route| route.closed) {
        return Err(Refusal::Insufficient("a person, in the dashboard".to_owned()));
    }
    let safe = question
        .method
        .map(|method| matches!(method, "GET" | "HEAD" | "OPTIONS"));
    let needs_all = question.full_access_unless_scoped && route.is_none_or(|route| route.scope.is_none());
    match key.access {
        Access::All => Ok(()),
        Access::Read => reading(question, route, safe, needs_all),
        Access::Scopes => scoped(key, question, route, needs_all),
    }?;
    match question.barred {
        Some(refusal) => Err(refusal.clone()),
        None => Ok(route),
    }
}

fn refuse_other_environment(key: &Powers<'_>, wanted: Option<Environment>) -> Result<(), Refusal> {
    match wanted {
        Some(wanted) if wanted != key.environment => Err(Refusal::WrongEnvironment(wanted)),
        _ => Ok(()),
    }
}

fn reading(question: &Question<'_>, route: Option<&Route>, safe: Option<bool>, needs_all: bool) -> Result<(), Refusal> {
    let route_wants_all = route.is_some_and(|route| route.access == Some(Access::All));
    if needs_all || route_wants_all {
        return Err(Refusal::Insufficient("full access".to_owned()));
    }
    match safe {
        Some(true) => Ok(()),
        Some(false) => Err(Refusal::Insufficient("write access".to_owned())),
        // Nobody said what the request does: scopes asked for by name may be more than reading.
        None if question.scopes.is_empty() => Ok(()),
        None => Err(Refusal::Insufficient(question.scopes.join(" "))),
    }
}

fn scoped(key: &Powers<'_>, question: &Question<'_>, route: Option<&Route>, needs_all: bool) -> Result<(), Refusal> {
    if needs_all {
        return Err(Refusal::Insufficient("full access".to_owned()));
    }
    if let Some(route) = route {
        match (&route.scope, route.access) {
            (Some(scope), _) if !key.scopes.contains(scope) => {
                return Err(Refusal::Insufficient(scope.clone()));
            }
            (None, Some(access)) => return Err(Refusal::Insufficient(format!("{} access", access.as_str()))),
            _ => {}
        }
    }
    match question.scopes.iter().find(|scope| !key.scopes.contains(scope)) {
        Some(missing) => Err(Refusal::Insufficient(missing.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
