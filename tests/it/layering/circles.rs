//! No circles: of two files, at most one knows the other, however many others stand between them.
//!
//! Whoever reads a file has to read those that it names. In a circle that is each of them before any. Parents and children are no
//! exception: a parent that says which children there are and hands on what they define names none of them, but one whose own
//! code calls a child must not define what the child needs. Put that beside the child, into a file of its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::names::{Crate, Naming};
use super::nothing;
use super::source::{read, sources};

#[test]
fn no_files_name_each_other_in_a_circle() {
    let sources = sources();
    let texts: Vec<String> = sources.iter().map(|file| read(file)).collect();
    let namings = Crate::read(sources.iter().map(String::as_str).zip(texts.iter().map(String::as_str))).namings();
    assert!(namings.len() > 1_000, "what files name has gone missing");
    nothing(&circles(&namings));
}

/// A sentence for each circle: the shortest through each file that is in one, and has not been told of yet.
fn circles(namings: &BTreeSet<Naming>) -> Vec<String> {
    let mut names: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for naming in namings {
        let of_file = names.entry(&naming.from).or_default();
        of_file.entry(&naming.to).or_insert(&naming.path);
    }
    let (mut told, mut found) = (BTreeSet::new(), Vec::new());
    for file in names.keys() {
        let Some(circle) = circle(&names, file).filter(|_| !told.contains(file)) else {
            continue;
        };
        let steps = circle
            .windows(2)
            .map(|step| format!("{} ({})", step[1], names[step[0]][step[1]]));
        found.push(format!(
            "{file} names {}",
            steps.collect::<Vec<_>>().join(", which names ")
        ));
        told.extend(circle);
    }
    found
}

/// The shortest way from a file back to itself, both ends included.
fn circle<'a>(names: &BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>, file: &'a str) -> Option<Vec<&'a str>> {
    let mut before: BTreeMap<&str, &str> = BTreeMap::new();
    let mut waiting = VecDeque::from([file]);
    while let Some(from) = waiting.pop_front() {
        for to in names.get(from).into_iter().flat_map(BTreeMap::keys).copied() {
            if to == file {
                let mut way = vec![file];
                let mut last = from;
                while last != file {
                    way.push(last);
                    last = before[last];
                }
                way.push(file);
                way.reverse();
                return Some(way);
            }
            if !before.contains_key(to) {
                before.insert(to, from);
                waiting.push_back(to);
            }
        }
    }
    None
}

/// What is found in a crate of these files.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    circles(&Crate::read(files.iter().copied()).namings())
}

#[test]
fn a_circle_is_found_however_its_files_name_each_other() {
    let found = |said: &str| {
        found(&[
            ("src/lib.rs", "mod keys;"),
            (
                "src/keys.rs",
                "mod create; mod edit; mod free; pub use create::create; use edit::edit; pub use free as other;",
            ),
            (
                "src/keys/create.rs",
                "pub fn create() { crate::keys::edit() } pub struct Made; pub const MOST: u8 = 1;",
            ),
            (
                "src/keys/edit.rs",
                &format!("{said} pub fn edit() {{}} pub enum Edit {{ One }}"),
            ),
            ("src/keys/free.rs", "pub use super::create::*;"),
        ])
    };
    for said in [
        "use super::create;",
        "use crate::keys::create as make;",
        "use crate::{keys::{self, create::Made}};",
        "use super::super::keys; fn f() { keys::create(); }",
        "use super::free::Made;",
        "use super::other::MOST;",
        "fn f() { use super::create::create; create(); }",
        "fn f() { super::create() }",
        "fn f(made: &super::create::Made) {}",
        "fn f() { println!(\"{}\", super::create::MOST); }",
        "#[derive(Deserialize)] struct S { #[serde(default = \"super::create::create\")] x: u8 }",
        "mod inner { fn f() { super::super::create() } }",
        "impl From<super::create::Made> for Edit {}",
        // What a macro makes there.
        "use super::create::Unseen;",
    ] {
        let found = found(said);
        let circle = "src/keys/create.rs names src/keys/edit.rs (crate::keys::edit), which names src/keys/create.rs (";
        assert!(found.len() == 1 && found[0].starts_with(circle), "{said}: {found:?}");
    }
    for said in [
        "",
        "use std::create; use serde::keys::create::Made;",
        "use crate::keys; use crate::keys::free;",
        "fn create() { create() }",
        "pub(in crate::keys) fn f() {}",
        "#[cfg(test)] use super::create;",
        "#[cfg(test)] mod tests { use super::super::create; }",
    ] {
        assert_eq!(found(said), [""; 0], "{said}");
    }
}

#[test]
fn a_parent_hands_on_what_its_child_defines_or_defines_what_the_child_needs() {
    let found = |parent: &str| {
        found(&[
            ("src/keys.rs", &format!("mod issue; pub const MOST: u8 = 1; {parent}")),
            (
                "src/keys/issue.rs",
                "pub fn issue() -> u8 { super::MOST } pub struct Issued; pub trait Issues {}",
            ),
        ])
    };
    for facade in [
        "",
        "pub use issue::issue;",
        "use issue::{Issued, issue};",
        "pub use issue::{self, Issues};",
        "pub use self::issue::*;",
    ] {
        assert_eq!(found(facade), [""; 0], "{facade}");
    }
    for user in [
        "fn f() { issue::issue() }",
        "use issue::issue as make; fn f() { make() }",
        "pub use issue::Issued; struct Kept(Issued);",
        // Its methods are called without naming it.
        "use issue::Issues;",
    ] {
        assert_eq!(found(user).len(), 1, "{user}");
    }
}

#[test]
fn the_shortest_circle_through_each_file_is_told() {
    let files = [
        ("src/a.rs", "use crate::b::b; pub fn a() {}"),
        ("src/b.rs", "use crate::c::c; pub fn b() {}"),
        ("src/c.rs", "use crate::{a::a, d::d}; pub fn c() {}"),
        ("src/d.rs", "use crate::c::c; pub fn d() {}"),
        ("src/e.rs", "use crate::a::a;"),
    ];
    let files = [("src/lib.rs", "mod a; mod b; mod c; mod d; mod e;")]
        .into_iter()
        .chain(files);
    assert_eq!(
        found(&files.collect::<Vec<_>>()),
        [
            "src/a.rs names src/b.rs (crate::b::b), which names src/c.rs (crate::c::c), which names src/a.rs (crate::a::a)",
            "src/d.rs names src/c.rs (crate::c::c), which names src/d.rs (crate::d::d)",
        ]
    );
}
