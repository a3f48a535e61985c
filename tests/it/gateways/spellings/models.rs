//! Model APIs: each reads a request's target in a way that some server or framework does, and says what it would serve.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A way to read a target: its name, and the path that is looked for then.
pub type Model = (&'static str, fn(&str) -> String);

pub const MODELS: &[Model] = &[
    ("strict", |target| path(target).to_owned()),
    ("decodes", |target| decoded(path(target))),
    ("decodes before it looks for a query", |target| {
        let target = decoded(target);
        cut(&target, &['?', '#']).to_owned()
    }),
    ("decodes twice", |target| resolved(&decoded(&decoded(path(target))))),
    ("resolves dots without decoding", |target| resolved(path(target))),
    ("resolves dots after decoding", |target| {
        resolved(&decoded(path(target)))
    }),
    ("resolves dots before decoding", |target| {
        decoded(&resolved(path(target)))
    }),
    ("knows no fragments", |target| resolved(&decoded(before_query(target)))),
    ("merges slashes", |target| {
        joined(decoded(path(target)).split('/').filter(|part| !part.is_empty()))
    }),
    ("ignores capitals", |target| decoded(path(target)).to_lowercase()),
    ("ignores capitals, as capitals", |target| {
        decoded(path(target)).to_uppercase().to_lowercase()
    }),
    ("takes formats off (Rails)", |target| {
        let path = decoded(path(target));
        let (front, last) = path.rsplit_once('/').unwrap_or(("", &path));
        format!("{front}/{}", last.rsplit_once('.').map_or(last, |(name, _)| name))
    }),
    ("takes all formats off (Spring)", |target| {
        let path = decoded(path(target));
        let (front, last) = path.rsplit_once('/').unwrap_or(("", &path));
        format!("{front}/{}", cut(last, &['.']))
    }),
    ("takes matrix parameters off (Tomcat)", |target| {
        resolved(&decoded(&each(path(target), |part| cut(part, &[';']).to_owned())))
    }),
    ("takes matrix parameters off after decoding", |target| {
        resolved(&each(&decoded(path(target)), |part| cut(part, &[';']).to_owned()))
    }),
    ("is made of files (Windows)", |target| {
        let path = decoded(path(target)).replace('\\', "/");
        let path = cut(&path, &['\0']).to_lowercase();
        resolved(&each(&path, |part| match part {
            "." | ".." => part.to_owned(),
            _ => cut(part, &[':']).trim_end_matches(['.', ' ']).to_owned(),
        }))
    }),
    ("is made of files, and trims first", |target| {
        let path = decoded(path(target)).replace('\\', "/");
        resolved(&each(&path, |part| part.trim().to_owned()))
    }),
    ("ends at NUL", |target| cut(&decoded(path(target)), &['\0']).to_owned()),
    ("drops control characters", |target| {
        resolved(&decoded(path(target)).replace(|letter: char| letter.is_control(), ""))
    }),
    ("takes + for a space, and trims", |target| {
        let path = decoded(&path(target).replace('+', " "));
        resolved(&each(&path, |part| part.trim().to_owned()))
    }),
    ("takes letters for each other that look alike", |target| {
        resolved(&alike(&decoded(path(target))))
    }),
    ("everything at once", |target| {
        let path = alike(&decoded(&decoded(before_query(target))))
            .replace('\\', "/")
            .replace('+', " ");
        let path = cut(&path, &['?', '#', '\0']).to_owned();
        let path = each(&path, |part| cut(part.trim(), &[';']).trim().to_owned());
        let is_name = |letter: char| letter.is_alphanumeric() || "-_~".contains(letter);
        // A format may be all that there is of a segment; other signs at its beginning belong to it.
        each(&resolved(&path), |part| {
            match part.split(|letter| !is_name(letter)).next() {
                Some("") if !part.starts_with('.') => part.to_owned(),
                begins => begins.unwrap_or_default().to_owned(),
            }
        })
    }),
];

/// What the API has at a path; nothing for 404.
pub fn served(path: &str) -> Option<&'static str> {
    let path = path.trim_end_matches('/');
    let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    match parts[..] {
        ["internal", "admin"] => Some("internal"),
        ["api", "v1", "rates"] | ["api", "v1", "rates", _] => Some("rates"),
        ["api", "v1", "shipments"] | ["api", "v1", "shipments", _] => Some("shipments"),
        ["api", "v1", "exports"] => Some("exports"),
        ["api", "v1", "renders"] => Some("renders"),
        ["api", "v1", "webhooks"] => Some("webhooks"),
        ["api", "v1", "nowhere"] => Some("nowhere"),
        ["api", "v1", "admin", ..] => Some("admin"),
        _ => None,
    }
}

/// The target without scheme, host, query and fragment.
fn path(target: &str) -> &str {
    cut(before_query(target), &['#'])
}

fn before_query(target: &str) -> &str {
    let target = match target.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
            rest.find('/').map_or("/", |slash| &rest[slash..])
        }
        _ => target,
    };
    cut(target, &['?'])
}

fn cut<'a>(text: &'a str, at: &[char]) -> &'a str {
    text.split(at).next().unwrap_or_default()
}

fn each(path: &str, change: impl Fn(&str) -> String) -> String {
    path.split('/').map(change).collect::<Vec<_>>().join("/")
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.flat_map(|part| ["/", part]).collect()
}

/// Without empty segments, `.` and `..`.
fn resolved(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    joined(parts.into_iter())
}

/// Percent-encoding resolved as leniently as anybody does: what is none stays, `%uXXXX` is one, UTF-8 may be overlong.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    let number = |digits: &[u8]| {
        let digits = std::str::from_utf8(digits).ok()?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
        u32::from_str_radix(digits, 16).ok()
    };
    while let Some((first, after)) = rest.split_first() {
        let wide = after
            .first()
            .filter(|_| *first == b'%')
            .is_some_and(|u| u.eq_ignore_ascii_case(&b'u'));
        let two = after.get(..2).and_then(number).filter(|_| *first == b'%');
        let four = after.get(1..5).and_then(number).filter(|_| wide);
        if let Some(letter) = four.and_then(char::from_u32) {
            bytes.extend(letter.to_string().bytes());
            rest = &after[5..];
        } else if let Some(byte) = two {
            bytes.push(u8::try_from(byte).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    let mut text = String::new();
    let mut rest = &bytes[..];
    while let Some((first, after)) = rest.split_first() {
        let more = |count: usize| {
            after
                .get(..count)
                .filter(|more| more.iter().all(|byte| byte & 0xc0 == 0x80))
        };
        let overlong = match first {
            0xc0 | 0xc1 => more(1),
            0xe0 => more(2),
            0xf0 => more(3),
            _ => None,
        };
        let first_bits = match first {
            0xc1 => 1,
            _ => 0,
        };
        let value = overlong.map(|more| {
            more.iter()
                .fold(first_bits, |value, byte| value << 6 | u32::from(byte & 0x3f))
        });
        if let (Some(more), Some(value @ ..0x80)) = (overlong, value) {
            text.extend(char::from_u32(value));
            rest = &after[more.len()..];
            continue;
        }
        let length = (1..=4).find(|length| {
            rest.get(..*length)
                .is_some_and(|part| std::str::from_utf8(part).is_ok())
        });
        let part = rest.get(..length.unwrap_or(1)).unwrap();
        text.push_str(&match std::str::from_utf8(part) {
            Ok(part) => Cow::Borrowed(part),
            // As Latin-1.
            Err(_) => Cow::Owned(char::from(*first).to_string()),
        });
        rest = &rest[part.len()..];
    }
    text
}

fn alike(text: &str) -> String {
    let invisible = |letter: &char| matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    let text = text.chars().filter(|letter| !invisible(letter)).nfkc();
    text.map(|letter| if matches!(letter, 'ı' | 'İ') { 'i' } else { letter })
        .flat_map(char::to_lowercase)
        .collect()
}

#[test]
fn models_read_what_they_are_named_after() {
    let serve = |name: &str, target: &str| {
        let (_, read) = MODELS.iter().find(|(known, _)| *known == name).unwrap();
        served(&read(target))
    };
    for (name, target) in [
        ("strict", "/api/v1/exports?x"),
        ("decodes", "/api/v1/%65xports"),
        ("decodes before it looks for a query", "/api/v1/exports%3Fx"),
        ("decodes twice", "/api/v1/%2565xports"),
        ("knows no fragments", "/api/v1/rates#/../exports"),
        ("merges slashes", "//api//v1/exports"),
        ("ignores capitals", "/API/v1/Exports"),
        ("takes formats off (Rails)", "/api/v1/exports.json"),
        ("takes all formats off (Spring)", "/api/v1/exports.tar.gz"),
        ("takes matrix parameters off (Tomcat)", "/api/v1/x/..;a=b/exports;c"),
        ("takes matrix parameters off after decoding", "/api/v1/exports%3Bc"),
        ("is made of files (Windows)", "/api\\v1/exports.%20"),
        ("ends at NUL", "/api/v1/exports%00.png"),
        ("takes + for a space, and trims", "/api/v1/exports+"),
        (
            "takes letters for each other that look alike",
            "/api/v1/%EF%BD%85xports",
        ),
        ("everything at once", "/API/x/..;y/v1/%2565XPORTS.json%20"),
        ("strict", "http://api/api/v1/exports"),
        ("decodes", "/api%c0%afv1%u002fexports"),
    ] {
        assert_eq!(serve(name, target), Some("exports"), "{name} {target}");
    }
    for (name, read) in MODELS {
        assert_eq!(served(&read("/api/v1/exports")), Some("exports"), "{name}");
        assert_eq!(served(&read("/api/v1/exportsandmore")), None, "{name}");
    }
}
