//! The program's own source, read with `syn`: what each file names, outside of its tests.

use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

/// The folder with `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the project with one of these endings, as a path from the root.
pub fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path: PathBuf = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
                found.push(path.strip_prefix(root()).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

/// The text of a file.
pub fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A source file.
pub struct Module {
    pub file: String,
    /// `["web", "keys", "show"]`
    place: Vec<String>,
    /// From the crate's root or from a library.
    paths: Vec<String>,
    /// Whether anything is `async`.
    pub waits: bool,
    /// `.unwrap()`, `.expect(…)`, `panic!` and the like.
    pub panics: Vec<String>,
}

/// All of `src`, without files of tests.
pub fn sources() -> Vec<String> {
    let is_test = |file: &String| file.ends_with("tests.rs") || file.contains("/tests/");
    let mut sources = files("src", &[".rs"]);
    sources.retain(|file| !is_test(file));
    assert!(sources.len() > 20, "src has gone missing");
    sources
}

/// What each of them says.
pub fn modules() -> Vec<Module> {
    sources().iter().map(|file| Module::parse(file, &read(file))).collect()
}

impl Module {
    pub fn parse(file: &str, text: &str) -> Self {
        let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module = Self {
            file: file.to_owned(),
            place: inside.split('/').map(ToOwned::to_owned).collect(),
            paths: Vec::new(),
            waits: false,
            panics: Vec::new(),
        };
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        module.visit_file(&parsed);
        module
    }

    /// `web` for everything in `src/web.rs` and `src/web/`.
    pub fn layer(&self) -> &str {
        &self.place[0]
    }

    /// What it names of this crate, without the `crate::`.
    pub fn own_crate_paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().filter_map(|path| path.strip_prefix("crate::"))
    }

    /// What it names of libraries.
    pub fn foreign_paths(&self) -> impl Iterator<Item = &str> {
        let paths = self.paths.iter().map(String::as_str);
        paths.filter(|path| !path.starts_with("crate::"))
    }

    /// Notes a path, with `self` and `super` made whole.
    fn note(&mut self, path: &str) {
        let path = path.trim_start_matches("::").replace("keyhatch::", "crate::");
        let supers = path.split("::").take_while(|part| *part == "super").count();
        let whole = if supers > 0 {
            let kept = self.place.len().saturating_sub(supers);
            let rest = path.split("::").skip(supers);
            let parts = self.place[..kept].iter().map(String::as_str).chain(rest);
            format!("crate::{}", parts.collect::<Vec<_>>().join("::"))
        } else if let Some(rest) = path.strip_prefix("self::") {
            format!("crate::{}::{rest}", self.place.join("::"))
        } else {
            path
        };
        self.paths.push(whole);
    }

    fn note_tree(&mut self, before: &str, tree: &syn::UseTree) {
        let joined = |name: String| {
            if before.is_empty() {
                name
            } else {
                format!("{before}::{name}")
            }
        };
        match tree {
            syn::UseTree::Path(path) => self.note_tree(&joined(path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) if name.ident == "self" => self.note(before),
            syn::UseTree::Name(name) => self.note(&joined(name.ident.to_string())),
            syn::UseTree::Rename(name) if name.ident == "self" => self.note(before),
            syn::UseTree::Rename(name) => self.note(&joined(name.ident.to_string())),
            syn::UseTree::Glob(_) => self.note(before),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.note_tree(before, tree);
                }
            }
        }
    }

    /// Macros and attributes are not parsed: their words are read.
    fn note_tokens(&mut self, tokens: &str) {
        let tokens = tokens.replace(" :: ", "::");
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        for path in tokens.split(|c| !word(c)).filter(|path| path.contains("::")) {
            self.note(path.trim_matches(':'));
        }
        for call in [". unwrap ()", ". expect ("] {
            if tokens.contains(call) {
                self.panics.push(format!("{call} in a macro"));
            }
        }
    }
}

/// Whether an item is for tests only.
pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
            _ => return attribute.path().is_ident("test"),
        };
        text.split(|c: char| !c.is_alphanumeric()).any(|word| word == "test")
    })
}

/// Whether a panic is allowed here, with a reason: `#[allow(clippy::panic, reason = "…")]`.
fn says_why(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("allow") => {
            let text = list.tokens.to_string();
            ["panic", "unwrap_used", "expect_used"]
                .iter()
                .any(|lint| text.contains(lint))
                && text.contains("reason")
        }
        _ => false,
    })
}

impl<'ast> Visit<'ast> for Module {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(item) => &item.attrs,
            syn::Item::Fn(item) => &item.attrs,
            syn::Item::Impl(item) => &item.attrs,
            syn::Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_tree("", &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        if parts.len() > 1 {
            self.note(&parts.join("::"));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|part| part.ident.to_string());
        let name = name.unwrap_or_default();
        if matches!(name.as_str(), "panic" | "unreachable" | "todo" | "unimplemented") {
            self.panics.push(format!("{name}!"));
        }
        self.note_tokens(&call.tokens.to_string());
        visit::visit_macro(self, call);
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.note_tokens(&list.tokens.to_string());
        visit::visit_meta_list(self, list);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "unwrap" || call.method == "expect" {
            self.panics.push(format!(".{}()", call.method));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        let before = self.panics.len();
        visit::visit_impl_item_fn(self, function);
        if says_why(&function.attrs) {
            self.panics.truncate(before);
        }
    }

    fn visit_expr_await(&mut self, expression: &'ast syn::ExprAwait) {
        self.waits = true;
        visit::visit_expr_await(self, expression);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        self.waits |= signature.asyncness.is_some();
        visit::visit_signature(self, signature);
    }
}
