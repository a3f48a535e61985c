//! As what else a server might read a path that we can read in one way.
//!
//! Frameworks cut things off a segment before they look for its route: a format (`/exports.json`), dots and spaces at its end,
//! parameters behind a `;`, and whatever follows a `?` or `#` once it is decoded. Which of them the API behind does, nobody tells
//! us. So a segment that begins with a word of some route and goes on with what is no part of a name may be that word, and the
//! request has to meet each route that it would fall under then: its scope, its limit, its price. A profile that names the
//! longer word itself (`GET /exports.json`) has said what it means there, and nothing else is looked for.

use super::Route;
use super::matched::MOST_OTHERS;
use super::path::{ClearPath, Read};
use super::pattern::Fit;
use crate::profile::Profile;
use crate::profile::method::Method;
use crate::profile::request::{self, UnclearRequest};
use crate::profile::spelling;

/// So many readings of one path are looked at; what has more is refused.
const MOST_READINGS: usize = 64;

/// The routes that a request may be served as, beside its `own`.
pub(super) fn others<'p>(
    profile: &'p Profile,
    method: Option<Method>,
    path: ClearPath<'_>,
    own: Option<&'p Route>,
) -> Result<[Option<&'p Route>; MOST_OTHERS], UnclearRequest> {
    let mut found = [None; MOST_OTHERS];
    let parts = || request::segments(path.text.as_bytes()).enumerate();
    // Nearly always there is nothing, and then nothing is allocated.
    let is_odd = |(place, part): (usize, &[u8])| {
        spelling::is_cut_short(part)
            || spelling::is_a_format(part)
            || words(profile, own, method, path, place, part).next().is_some()
    };
    if !parts().any(is_odd) {
        return Ok(found);
    }
    let ways: Vec<Vec<Read<'_>>> = parts()
        .map(|(place, part)| {
            let mut ways = vec![Read::AsItIs(part)];
            for word in words(profile, own, method, path, place, part) {
                let is_known = ways
                    .iter()
                    .any(|way| matches!(way, Read::Word(known) if *known == word));
                if !is_known {
                    ways.push(Read::Word(word));
                }
            }
            if spelling::is_a_format(part) && !is_meant(own, method, path, place, part) {
                ways.push(Read::Nothing);
            }
            if ways.len() > 1 && part.contains(&b'%') {
                ways.push(Read::Opaque);
            }
            ways
        })
        .collect();
    let mut ends: Vec<usize> = parts()
        .filter(|(_, part)| spelling::is_cut_short(part))
        .map(|(place, _)| place + 1)
        .collect();
    ends.push(ways.len());
    let combinations = ways.iter().try_fold(ends.len(), |all, ways| {
        all.checked_mul(ways.len()).filter(|all| *all <= MOST_READINGS)
    });
    let too_many = UnclearRequest("the path can be read in too many ways");
    let combinations = combinations.ok_or(too_many)? / ends.len();
    for number in 0..combinations {
        let mut rest = number;
        let read: Vec<Read<'_>> = ways
            .iter()
            .map(|ways| {
                let way = ways[rest % ways.len()];
                rest /= ways.len();
                way
            })
            .collect();
        for end in &ends {
            let read: Vec<Read<'_>> = read[..*end]
                .iter()
                .copied()
                .filter(|read| !matches!(read, Read::Nothing))
                .collect();
            let mut routes = profile.routes.iter();
            let route = routes.find(|route| {
                let mut with_method = route.matches.iter().filter(|one| one.methods.include(method));
                with_method.any(|one| one.path.fits(&read))
            });
            let Some(route) = route.filter(|route| !is_among(own, &found, route)) else {
                continue;
            };
            *found.iter_mut().find(|place| place.is_none()).ok_or(too_many)? = Some(route);
        }
    }
    Ok(found)
}

fn is_among(own: Option<&Route>, found: &[Option<&Route>], route: &Route) -> bool {
    let mut known = own.into_iter().chain(found.iter().flatten().copied());
    known.any(|known| std::ptr::eq(known, route))
}

/// The words of routes that a segment may be read as at this place of a path, unless its own route has the segment as it is.
fn words<'p>(
    profile: &'p Profile,
    own: Option<&'p Route>,
    method: Option<Method>,
    path: ClearPath<'_>,
    place: usize,
    part: &[u8],
) -> impl Iterator<Item = &'p str> {
    let is_odd = part.iter().any(|byte| !spelling::is_of_names(*byte));
    let is_open = is_odd && !is_meant(own, method, path, place, part);
    let routes = profile.routes.iter().filter(move |_| is_open);
    routes
        .flat_map(|route| &route.matches)
        .filter_map(move |one| one.path.word(place))
        .filter(move |word| spelling::reads_as(part, word))
}

/// Whether the request's own route has this segment as it is.
fn is_meant(own: Option<&Route>, method: Option<Method>, path: ClearPath<'_>, place: usize, part: &[u8]) -> bool {
    own.is_some_and(|own| {
        let mut matches = own.matches.iter().filter(|one| one.methods.include(method));
        let own = matches.find(|one| one.path.fit(path) == Fit::Exact);
        own.and_then(|own| own.path.word(place))
            .is_some_and(|word| word.as_bytes() == part)
    })
}
