//! Which routes have pages, and whether one of each was seen.

use std::collections::BTreeSet;
use std::path::Path;

use actix_web::dev::ResourceDef;
use keyhatch::profile::Profile;
use keyhatch::routes;

/// Routes of `routes::pages` that show nothing anywhere, and why.
const WITHOUT_A_PAGE: [(&str, &str); 10] = [
    ("/docs", "leads to its only page"),
    (
        "/staff/lookups",
        "is where a reload of an answer ends: leads to the desk",
    ),
    (
        "/welcome/first-request",
        "leads to the steps; it has events for their script",
    ),
    ("/w/{workspace}/p/{project}", "leads to the project's keys"),
    ("/w/{workspace}/usage.csv", "is a table for programs"),
    ("/w/{workspace}/key-health.csv", "is a table for programs"),
    ("/w/{workspace}/p/{project}/usage.csv", "is a table for programs"),
    (
        "/w/{workspace}/p/{project}/keys/{key}/usage.csv",
        "is a table for programs",
    ),
    ("/w/{workspace}/keys/{key}/usage.csv", "is a table for programs"),
    (
        "/w/{workspace}/p/{project}/keys/{key}/deletion",
        "no profile that comes along deletes keys of projects",
    ),
];

/// The route of a path, as the server finds it: the first that fits.
pub fn of(profile: &Profile, path: &str) -> Option<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let pages = routes::pages(profile).pages();
    let (pattern, _) = pages
        .into_iter()
        .find(|(pattern, _)| ResourceDef::new(pattern.as_str()).is_match(path))?;
    Some(pattern)
}

/// What is wrong with what was seen: routes with a page that nobody visited, and exceptions that are none.
pub fn missing(seen: &BTreeSet<String>) -> Vec<String> {
    let all = all();
    let excused: BTreeSet<&str> = WITHOUT_A_PAGE.iter().map(|(pattern, _)| *pattern).collect();
    let unseen = all
        .difference(seen)
        .filter(|pattern| !excused.contains(pattern.as_str()));
    let mut wrong: Vec<String> = unseen
        .map(|pattern| format!("GET {pattern} has a page that the walk does not visit: see tests/browser/looks"))
        .collect();
    let stale = excused
        .iter()
        .filter(|pattern| seen.contains(**pattern) || !all.contains(**pattern));
    wrong.extend(stale.map(|pattern| format!("{pattern} has a page, or is no route: it is no exception")));
    wrong
}

/// The routes of all profiles that come along: what customers call, monitors and assets are in tables of their own.
fn all() -> BTreeSet<String> {
    let profiles = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let mut all = BTreeSet::new();
    for file in std::fs::read_dir(profiles).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let pages = routes::pages(&Profile::parse(&text, "profile").unwrap()).pages();
        all.extend(
            pages
                .into_iter()
                .filter(|(_, has_page)| *has_page)
                .map(|(pattern, _)| pattern),
        );
    }
    all
}

#[test]
fn a_page_that_nobody_visits_is_missed() {
    let example = Profile::example().unwrap();
    let mut seen = all();
    for (pattern, _) in WITHOUT_A_PAGE {
        seen.remove(pattern);
    }
    assert_eq!(missing(&seen), Vec::<String>::new());
    let keys = of(&example, "/w/acme/p/site/keys/new?type=secret").unwrap();
    assert_eq!(keys, "/w/{workspace}/p/{project}/keys/new");
    seen.remove(&keys);
    let missed = missing(&seen);
    assert!(missed.len() == 1 && missed[0].contains(&keys), "{missed:?}");
}
