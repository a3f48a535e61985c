//! Which file defines what a path names, seen through facades: `super::create` is the file of `create`, whoever hands it on.
//!
//! What is called by its name as a method, or meant without being named, is not seen.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use super::source::is_for_tests;

/// A path, in parts.
type Path = Vec<String>;

/// Modules that lead to modules that lead back are left at some point.
const DEEPEST: usize = 12;

/// The files of a crate, and what each module of them defines, brings in and names.
#[derive(Default)]
pub struct Crate {
    modules: BTreeMap<Path, Scope>,
}

/// What one module, a file or part of one, says.
#[derive(Default)]
struct Scope {
    file: String,
    items: BTreeMap<String, Kind>,
    children: BTreeSet<String>,
    uses: Vec<Use>,
    globs: Vec<Path>,
    /// Paths outside of `use`.
    named: BTreeSet<Path>,
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A function, a constant, a macro: nothing is in it.
    Value,
    Type,
    /// Does its work without being named.
    Trait,
}

/// Where something is defined, and what it is.
type Found = BTreeSet<(String, Kind)>;

/// `use path as name;`
struct Use {
    name: String,
    path: Path,
    is_public: bool,
}

/// That a file names something which another one defines.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Naming {
    pub from: String,
    pub to: String,
    /// As it is written.
    pub path: String,
}

impl Crate {
    /// From the files and their texts.
    pub fn read<'a>(sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut all = Self::default();
        for (file, text) in sources {
            let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
            let mut reader = Reader {
                all: &mut all,
                place: place(file),
                file,
            };
            reader.scope();
            reader.visit_file(&parsed);
        }
        all
    }

    /// What files name of one another.
    pub fn namings(&self) -> BTreeSet<Naming> {
        let mut found = BTreeSet::new();
        for (place, scope) in &self.modules {
            let mut note = |to: &str, path: &Path| {
                if to != scope.file {
                    found.insert(Naming {
                        from: scope.file.clone(),
                        to: to.to_owned(),
                        path: path.join("::"),
                    });
                }
            };
            for used in &scope.uses {
                for (to, kind) in self.find(place, &used.path, 0, true) {
                    // A parent that hands on what its child defines is a facade. If it does something with it, too, its code
                    // names it; but for a trait, of which it calls the methods.
                    let is_facade = is_below(&to, &scope.file) && (used.is_public || kind != Kind::Trait);
                    if !is_facade {
                        note(&to, &used.path);
                    }
                }
            }
            for path in &scope.named {
                for (to, _) in self.find(place, path, 0, true) {
                    note(&to, path);
                }
            }
        }
        found
    }

    /// What defines what a path means in a module; nothing for what libraries define, and for modules themselves. More than one
    /// when a function is called as a module is.
    fn find(&self, place: &[String], path: &[String], depth: usize, must_be_there: bool) -> Found {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let (from, rest) = match path.first().map(String::as_str) {
            None => return Found::new(),
            Some("crate" | "keyhatch") => (&[][..], &path[1..]),
            Some("self") => (place, &path[1..]),
            Some("super") => (&place[..place.len().saturating_sub(supers)], &path[supers..]),
            Some(_) => return self.look_up(place, path, depth, must_be_there),
        };
        self.walk(from, rest, depth, must_be_there)
    }

    /// As [`Self::look_up`], for a module that must know the name: what it does not say was made by a macro of its.
    fn walk(&self, place: &[String], path: &[String], depth: usize, must_be_there: bool) -> Found {
        let found = self.look_up(place, path, depth, must_be_there);
        match self.modules.get(place) {
            Some(scope)
                if must_be_there && found.is_empty() && path.len() == 1 && !scope.children.contains(&path[0]) =>
            {
                let is_foreign = scope.uses.iter().any(|used| used.name == path[0]);
                (!is_foreign)
                    .then(|| (scope.file.clone(), Kind::Type))
                    .into_iter()
                    .collect()
            }
            _ => found,
        }
    }

    fn look_up(&self, place: &[String], path: &[String], depth: usize, must_be_there: bool) -> Found {
        let mut found = Found::new();
        let (Some(scope), Some((first, rest))) = (self.modules.get(place), path.split_first()) else {
            return found;
        };
        if depth > DEEPEST {
            return found;
        }
        if scope.children.contains(first) {
            let child: Path = place.iter().chain([first]).cloned().collect();
            found.extend(self.walk(&child, rest, depth + 1, must_be_there));
        }
        let item = scope.items.get(first);
        if let Some(kind) = item.filter(|kind| rest.is_empty() || **kind != Kind::Value) {
            found.insert((scope.file.clone(), *kind));
        }
        let joined = |before: &Path, rest: &[String]| before.iter().chain(rest).cloned().collect::<Path>();
        // `use mint::mint;` is not about itself.
        let uses = scope
            .uses
            .iter()
            .filter(|used| used.name == *first && used.path != path);
        for used in uses {
            found.extend(self.find(place, &joined(&used.path, rest), depth + 1, must_be_there));
        }
        if found.is_empty() {
            for glob in &scope.globs {
                found.extend(self.find(place, &joined(glob, path), depth + 1, false));
            }
        }
        found
    }
}

/// `["web", "keys", "show"]` for `src/web/keys/show.rs`; nothing for the crate's root.
fn place(file: &str) -> Path {
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
    let parts = inside.split('/').filter(|part| *part != "lib");
    parts.map(ToOwned::to_owned).collect()
}

/// Whether a file is in the folder of another.
fn is_below(file: &str, above: &str) -> bool {
    let (file, above) = (place(file), place(above));
    file.len() > above.len() && file.starts_with(&above)
}

struct Reader<'a> {
    all: &'a mut Crate,
    place: Path,
    file: &'a str,
}

impl Reader<'_> {
    fn scope(&mut self) -> &mut Scope {
        let scope = self.all.modules.entry(self.place.clone()).or_default();
        self.file.clone_into(&mut scope.file);
        scope
    }

    fn note_use(&mut self, before: &Path, tree: &syn::UseTree, is_public: bool) {
        let joined = |name: &syn::Ident| {
            let mut path = before.clone();
            if name != "self" || before.is_empty() {
                path.push(name.to_string());
            }
            path
        };
        let (path, name) = match tree {
            syn::UseTree::Path(path) => return self.note_use(&joined(&path.ident), &path.tree, is_public),
            syn::UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.note_use(before, tree, is_public));
            }
            syn::UseTree::Glob(_) => return self.scope().globs.push(before.clone()),
            syn::UseTree::Name(name) => (joined(&name.ident), None),
            syn::UseTree::Rename(name) => (joined(&name.ident), Some(name.rename.to_string())),
        };
        let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
        self.scope().uses.push(Use { name, path, is_public });
    }

    /// Macros and attributes are not parsed: their words are read.
    fn note_words(&mut self, tokens: &str) {
        let tokens = tokens.replace(" :: ", "::");
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        for path in tokens.split(|c| !is_word(c)).filter(|path| path.contains("::")) {
            let path = path.trim_matches(':').split("::").map(ToOwned::to_owned);
            self.scope().named.insert(path.collect());
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let (attributes, defined) = match item {
            syn::Item::Mod(item) => (&item.attrs, None),
            syn::Item::Impl(item) => (&item.attrs, None),
            syn::Item::Use(item) => (&item.attrs, None),
            syn::Item::Fn(item) => (&item.attrs, Some((&item.sig.ident, Kind::Value))),
            syn::Item::Const(item) => (&item.attrs, Some((&item.ident, Kind::Value))),
            syn::Item::Static(item) => (&item.attrs, Some((&item.ident, Kind::Value))),
            syn::Item::Macro(item) => (&item.attrs, item.ident.as_ref().map(|name| (name, Kind::Value))),
            syn::Item::Struct(item) => (&item.attrs, Some((&item.ident, Kind::Type))),
            syn::Item::Enum(item) => (&item.attrs, Some((&item.ident, Kind::Type))),
            syn::Item::Type(item) => (&item.attrs, Some((&item.ident, Kind::Type))),
            syn::Item::Trait(item) => (&item.attrs, Some((&item.ident, Kind::Trait))),
            _ => return visit::visit_item(self, item),
        };
        if is_for_tests(attributes) {
            return;
        }
        if let Some((name, kind)) = defined {
            self.scope().items.insert(name.to_string(), kind);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.scope().children.insert(module.ident.to_string());
        if module.content.is_some() {
            self.place.push(module.ident.to_string());
            self.scope();
            visit::visit_item_mod(self, module);
            self.place.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_public = !matches!(item.vis, syn::Visibility::Inherited);
        self.note_use(&Path::new(), &item.tree, is_public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts = path.segments.iter().map(|part| part.ident.to_string());
        let parts: Path = parts.collect();
        self.scope().named.insert(parts);
        visit::visit_path(self, path);
    }

    /// `pub(in crate::domain)` needs nothing of what it names.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.note_words(&call.tokens.to_string());
        visit::visit_macro(self, call);
    }

    fn visit_meta_list(&mut self, list: &'ast syn::MetaList) {
        self.note_words(&list.tokens.to_string());
        visit::visit_meta_list(self, list);
    }
}
