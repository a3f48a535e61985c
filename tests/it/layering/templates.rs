//! Templates: each is named by a page or another template, and none holds a style, a script or unescaped text.

use std::collections::BTreeSet;

use regex::Regex;

use super::nothing;
use super::source::{files, read};

/// What the content security policy would refuse anyway, and what would let a value out unescaped.
pub const FORBIDDEN: [(&str, &str); 6] = [
    (r#"(?i)\sstyle\s*=\s*["'{]"#, "an inline style"),
    (r"(?i)<style\b", "a style sheet of its own"),
    (r"(?is)<script\b[^>]*>\s*[^<\s]", "a script with a body"),
    (
        r"(?i)<script(?:\s+(?:type|async|defer)(?:=\S+)?)*\s*>",
        "a script without a src",
    ),
    (r#"(?i)<[^>]*\son[a-z]+\s*=\s*["'{]"#, "an event handler"),
    (r#"(?i)=\s*["']?\s*javascript:"#, "a javascript: address"),
];

#[test]
fn a_template_holds_no_code_and_escapes_everything() {
    let unescaped = Regex::new(r"\|\s*safe\b|\{%-?\s*autoescape|\{%-?\s*filter\s+safe").unwrap();
    let mut wrong = Vec::new();
    for file in files("templates", &[".html"]) {
        let text = without_comments(&read(&file));
        wrong.extend(code_in(&text).into_iter().map(|what| format!("{file}: {what}")));
        if let Some(found) = unescaped.find(&text) {
            wrong.push(format!("{file}: {} lets a value out unescaped", found.as_str()));
        }
    }
    nothing(&wrong);
}

#[test]
fn every_template_is_named_by_somebody() {
    let mut named: BTreeSet<String> = BTreeSet::new();
    let path = Regex::new(r#"path\s*=\s*"([^"]+)""#).unwrap();
    for file in files("src", &[".rs"]) {
        named.extend(path.captures_iter(&read(&file)).map(|found| found[1].to_owned()));
    }
    let link = Regex::new(r#"\{%-?\s*(?:extends|include|import)\s+"([^"]+)""#).unwrap();
    let mut open: Vec<String> = named.iter().cloned().collect();
    while let Some(name) = open.pop() {
        let Ok(text) = std::fs::read_to_string(super::source::root().join("templates").join(&name)) else {
            continue;
        };
        let links = link.captures_iter(&text).map(|found| found[1].to_owned());
        open.extend(links.filter(|link| named.insert(link.clone())).collect::<Vec<_>>());
    }
    let all = files("templates", &[".html", ".txt"]);
    let unnamed = all
        .iter()
        .map(|file| file.trim_start_matches("templates/"))
        .filter(|file| !named.contains(*file));
    let wrong: Vec<String> = unnamed
        .map(|file| format!("templates/{file}: nobody names it"))
        .collect();
    nothing(&wrong);
}

/// A line that does not fit on a screen hides what it does, and a change to it is read as a change to all of it.
const LONGEST_LINE: usize = 140;

#[test]
fn no_line_of_a_template_is_longer_than_140_characters() {
    let mut wrong = Vec::new();
    for file in files("templates", &[".html", ".txt"]) {
        for (number, line) in read(&file).lines().enumerate() {
            let length = line.chars().count();
            if length > LONGEST_LINE {
                wrong.push(format!("{file}:{}: {length} characters", number + 1));
            }
        }
    }
    nothing(&wrong);
}

/// The inline code in a page's markup, in words.
pub fn code_in(html: &str) -> Vec<String> {
    let look = |(pattern, what): &(&str, &str)| {
        let found = Regex::new(pattern).unwrap().find(html)?.as_str().to_owned();
        Some(format!("{what} ({})", found.trim()))
    };
    FORBIDDEN.iter().filter_map(look).collect()
}

fn without_comments(template: &str) -> String {
    Regex::new(r"(?s)\{#.*?#\}")
        .unwrap()
        .replace_all(template, "")
        .into_owned()
}

#[test]
fn inline_code_is_recognised() {
    for bad in [
        "<p style=\"x\">",
        "<style>",
        "<script>alert(1)</script>",
        "<script type=\"module\">x()</script>",
        "<script src=\"/a.js\">x()</script>",
        "<a href=\"/\" onclick=\"x()\">",
        "<a href=\"javascript:x()\">",
    ] {
        assert!(!code_in(bad).is_empty(), "{bad}");
    }
    let good = "<script type=\"module\" src=\"/static/js/a.js\"></script>\n<p>one = \"1\"</p><code>style</code>";
    assert_eq!(code_in(good), Vec::<String>::new());
}
