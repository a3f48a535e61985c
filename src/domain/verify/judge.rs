//! Whether a good key may make this request: environment, the route's access or scope, scopes asked for by name, and the address
//! that it comes from.

use std::net::IpAddr;

use crate::domain::verify::question::Question;
use crate::model::address_list::AddressList;
use crate::model::lack::Lack;
use crate::model::verdict::Refusal;
use crate::profile::{Access, Environment, Matched, Place, Profile, Unmatched};
use crate::store::usage::callers::Caller;
use crate::store::verification::Rights;

/// What a key may do, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Powers<'a> {
    pub(super) environment: Environment,
    pub(super) access: Access,
    pub(super) scopes: &'a [String],
    /// Where it may be used from.
    pub(super) addresses: &'a AddressList,
}

/// What the profile says about the request of a question, whatever the key.
pub(super) fn matched<'a>(profile: &'a Profile, question: &Question<'a>) -> Result<Matched<'a>, Refusal> {
    match (question.method, question.path) {
        _ if question.matched.is_some() => Ok(question.matched.unwrap_or_default()),
        (Some(method), Some(path)) => profile
            .route_of(method, path)
            .map_err(|unclear| Refusal::Ambiguous(unclear.0)),
        // Which route a path falls under depends on the method, so a path alone can be judged by none.
        (None, Some(_)) => Err(Refusal::Ambiguous("its method is not said")),
        (_, None) => Ok(Matched::default()),
    }
}

/// Pure: the key, the question and what the profile says about it ([`matched`]) decide. One that is unclear is refused in its turn:
/// whose environment is wrong hears that first.
pub(super) fn permits<'a>(
    profile: &Profile,
    key: &Powers<'_>,
    question: &Question<'_>,
    matched: Result<Matched<'a>, Refusal>,
) -> Result<Matched<'a>, Refusal> {
    refuse_other_environment(key, question.environment)?;
    let matched = matched?;
    for route in matched.routes() {
        refuse_other_environment(key, route.environment)?;
        if route.closed {
            return Err(lacks(Lack::Person));
        }
    }
    if matched.route.is_none() {
        unnamed(profile, key, question, matched.place)?;
    }
    let needs_all = question.full_access_unless_scoped && matched.route.is_none_or(|route| route.scope.is_none());
    match key.access {
        Access::All => Ok(()),
        Access::Read => reading(question, &matched, needs_all),
        Access::Scopes => scoped(key, question, &matched, needs_all),
    }?;
    refuse_elsewhere(key.addresses, question.from_anywhere, question.address)?;
    match question.barred {
        Some(refusal) => Err(refusal.clone()),
        None => Ok(matched),
    }
}

/// A request that no route names: outside of the API it is nobody's; within it is for full access, unless the profile says otherwise.
fn unnamed(profile: &Profile, key: &Powers<'_>, question: &Question<'_>, place: Place) -> Result<(), Refusal> {
    let takes_any = key.access == Access::All || profile.api.unmatched == Unmatched::AnyKey;
    match place {
        _ if question.is_ours => Ok(()),
        Place::Outside => Err(lacks(Lack::Api)),
        Place::Unnamed if !takes_any => Err(lacks(Lack::Route)),
        Place::Unnamed | Place::Named | Place::Untold => Ok(()),
    }
}

fn lacks(lack: Lack) -> Refusal {
    Refusal::Insufficient(lack)
}

fn refuse_other_environment(key: &Powers<'_>, wanted: Option<Environment>) -> Result<(), Refusal> {
    match wanted {
        Some(wanted) if wanted != key.environment => Err(Refusal::WrongEnvironment(wanted)),
        _ => Ok(()),
    }
}

fn reading(question: &Question<'_>, matched: &Matched<'_>, needs_all: bool) -> Result<(), Refusal> {
    let route_wants_all = matched.routes().any(|route| route.access == Some(Access::All));
    if needs_all || route_wants_all {
        return Err(lacks(Lack::FullAccess));
    }
    let safe = question
        .method
        .map(|method| matches!(method, "GET" | "HEAD" | "OPTIONS"));
    match (safe, question.scopes.first()) {
        (Some(true), _) => Ok(()),
        (Some(false), _) => Err(lacks(Lack::WriteAccess)),
        // Nobody said what the request does: scopes asked for by name may be more than reading.
        (None, None) => Ok(()),
        (None, Some(scope)) => Err(lacks(Lack::Scope(scope.clone()))),
    }
}

fn scoped(key: &Powers<'_>, question: &Question<'_>, matched: &Matched<'_>, needs_all: bool) -> Result<(), Refusal> {
    if needs_all {
        return Err(lacks(Lack::FullAccess));
    }
    for route in matched.routes() {
        match (&route.scope, route.access) {
            (Some(scope), _) if !key.scopes.contains(scope) => return Err(lacks(Lack::Scope(scope.clone()))),
            (None, Some(Access::Read)) => return Err(lacks(Lack::ReadAccess)),
            (None, Some(_)) => return Err(lacks(Lack::FullAccess)),
            _ => {}
        }
    }
    refuse_missing(key.scopes, question.scopes)
}

fn refuse_missing(has: &[String], needs: &[String]) -> Result<(), Refusal> {
    match needs.iter().find(|scope| !has.contains(scope)) {
        Some(missing) => Err(lacks(Lack::Scope(missing.clone()))),
        None => Ok(()),
    }
}

fn refuse_elsewhere(list: &AddressList, from_anywhere: bool, address: Option<IpAddr>) -> Result<(), Refusal> {
    if from_anywhere || list.permits(address) {
        Ok(())
    } else {
        Err(Refusal::AddressNotAllowed(address))
    }
}

/// Whether a request that was accepted would have been refused, had the key had other rights. What else a key is judged by, its type and
/// its environment, stays what it is.
pub(in crate::domain) fn would_refuse(access: Access, rights: &Rights, caller: &Caller) -> Option<Refusal> {
    let scopes = match access {
        Access::All | Access::Read => Ok(()),
        Access::Scopes => refuse_missing(&rights.scopes, &caller.needs),
    };
    let all = scopes.and_then(|()| refuse_elsewhere(&rights.addresses, caller.from_anywhere, caller.address));
    all.err()
}

#[cfg(test)]
mod tests;
