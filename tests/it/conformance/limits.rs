//! What limits and scopes promise of every profile: kind to the steady, and honest in what they answer, wherever a key is
//! judged. That limits are exact is in `limits_storm`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use super::service::Service;
use crate::support::Answer;

/// A profile, a key of it that may little or much, and a request that is beyond it.
struct System {
    profile: &'static str,
    type_id: &'static str,
    scopes: &'static [&'static str],
    /// That the key may make; none of them is Keyhatch's own.
    open: (&'static str, &'static str),
    closed: (&'static str, &'static str),
    /// Whether the key may manage keys.
    manages: bool,
}

const SYSTEMS: [System; 6] = [
    System {
        profile: "example",
        type_id: "restricted",
        scopes: &["rates:read"],
        open: ("GET", "/api/v1/rates"),
        closed: ("POST", "/api/v1/shipments"),
        manages: false,
    },
    System {
        profile: "kodisc",
        type_id: "live",
        scopes: &[],
        open: ("GET", "/api/v2/jobs/7"),
        closed: ("GET", "/api/v2/api-keys/7/text"),
        manages: false,
    },
    System {
        profile: "kodostatus",
        type_id: "scoped",
        scopes: &["incidents:read"],
        open: ("GET", "/api/v1/incidents"),
        closed: ("GET", "/api/v1/services"),
        manages: false,
    },
    System {
        profile: "craftkit",
        type_id: "live",
        scopes: &[],
        open: ("GET", "/v1/renders/7"),
        closed: ("PUT", "/v1/templates/invoice"),
        manages: false,
    },
    // Its keys may do everything: only a request that can be read in two ways is beyond them.
    System {
        profile: "codivupload",
        type_id: "workspace",
        scopes: &[],
        open: ("POST", "/v1/posts"),
        closed: ("POST", "/internal/admin"),
        manages: true,
    },
    System {
        profile: "docsapi",
        type_id: "rk_live",
        scopes: &["resources:read"],
        open: ("GET", "/v1/resources/7"),
        closed: ("POST", "/v1/jobs"),
        manages: false,
    },
];

/// What was said of a request, wherever it was asked.
struct Said {
    place: &'static str,
    status: u64,
    code: String,
    retry_after: Option<u64>,
}

impl System {
    /// With a limit of its own for each key, beside those of the profile.
    async fn start(&self, count: u32, per: &str) -> Service {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("profiles/{}.toml", self.profile));
        let mut text = std::fs::read_to_string(path).unwrap();
        text.push_str(&format!(
            "\n[limit.conformance]\ncount = {count}\nper = \"{per}\"\nof = \"key\"\n"
        ));
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let plan = match self.profile {
            "kodostatus" => Some("pro"),
            "example" => Some("enterprise"),
            _ => None,
        };
        Service::with_file(file.path(), plan).await
    }

    /// What is said of a request at each place where a program in between asks.
    async fn judged(&self, service: &Service, key: &str, (method, path): (&str, &str)) -> Vec<Said> {
        let program = service.app.program(key);
        let ask = async |place: &'static str, names: [&str; 2]| {
            let request = program.request(Method::GET, place);
            let request = request.header(names[0], method).header(names[1], path);
            Answer::of(request.send().await.unwrap()).await
        };
        let forward = ask("/gateway/forward", ["x-forwarded-method", "x-forwarded-uri"]).await;
        let nginx = ask("/gateway/nginx", ["x-original-method", "x-original-uri"]).await;
        let backend = service.app.backend().await;
        let question = json!({"key": key, "method": method, "path": path});
        let verified = backend.post("/provider/v1/keys/verify", &question).await;
        assert_eq!(verified.status, 200, "{}", verified.body);
        vec![
            said("forward", &forward),
            said_to_nginx(&nginx),
            said_to_backend(&verified.json()),
        ]
    }

    /// What a customer's program is told of keys.
    async fn managed(&self, service: &Service, key: &str) -> Vec<Said> {
        let (base, nobodys) = (&service.base, service.app.app.new_id());
        let mine = service.app.program(key);
        let me = mine.get(&format!("{base}/me")).await;
        let me = me.json();
        let own = me["key"]["id"]
            .as_str()
            .map_or_else(|| nobodys.to_string(), ToOwned::to_owned);
        let mut all = Vec::new();
        for (place, method, path) in [
            ("list", Method::GET, format!("{base}/api-keys")),
            ("create", Method::POST, format!("{base}/api-keys")),
            ("show", Method::GET, format!("{base}/api-keys/{own}")),
            ("show nobody's", Method::GET, format!("{base}/api-keys/{nobodys}")),
            ("change nobody's", Method::PATCH, format!("{base}/api-keys/{nobodys}")),
            ("end nobody's", Method::DELETE, format!("{base}/api-keys/{nobodys}")),
            ("show nonsense", Method::GET, format!("{base}/api-keys/nonsense")),
        ] {
            let mut request = mine.request(method.clone(), &path);
            if matches!(method, Method::POST | Method::PATCH) {
                request = request.json(&json!({"name": "more"}));
            }
            all.push(said(place, &Answer::of(request.send().await.unwrap()).await));
        }
        all
    }
}

fn said(place: &'static str, answer: &Answer) -> Said {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let code = body["code"].as_str().or(body["error"]["code"].as_str());
    Said {
        place,
        status: answer.status.into(),
        code: code.unwrap_or_default().to_lowercase(),
        retry_after: answer
            .headers
            .get("retry-after")
            .map(|value| value.to_str().unwrap().parse().unwrap()),
    }
}

fn said_to_nginx(answer: &Answer) -> Said {
    let header = |name: &str| answer.headers.get(name).map(|value| value.to_str().unwrap());
    let meant = header("x-keyhatch-status").map_or(u64::from(answer.status), |status| status.parse().unwrap());
    Said {
        status: meant,
        code: header("x-keyhatch-code").unwrap_or_default().to_lowercase(),
        ..said("nginx", answer)
    }
}

fn said_to_backend(body: &Value) -> Said {
    Said {
        place: "verify",
        status: if body["valid"] == true {
            200
        } else {
            body["status"].as_u64().unwrap()
        },
        code: body["code"].as_str().unwrap_or_default().to_lowercase(),
        retry_after: body["retry_after"].as_u64(),
    }
}

#[tokio::test]
async fn what_a_key_may_not_do_is_403_and_never_not_found() {
    for system in &SYSTEMS {
        let service = system.start(1_000, "minute").await;
        let key = service.mint(system.type_id, system.scopes).await;
        for one in system.judged(&service, &key, system.open).await {
            assert_eq!(one.status, 200, "{}: {}", system.profile, one.place);
        }
        let mut all = system.judged(&service, &key, system.closed).await;
        if !system.manages {
            all.extend(system.managed(&service, &key).await);
        }
        for one in all {
            let about = format!("{}: {}", system.profile, one.place);
            assert_eq!((one.status, one.code.as_str()), (403, "insufficient_scope"), "{about}");
            assert_eq!(one.retry_after, None, "{about}: waiting would not help");
        }
    }
}

#[tokio::test]
async fn whoever_is_too_fast_is_told_429_and_never_401() {
    for system in &SYSTEMS {
        let service = system.start(3, "minute").await;
        let key = service.mint(system.type_id, system.scopes).await;
        for one in system.judged(&service, &key, system.open).await {
            assert_eq!(one.status, 200, "{}: {}", system.profile, one.place);
        }
        let mut all = system.judged(&service, &key, system.open).await;
        all.push(said("me", &service.me(&key).await));
        if system.manages {
            all.extend(system.managed(&service, &key).await);
        }
        let mut waits = BTreeSet::new();
        for one in all {
            let about = format!("{}: {}", system.profile, one.place);
            assert_eq!((one.status, one.code.as_str()), (429, "rate_limit_exceeded"), "{about}");
            waits.insert(one.retry_after.unwrap_or_else(|| panic!("{about}: how long?")));
        }
        // They were asked within seconds of each other, and agree.
        let (first, last) = (waits.first().unwrap(), waits.last().unwrap());
        assert!(
            (1..=60).contains(first) && last - first <= 20,
            "{}: {waits:?}",
            system.profile
        );
        // What it may not do at all is not a matter of waiting; a key that is none does not learn about limits.
        for one in system.judged(&service, &key, system.closed).await {
            assert_eq!(
                (one.status, one.retry_after),
                (403, None),
                "{}: {}",
                system.profile,
                one.place
            );
        }
        assert_eq!(service.me("nonsense").await.status, 401);
    }
}

#[tokio::test]
async fn retry_after_is_long_enough_and_not_a_second_too_long() {
    for system in &SYSTEMS {
        for (count, per) in [(4, "second"), (7, "minute"), (2, "hour"), (1, "day")] {
            let service = system.start(count, per).await;
            let key = service.mint(system.type_id, system.scopes).await;
            let (method, path) = system.open;
            let about = format!("{} {count} a {per}", system.profile);
            let now = || service.app.app.now().millis();
            // Wherever in a slice of the window it happens to begin.
            service.app.clock.advance_millis(1_234 * i64::from(count));
            let mut accepted = 0;
            let (before, refused) = loop {
                let before = now();
                let answer = service.judge(&key, method, path).await;
                if answer.status != 200 {
                    break (before, answer);
                }
                accepted += 1;
            };
            // A machine that is slow enough is no longer within a second.
            assert!(
                accepted == count || per == "second" && accepted > count,
                "{about}: {accepted}"
            );
            let wait = i64::try_from(super::gateways::retry_after(&refused)).unwrap();
            // Nothing gets through until the second in which it said that something would.
            let early = before + (wait - 1) * 1_000;
            service.app.clock.advance_millis((early - 400 - now()).max(0));
            let answer = service.judge(&key, method, path).await;
            if now() <= early {
                assert_eq!(answer.status, 429, "{about}: {wait} seconds");
            }
            service
                .app
                .clock
                .advance_millis((before + wait * 1_000 + 400 - now()).max(0));
            assert_eq!(
                service.judge(&key, method, path).await.status,
                200,
                "{about}: {wait} seconds"
            );
        }
    }
}

#[tokio::test]
async fn a_steady_client_at_60_percent_is_never_refused_in_three_windows() {
    let system = &SYSTEMS[4];
    for (count, per, millis) in [
        (100, "minute", 60_000),
        (50, "hour", 3_600_000),
        (10, "second", 1_000),
        (5, "day", 86_400_000),
    ] {
        let service = system.start(count, per).await;
        let key = service.mint("workspace", &[]).await;
        let every = millis * 10 / (i64::from(count) * 6);
        let turns = 3 * millis / every + 1;
        for turn in 0..turns {
            let answer = service.judge(&key, "POST", "/v1/posts").await;
            assert_eq!(
                answer.status, 200,
                "{count} a {per}, turn {turn} of {turns}: {}",
                answer.body
            );
            service.app.clock.advance_millis(every);
        }
    }
}
