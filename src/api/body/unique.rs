//! Objects that name a member twice. Parsers differ in which of the two they take (RFC 8259, section 4): what one program has
//! looked at is not what the next one does. So neither is taken, at whatever depth, and in what is only passed on too.

use std::collections::HashSet;

use serde_json::value::RawValue;

use crate::api::errors::{ApiError, Result};

/// What is said at the member.
const TWICE: &str = "It stands twice in one object. Send it once.";

/// The longest name that is told of one member.
const LONGEST_NAME: usize = 64;

/// Refuses what names a member twice. Whether it is JSON at all is for others to find out.
pub(crate) fn check(bytes: &[u8]) -> Result<()> {
    let is_json = serde_json::from_slice::<&RawValue>(bytes).is_ok();
    match is_json.then(|| twice(bytes)).flatten() {
        None => Ok(()),
        Some(member) => Err(ApiError::Fields(vec![(member, TWICE.to_owned())])),
    }
}

/// An object or array that has not ended.
enum Open {
    Object {
        names: HashSet<String>,
        /// The name of the member that is being read.
        member: String,
        /// Whether a name comes next, and not a value.
        expects_name: bool,
    },
    Array {
        index: usize,
    },
}

/// The first member that stands twice, as in `data.items[3].name`. Of what is known to be JSON only brackets, commas and strings
/// matter; and neither its depth nor its numbers may be too large for us, since they may not be for those it is passed on to.
fn twice(json: &[u8]) -> Option<String> {
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while let Some(byte) = json.get(at) {
        match byte {
            b'{' => open.push(Open::Object {
                names: HashSet::new(),
                member: String::new(),
                expects_name: true,
            }),
            b'[' => open.push(Open::Array { index: 0 }),
            b'}' | b']' => drop(open.pop()),
            b',' => match open.last_mut() {
                Some(Open::Object { expects_name, .. }) => *expects_name = true,
                Some(Open::Array { index }) => *index += 1,
                None => {}
            },
            b'"' => {
                let end = end_of_string(json, at);
                if let Some(Open::Object {
                    names,
                    member,
                    expects_name: expects_name @ true,
                }) = open.last_mut()
                {
                    *expects_name = false;
                    *member = name(&json[at..end]);
                    if !names.insert(member.clone()) {
                        return Some(place(&open));
                    }
                }
                at = end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Behind the quotation mark that ends a string.
fn end_of_string(json: &[u8], begin: usize) -> usize {
    let mut at = begin + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

/// What a string says, however it is escaped. (What is escaped wrongly says what it looks like.)
fn name(string: &[u8]) -> String {
    serde_json::from_slice(string).unwrap_or_else(|_| String::from_utf8_lossy(string).into_owned())
}

fn place(open: &[Open]) -> String {
    let mut place = String::new();
    for one in open {
        match one {
            Open::Array { index } => place.push_str(&format!("[{index}]")),
            Open::Object { member, .. } => {
                if !place.is_empty() {
                    place.push('.');
                }
                place.extend(member.chars().take(LONGEST_NAME));
            }
        }
        // Deeper than anybody wants to read.
        if place.len() > 16 * LONGEST_NAME {
            place.push('…');
            break;
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Option<String> {
        match check(text.as_bytes()) {
            Err(ApiError::Fields(fields)) => Some(fields[0].0.clone()),
            _ => None,
        }
    }

    #[test]
    fn a_member_that_stands_twice_is_found_and_named() {
        for (text, member) in [
            (r#"{"a":1,"a":2}"#, "a"),
            (r#"{"a":1,"b":{"c":null,"c":null}}"#, "b.c"),
            (r#"{"a":[0,{"b":[[],{"c":true,"d":1.5,"c":"x"}]}]}"#, "a[1].b[1].c"),
            (r#"{"key":1,"k\u0065y":2}"#, "key"),
            (r#"[{"":1,"":2}]"#, "[0]."),
            // Numbers that are too large for us, and text with everything in it.
            (
                r#"{"n":1e400,"m":123456789012345678901234567890,"b":{"c":1,"c":2}}"#,
                "b.c",
            ),
            (r#"{"a":"},{\"b\":[\\","b":[["}"],{"x":"\\\"","x":1}]}"#, "b[1].x"),
            ("{\"\\ud800\":1,\"\\ud800\":2}", "\"\\ud800\""),
        ] {
            assert_eq!(found(text).as_deref(), Some(member), "{text}");
        }
    }

    #[test]
    fn what_stands_once_is_left_alone() {
        for text in [
            "",
            "{",
            "nonsense",
            "[1,1]",
            r#"{"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]}"#,
            r#"{"a":1,"A":2,"":3," ":4}"#,
            "-1",
            "1e400",
            "18446744073709551616",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(found(&deep("{}")), None);
        assert!(found(&deep(r#"{"a":1,"a":1}"#)).is_some());
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<i64>().prop_map(serde_json::Value::from),
            "[a-c]{0,2}".prop_map(serde_json::Value::from)
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
                proptest::collection::hash_map("[a-c]{0,2}", inner, 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_a_program_writes_is_never_refused(value in json()) {
            prop_assert_eq!(found(&value.to_string()), None);
        }
    }
}
