//! Variables that look like settings, and are none.

use super::names::{NAMES, variable};
use crate::model::suggest::nearest;

/// A sentence for each variable among `set` that nobody reads; `also` are those that the profile names.
pub fn unknown_variables(set: impl IntoIterator<Item = String>, also: &[&str]) -> Vec<String> {
    let mut set: Vec<String> = set.into_iter().collect();
    set.sort();
    let in_kubernetes = set.iter().any(|name| name == "KEYHATCH_SERVICE_HOST");
    let is_read = |name: &str| {
        NAMES.iter().any(|known| variable(known) == name)
            || also.contains(&name)
            || name.starts_with("KEYHATCH_TEST_")
            || in_kubernetes && is_of_kubernetes(name)
    };
    set.iter()
        .filter(|name| name.to_uppercase().starts_with("KEYHATCH") && !is_read(name))
        .map(|name| match near(name) {
            Some(near) => format!("{name} is no setting, and is ignored; did you mean {}?", variable(near)),
            None => format!("{name} is no setting, and is ignored"),
        })
        .collect()
}

/// The setting that is meant by a name which is none, in the file or in the environment.
pub(super) fn near(name: &str) -> Option<&'static str> {
    let bare = name.to_lowercase().replace('-', "_");
    let bare = bare.strip_prefix("keyhatch").unwrap_or(&bare).trim_start_matches('_');
    let longer = || {
        NAMES.iter().copied().find(|known| {
            let behind = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('_'));
            behind(known, bare) || behind(bare, known)
        })
    };
    let without = |text: &str| text.replace('_', "");
    let run_together = || NAMES.iter().copied().find(|known| without(known) == without(bare));
    if bare.is_empty() {
        return None;
    }
    run_together().or_else(|| nearest(bare, NAMES)).or_else(longer)
}

/// Kubernetes tells each container where the services of its namespace are; one may be called keyhatch.
fn is_of_kubernetes(name: &str) -> bool {
    name.starts_with("KEYHATCH_SERVICE_") || name == "KEYHATCH_PORT" || name.starts_with("KEYHATCH_PORT_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(set: &[&str]) -> Vec<String> {
        let set = set.iter().map(|name| (*name).to_owned());
        unknown_variables(set, &["KEYHATCH_JWT_SECRET"])
    }

    #[test]
    fn a_misspelt_setting_finds_its_name() {
        for (typo, name) in [
            ("KEYHATCH_TRUSTED_PROXY", "KEYHATCH_TRUSTED_PROXIES"),
            ("KEYHATCH_LISTN", "KEYHATCH_LISTEN"),
            ("KEYHATCH_PUBLICURL", "KEYHATCH_PUBLIC_URL"),
            ("KEYHATCH_DATABASE", "KEYHATCH_DATABASE_URL"),
            ("KEYHATCH_MASTER_KEYFILE", "KEYHATCH_MASTER_KEY_FILE"),
            ("KEYHATCH_LOG_LEVEL", "KEYHATCH_LOG"),
            ("keyhatch_listen", "KEYHATCH_LISTEN"),
            ("KEYHATCH-LISTEN", "KEYHATCH_LISTEN"),
        ] {
            let told = unknown(&[typo]);
            assert_eq!(
                told,
                [format!("{typo} is no setting, and is ignored; did you mean {name}?")]
            );
        }
        assert_eq!(
            unknown(&["KEYHATCH_COLOUR"]),
            ["KEYHATCH_COLOUR is no setting, and is ignored"]
        );
    }

    #[test]
    fn what_somebody_reads_is_not_unknown() {
        let read: Vec<String> = NAMES.iter().map(|name| variable(name)).collect();
        let read: Vec<&str> = read.iter().map(String::as_str).collect();
        assert!(unknown(&read).is_empty());
        assert!(unknown(&["PATH", "KEYHATCH_JWT_SECRET", "KEYHATCH_TEST_POSTGRES"]).is_empty());
        let kubernetes = ["KEYHATCH_SERVICE_HOST", "KEYHATCH_PORT", "KEYHATCH_PORT_8080_TCP"];
        assert!(unknown(&kubernetes).is_empty());
        assert_eq!(unknown(&["KEYHATCH_PORT"]).len(), 1);
    }
}
