//! The shape of the code, as ARCHITECTURE.md draws it: which layer may name which, who may touch a secret's neighbours,
//! how long a file may be, and what a template may not hold.
//!
//! Come here when a rule stands in your way: move the code to the layer that it belongs to, do not widen the rule.

mod circles;
mod lengths;
mod names;
mod source;
pub mod templates;

use source::{Module, modules};

/// A layer (the first part of a module's path) and the others of this crate that it may name.
const MAY_NAME: [(&str, &[&str]); 16] = [
    ("model", &[]),
    ("profile", &["model"]),
    ("store", &["model", "profile"]),
    ("domain", &["store", "model", "profile", "error", "clock", "random"]),
    (
        "web",
        &[
            "domain",
            "model",
            "profile",
            "error",
            "client",
            "connection",
            "clock",
            "random",
        ],
    ),
    (
        "api",
        &[
            "domain",
            "model",
            "profile",
            "error",
            "client",
            "connection",
            "clock",
            "random",
        ],
    ),
    ("client", &["model"]),
    ("clock", &["model"]),
    ("config", &["store", "domain", "model"]),
    ("connection", &["client"]),
    ("error", &["model", "store"]),
    ("health", &["domain"]),
    ("metrics", &["domain"]),
    ("random", &[]),
    ("status", &["error"]),
    ("telemetry", &["config", "model"]),
];

/// Where the layers are put together: these name whatever they need.
const COMPOSE: [&str; 5] = ["app", "cli", "lib", "main", "routes"];

/// What comes from outside, and the only layers that may name it.
const ONLY_IN: [(&str, &[&str]); 9] = [
    ("sea_orm", &["store"]),
    ("sqlx", &["store"]),
    ("migrations", &["store"]),
    (
        "actix_web",
        &[
            "web",
            "api",
            "client",
            "connection",
            "health",
            "metrics",
            "status",
            "telemetry",
            "app",
            "routes",
            "cli",
        ],
    ),
    ("actix_session", &["web"]),
    // Mail is made of templates too.
    ("askama", &["web", "domain"]),
    ("lettre", &["domain"]),
    ("argon2", &["domain"]),
    ("aes_gcm", &["domain"]),
];

/// What does something else than compute.
const IMPURE: [&str; 16] = [
    "tokio",
    "actix_web",
    "actix_session",
    "sea_orm",
    "sqlx",
    "reqwest",
    "lettre",
    "tracing",
    "std::env",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

#[test]
fn each_layer_names_only_what_lies_below_it() {
    let mut wrong = Vec::new();
    for module in modules() {
        let layer = module.layer();
        if COMPOSE.contains(&layer) {
            continue;
        }
        let Some((_, may)) = MAY_NAME.iter().find(|(name, _)| *name == layer) else {
            wrong.push(format!("{}: say in MAY_NAME what “{layer}” may name", module.file));
            continue;
        };
        for path in module.own_crate_paths() {
            let named = path.split("::").next().unwrap_or_default();
            if named != layer && !may.contains(&named) {
                wrong.push(format!("{}: {layer} may not name {named} ({path})", module.file));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn a_library_is_named_in_its_own_layer_only() {
    let mut wrong = Vec::new();
    for module in modules() {
        for path in module.foreign_paths() {
            for (library, layers) in ONLY_IN {
                if begins(path, library) && !layers.contains(&module.layer()) {
                    wrong.push(format!(
                        "{}: {library} belongs to {} ({path})",
                        module.file,
                        layers.join(", ")
                    ));
                }
            }
        }
    }
    nothing(&wrong);
}

/// Whatever else makes requests would make them to addresses that nobody has checked.
#[test]
fn only_the_courier_makes_requests() {
    let mut wrong = Vec::new();
    for module in modules() {
        let is_courier = module.file.starts_with("src/domain/webhooks/courier");
        let accepts = module.file.starts_with("src/connection") || module.file == "src/app/server.rs";
        for path in module.foreign_paths() {
            let sends = [
                "reqwest",
                "rustls",
                "hyper",
                "std::net::TcpStream",
                "tokio::net::TcpStream",
            ];
            // A connection that somebody else has made.
            let is_accepted = accepts && begins(path, "tokio::net::TcpStream");
            if !is_courier && !is_accepted && sends.iter().any(|library| begins(path, library)) {
                wrong.push(format!("{}: requests are the courier’s ({path})", module.file));
            }
        }
    }
    nothing(&wrong);
}

#[test]
fn the_inner_layers_are_pure() {
    let mut wrong = Vec::new();
    let pure = |module: &Module| matches!(module.layer(), "model" | "profile");
    for module in modules().into_iter().filter(pure) {
        for path in module.foreign_paths() {
            // A profile is a file, and reading that one file is its business.
            let reads_files = begins(path, "std::fs") && module.layer() == "model";
            if reads_files || IMPURE.iter().any(|impure| begins(path, impure)) {
                wrong.push(format!("{}: {} is pure, {path} is not", module.file, module.layer()));
            }
        }
        if module.waits {
            wrong.push(format!("{}: {} does not wait", module.file, module.layer()));
        }
    }
    nothing(&wrong);
}

#[test]
fn nothing_a_request_can_reach_panics_on_purpose() {
    let mut wrong = Vec::new();
    for module in modules() {
        for call in &module.panics {
            wrong.push(format!("{}: {call}", module.file));
        }
    }
    nothing(&wrong);
}

/// `sea_orm::sqlx` begins with `sea_orm`; `sea_orm_migration` does not.
fn begins(path: &str, with: &str) -> bool {
    path.strip_prefix(with)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// Fails with everything that is wrong, not only the first.
fn nothing(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_rules_see_through_every_way_of_naming() {
    let module = Module::parse(
        "src/web/keys/show.rs",
        r#"
        use crate::{store::{self, Db}, domain as inner};
        use super::super::form::Form;
        fn f(x: crate::cli::Run) { tracing::info!("{}", crate::app::name()); x.unwrap() }
        #[cfg(test)]
        mod tests { use crate::config::Config; fn g() { None.unwrap() } }
        "#,
    );
    let named: Vec<&str> = module.own_crate_paths().collect();
    for path in [
        "store",
        "store::Db",
        "domain",
        "web::form::Form",
        "cli::Run",
        "app::name",
    ] {
        assert!(named.contains(&path), "{path} in {named:?}");
    }
    assert!(!named.iter().any(|path| path.starts_with("config")), "tests are free");
    assert_eq!(module.panics.len(), 1);
}
