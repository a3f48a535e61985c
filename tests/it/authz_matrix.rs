//! Every route by every kind of caller. A route that is in `src/routes.rs` and not here fails the build, and the other way
//! round; so does a page that answers a foreign form, or without its headers.
//!
//! Come here when you add a route: add its line. A failing run prints the line as the application answers it; put it here
//! only if that is what it ought to answer.

mod api;
mod cast;
mod csrf;
mod headers;
mod pages;

use std::collections::BTreeSet;

use keyhatch::profile::Profile;
use keyhatch::routes;

/// One route. `{workspace}`, `{project}` and `{key}` become Alice's; each call gets a fresh key.
#[derive(Clone, Copy)]
pub struct Row<const CALLERS: usize> {
    pub method: &'static str,
    pub path: &'static str,
    pub expected: [u16; CALLERS],
    pub fields: &'static [(&'static str, &'static str)],
}

const fn row<const CALLERS: usize>(method: &'static str, path: &'static str, expected: [u16; CALLERS]) -> Row<CALLERS> {
    Row {
        method,
        path,
        expected,
        fields: &[],
    }
}

impl<const CALLERS: usize> Row<CALLERS> {
    /// What is sent besides the proof of origin. Without it a form is empty.
    #[allow(dead_code, reason = "an empty form is enough for most routes")]
    const fn with(mut self, fields: &'static [(&'static str, &'static str)]) -> Self {
        self.fields = fields;
        self
    }
}

/// Who calls a page: nobody signed in, Charlie a stranger, Sam of the staff, and the members Victor (viewer), Bob
/// (developer), Adam (admin) and Alice (owner).
pub const PEOPLE: [&str; 7] = ["nobody", "charlie", "sam", "victor", "bob", "adam", "alice"];

#[rustfmt::skip]
pub const PAGES: &[Row<7>] = &[
    //                                                 nobody charlie sam victor bob adam alice
    row("GET",  "/sign-in",                            [200, 303, 303, 303, 303, 303, 303]),
    row("POST", "/sign-in",                            [422, 422, 422, 422, 422, 422, 422]),
    row("POST", "/sign-out",                           [303, 303, 303, 303, 303, 303, 303]),
];

/// What calls the API: nothing, a key of another tenant, a publishable key, a restricted key without the scope, one with
/// every scope, a secret key, and the provider's service token.
pub const CREDENTIALS: [&str; 7] = [
    "none",
    "foreign",
    "publishable",
    "scopeless",
    "scoped",
    "secret",
    "service",
];

#[rustfmt::skip]
pub const API: &[Row<7>] = &[
    //                                                 none foreign publishable scopeless scoped secret service
];

/// What answers anybody.
pub const OPEN: &[&str] = &["/healthz", "/readyz", "/static/{file:.*}"];

#[test]
fn every_route_is_in_the_matrix_and_every_line_of_it_is_a_route() {
    let profile = Profile::example().unwrap();
    let tables = [
        routes::pages(&profile),
        routes::api(&profile),
        routes::operations(),
        routes::assets(),
    ];
    let routes: BTreeSet<String> = tables
        .iter()
        .flat_map(|table| table.lines())
        .map(|line| format!("{} {}", line.method, line.path))
        .collect();
    let pages = PAGES.iter().map(|row| (row.method, row.path));
    let api = API.iter().map(|row| (row.method, row.path));
    let open = OPEN.iter().map(|path| ("GET", *path));
    let lines: Vec<String> = pages
        .chain(api)
        .chain(open)
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let known: BTreeSet<String> = lines.iter().cloned().collect();
    let missing: Vec<_> = routes.difference(&known).collect();
    let stale: Vec<_> = known.difference(&routes).collect();
    assert!(missing.is_empty(), "routes that are not in the matrix: {missing:#?}");
    assert!(stale.is_empty(), "lines that are no route: {stale:#?}");
    assert_eq!(lines.len(), known.len(), "a line is there twice");
}

/// Prints a row as it would have to stand in the table.
fn as_line(method: &str, path: &str, answers: &[u16]) -> String {
    format!(
        "    row({:<8}{:<52}{answers:?}),",
        format!("\"{method}\","),
        format!("\"{path}\",")
    )
}
