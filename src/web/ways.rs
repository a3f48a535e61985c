//! Where a person may be led on to (`next=…`): the pages of the route table that GET answers, and nothing else.

use actix_web::HttpRequest;
use actix_web::dev::{ResourceDef, Url as Requoted};
use actix_web::http::Uri;
use actix_web::web::Data;
use url::Url;

/// The paths of all pages, in the order in which requests are matched; each with whether GET answers there.
#[derive(Clone)]
pub struct Ways(Vec<(ResourceDef, bool)>);

/// Against which a way is resolved, as a browser does against the page it is on. It is never shown, or asked.
const HERE: &str = "http://dashboard.invalid/";

impl Ways {
    /// The ways to these pages.
    pub fn new(paths: impl IntoIterator<Item = (String, bool)>) -> Self {
        let ways = paths
            .into_iter()
            .map(|(path, is_page)| (ResourceDef::new(path), is_page));
        Self(ways.collect())
    }

    /// Those of the application that answers a request.
    pub fn of(request: &HttpRequest) -> Option<&Data<Self>> {
        request.app_data::<Data<Self>>()
    }

    /// The way as a browser goes it, if it leads to a page of ours: `//evil.example` and `/\evil.example` lead elsewhere, and
    /// `/w/../sign-out` is another page than it looks.
    pub fn to_page(&self, next: &str) -> Option<String> {
        if !next.starts_with('/') {
            return None;
        }
        let here = Url::parse(HERE).ok()?;
        let there = here.join(next).ok()?;
        if there.origin() != here.origin() || !there.username().is_empty() || there.password().is_some() {
            return None;
        }
        // Paths are matched as the router does it: decoded, and the first that fits decides.
        let path = Requoted::new(there.path().parse::<Uri>().ok()?);
        let (_, is_page) = self.0.iter().find(|(way, _)| way.is_match(path.path()))?;
        let query = there.query().map(|query| format!("?{query}")).unwrap_or_default();
        let fragment = there
            .fragment()
            .map(|fragment| format!("#{fragment}"))
            .unwrap_or_default();
        is_page.then(|| format!("{}{query}{fragment}", there.path()))
    }

    /// The nearest page at or above a path.
    pub fn above(&self, path: &str) -> Option<String> {
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let ends: Vec<_> = ends.filter(|end| *end > 0).collect();
        ends.into_iter().rev().find_map(|end| self.to_page(&path[..end]))
    }
}

impl std::fmt::Debug for Ways {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ways").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ways() -> Ways {
        let paths = [
            ("/", true),
            ("/sign-out", false),
            ("/w/{workspace}", true),
            ("/w/{workspace}/keys/{key}/roll", true),
        ];
        Ways::new(paths.map(|(path, is_page)| (path.to_owned(), is_page)))
    }

    #[test]
    fn the_way_on_leads_to_pages() {
        for page in [
            "/",
            "/w/acme?x=1",
            "/w/acme?next=//evil.example",
            "/w/a%20b",
            "/w/acme#keys",
        ] {
            assert_eq!(ways().to_page(page).as_deref(), Some(page));
        }
        assert_eq!(
            ways().to_page("/x/../w/acme").as_deref(),
            Some("/w/acme"),
            "as a browser goes it"
        );
    }

    #[test]
    fn the_way_on_leads_nowhere_else() {
        for elsewhere in [
            "",
            "w/acme",
            "https://evil.example",
            "//evil.example",
            "//evil.example/w/acme",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\t//evil.example",
            " //evil.example",
            "///evil.example",
            "/.//evil.example/..//evil.example",
            "/%2e%2e//evil.example",
            "javascript:1",
            "/sign-out",
            "/sign%2Dout",
            "/%73ign-out",
            "/w/../sign-out",
            "/w/%2e%2e/sign-out",
            "/sign-out?x",
            "/sign-out#x",
            "/sign\n-out",
            "/nowhere",
            "/w/acme/",
            "/w/acme%2Fkeys",
        ] {
            let led = ways().to_page(elsewhere);
            assert!(
                led.is_none() || led.as_deref() == Some("/w/acme%2Fkeys"),
                "{elsewhere}: {led:?}"
            );
        }
    }

    #[test]
    fn above_a_path_is_the_nearest_page() {
        let above = |path| ways().above(path);
        assert_eq!(
            above("/w/acme/keys/7/roll/retirement").as_deref(),
            Some("/w/acme/keys/7/roll")
        );
        assert_eq!(above("/w/acme").as_deref(), Some("/w/acme"));
        assert_eq!(above("/sign-out"), None);
    }
}
