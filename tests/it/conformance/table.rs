//! docs/CONFORMANCE.md: each promise of `promises.txt` beside the tests that keep it. It is written from the names of the tests: a
//! test called `k01_…` keeps K01, wherever under `tests/it` it is.
//!
//! Come here when a test fails because the table is old: `KEYHATCH_WRITE_CONFORMANCE=1 cargo test --test it conformance::table`
//! writes it anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Promises without a test. The list has to be exact, so that a test that is written takes its promise off, and none is lost.
const NOT_YET: &[&str] = &[];

const PROMISES: &str = include_str!("promises.txt");

struct System {
    profile: &'static str,
    name: &'static str,
    promises: Vec<Promise>,
}

struct Promise {
    id: &'static str,
    on_a_page: bool,
    words: &'static str,
}

/// The promises, in the order of their file.
fn systems() -> Vec<System> {
    let mut systems: Vec<System> = Vec::new();
    let lines = PROMISES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        if let Some((profile, name)) = line.strip_prefix('[').and_then(|line| line.split_once("] ")) {
            systems.push(System {
                profile,
                name,
                promises: Vec::new(),
            });
            continue;
        }
        let (id, words) = line.split_once(' ').expect("an id, and what is promised");
        let words = words.trim_start();
        let starred = words.strip_prefix("* ");
        systems.last_mut().expect("a heading first").promises.push(Promise {
            id,
            on_a_page: starred.is_some(),
            words: starred.unwrap_or(words),
        });
    }
    systems
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Tests by the id of the promise that they keep; each is called as `cargo test` calls it.
fn tests() -> BTreeMap<String, BTreeSet<String>> {
    let folder = root().join("tests/it");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources(&folder) {
        let text = std::fs::read_to_string(&file).unwrap();
        let place = file.strip_prefix(&folder).unwrap().with_extension("");
        let module = place.to_str().unwrap().replace('/', "::");
        for item in syn::parse_file(&text).unwrap().items {
            let syn::Item::Fn(function) = item else { continue };
            let name = function.sig.ident.to_string();
            if let Some(id) = promised(&name).filter(|_| runs(&function.attrs)) {
                found.entry(id).or_default().insert(format!("{module}::{name}"));
            }
        }
    }
    found
}

/// `K01` of `k01_every_request`.
fn promised(name: &str) -> Option<String> {
    let (id, _) = name.split_once('_')?;
    let (letter, number) = id.split_at_checked(1)?;
    let is_id = "kscvd".contains(letter) && number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| id.to_ascii_uppercase())
}

/// Whether it is a test, and one that is not left out.
fn runs(attributes: &[syn::Attribute]) -> bool {
    let ends_in = |attribute: &syn::Attribute, word: &str| {
        let last = attribute.path().segments.last();
        last.is_some_and(|segment| segment.ident == word)
    };
    attributes.iter().any(|attribute| ends_in(attribute, "test"))
        && !attributes.iter().any(|attribute| ends_in(attribute, "ignore"))
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The whole document.
fn document() -> String {
    let tests = tests();
    let mut text = String::from(
        "# What is promised, and the tests that show it\n\n\
         Five public documents say what their APIs promise of keys. Each profile in [profiles](../profiles) makes an instance one of those\n\
         APIs, and each promise has tests of its own: over HTTP against an instance with that profile; those with a star look where a person\n\
         would, in the dashboard. `cargo test --test it k01_` runs the ones for K01.\n\n\
         This file is written from the names of the tests and checked against them: `KEYHATCH_WRITE_CONFORMANCE=1 cargo test --test it\n\
         conformance::table` writes it anew.\n",
    );
    for system in systems() {
        let (name, profile) = (system.name, system.profile);
        write!(
            text,
            "\n## {name}: [{profile}.toml](../profiles/{profile}.toml)\n\n| | promise | tests |\n|---|---|---|\n"
        )
        .unwrap();
        for promise in &system.promises {
            let star = if promise.on_a_page { "\\*" } else { "" };
            let kept = tests.get(promise.id).map_or_else(
                || "not yet".to_owned(),
                |tests| {
                    let tests: Vec<_> = tests.iter().map(|test| format!("`{test}`")).collect();
                    tests.join("<br>")
                },
            );
            writeln!(text, "| {}{star} | {} | {kept} |", promise.id, promise.words).unwrap();
        }
    }
    text
}

#[test]
fn the_table_is_what_the_tests_say() {
    let (file, is) = (root().join("docs/CONFORMANCE.md"), document());
    if std::env::var_os("KEYHATCH_WRITE_CONFORMANCE").is_some() {
        std::fs::write(&file, &is).unwrap();
    }
    let says = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        says == is,
        "docs/CONFORMANCE.md is old. Write it anew: KEYHATCH_WRITE_CONFORMANCE=1 cargo test --test it conformance::table"
    );
}

#[test]
fn every_promise_has_a_test_but_those_that_are_named() {
    let tests = tests();
    let promises: Vec<&str> = systems()
        .iter()
        .flat_map(|system| system.promises.iter().map(|promise| promise.id).collect::<Vec<_>>())
        .collect();
    let without: Vec<&str> = promises.iter().copied().filter(|id| !tests.contains_key(*id)).collect();
    assert_eq!(without, NOT_YET, "the promises without a test, and NOT_YET");
    let nobodys: Vec<&String> = tests.keys().filter(|id| !promises.contains(&id.as_str())).collect();
    assert!(nobodys.is_empty(), "tests for what nobody promised: {nobodys:?}");
}

/// A file that no `mod` names is not compiled, and its tests never fail.
#[test]
fn every_file_here_is_part_of_the_tests() {
    let named = std::fs::read_to_string(root().join("tests/it/conformance.rs")).unwrap();
    for file in sources(&root().join("tests/it/conformance")) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let is_top = file.parent().unwrap().ends_with("conformance");
        assert!(
            !is_top || named.contains(&format!("mod {name};")),
            "tests/it/conformance.rs has no `mod {name};`"
        );
    }
}

#[test]
fn ids_are_read_from_names() {
    for (name, id) in [
        ("k01_every_request", Some("K01")),
        ("d08_keys", Some("D08")),
        ("key_of", None),
        ("k1_x", None),
        ("x01_y", None),
        ("c0a_y", None),
    ] {
        assert_eq!(promised(name).as_deref(), id, "{name}");
    }
}
