//! Slugs: the part of a URL that names a workspace or a project.

use std::fmt;

/// 1 to 40 of `a-z`, `0-9` and single hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slug(String);

const LONGEST: usize = 40;

impl Slug {
    /// Reads a slug from a URL or a command line.
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = !text.is_empty()
            && text.len() <= LONGEST + 6
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        well_formed.then(|| Self(text.to_owned()))
    }

    /// A slug from a name: `Acme & Söhne` becomes `acme-s-hne`; a name with no usable letter becomes `fallback`.
    pub fn from_name(name: &str, fallback: &str) -> Self {
        let mut slug = String::with_capacity(name.len());
        for c in name.chars() {
            match c.to_ascii_lowercase() {
                c if c.is_ascii_alphanumeric() => slug.push(c),
                _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
                _ => {}
            }
        }
        slug.truncate(LONGEST);
        let slug = slug.trim_end_matches('-');
        // `new` is the page that makes one.
        if slug.is_empty() || slug == "new" {
            Self(fallback.to_owned())
        } else {
            Self(slug.to_owned())
        }
    }

    /// The same slug with a suffix, for when the first choice is taken.
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self(format!("{}-{suffix}", self.0))
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs() {
        for (name, slug) in [
            ("Acme", "acme"),
            ("Acme & Co.", "acme-co"),
            ("  x  y ", "x-y"),
            ("日本", "workspace"),
            ("new", "workspace"),
        ] {
            assert_eq!(Slug::from_name(name, "workspace").as_str(), slug, "{name}");
        }
        assert!(Slug::parse(Slug::from_name(&"a-".repeat(60), "w").as_str()).is_some());
    }

    #[test]
    fn hostile_slugs_are_refused() {
        for bad in ["", "-a", "a-", "A", "a/b", "a b", "..", "a%2f", &"a".repeat(47)] {
            assert_eq!(Slug::parse(bad), None, "{bad}");
        }
    }
}
