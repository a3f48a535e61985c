//! What a valid profile means, where whoever wrote it may have meant something else: for `keyhatch profile check`.

use super::{Access, Profile, Unmatched};

impl Profile {
    /// A sentence for each.
    pub fn remarks(&self) -> Vec<String> {
        let base = &self.api.base_path;
        let mut remarks = Vec::new();
        remarks.extend(self.about_unmatched());
        let has_full_access = self.jwt.is_some() || self.key_types.iter().any(|one| one.access == Access::All);
        if self.api.unmatched == Unmatched::Refuse && !has_full_access {
            remarks.push(format!(
                "No key type has access \"all\", so what no route names below {base} is closed to every key."
            ));
        }
        let names = |scope: &str| self.routes.iter().any(|route| route.scope.as_deref() == Some(scope));
        let unused: Vec<&str> = self
            .scopes
            .iter()
            .map(|scope| scope.id.as_str())
            .filter(|scope| !names(scope))
            .collect();
        if !self.routes.is_empty() && !unused.is_empty() {
            remarks.push(format!(
                "No route names the scope{} {}: nothing is opened by it, unless your API asks for it by name.",
                if unused.len() == 1 { "" } else { "s" },
                unused.join(", ")
            ));
        }
        remarks
    }

    /// Refusing needs no remark: it is the default.
    fn about_unmatched(&self) -> Option<String> {
        let base = &self.api.base_path;
        let outside = format!("A request outside of {base} is refused to every key.");
        match (self.api.unmatched, self.routes.is_empty()) {
            (Unmatched::Refuse, _) => None,
            (Unmatched::AnyKey, true) => Some(format!(
                "There are no routes, so any good key is taken for every request below {base}; one with access \"read\" only for a \
                 safe method. {outside}"
            )),
            (Unmatched::AnyKey, false) => Some(format!(
                "Warning: unmatched = \"any-key\" takes any good key for whatever no route names below {base}, also one whose scopes \
                 have nothing to do with it. {outside}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = include_str!("check/tests/whole.toml");

    fn remarks(replaced: &[(&str, &str)]) -> String {
        let text = replaced.iter().fold(PROFILE.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        Profile::parse(&text, "whole.toml").unwrap().remarks().join("\n")
    }

    #[test]
    fn what_becomes_of_other_requests_is_said() {
        assert_eq!(Profile::example().unwrap().remarks(), [""; 0]);
        assert!(!remarks(&[]).contains("any-key"));
        let any = remarks(&[("[api]\n", "[api]\nunmatched = \"any-key\"\n")]);
        assert!(any.starts_with("Warning: unmatched = \"any-key\""), "{any}");
    }

    #[test]
    fn a_scope_that_opens_nothing_is_named() {
        assert!(remarks(&[]).contains("audit-log:read"), "{}", remarks(&[]));
    }
}
