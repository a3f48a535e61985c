//! Objects that name a member twice. Parsers differ in which of the two they take (RFC 8259, section 4): what one program has
//! looked at is not what the next one does. So neither is taken, at whatever depth, and in what is only handed on too.

use std::collections::HashSet;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::api::errors::{ApiError, Result};

/// What is said at the member.
const TWICE: &str = "It stands twice in one object. Send it once.";

/// The longest name that is told of one member.
const LONGEST_NAME: usize = 64;

/// Refuses what names a member twice. Whether it is JSON at all is for others to find out.
pub(crate) fn check(bytes: &[u8]) -> Result<()> {
    let mut place = Place::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    // An error without a member is a mistake in the syntax.
    let _ = Values(&mut place).deserialize(&mut json);
    match place.twice {
        None => Ok(()),
        Some(member) => Err(ApiError::Fields(vec![(member, TWICE.to_owned())])),
    }
}

/// Where in the body we are.
#[derive(Default)]
struct Place {
    /// `data`, `.items`, `[3]`, …
    path: Vec<String>,
    twice: Option<String>,
}

impl Place {
    fn name(&self, name: &str) -> String {
        let name: String = name.chars().take(LONGEST_NAME).collect();
        if self.path.is_empty() { name } else { format!(".{name}") }
    }
}

/// Reads a value, and keeps nothing of it.
struct Values<'a>(&'a mut Place);

impl<'de> DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("any JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> std::result::Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key::<String>()? {
            let shown = self.0.name(&name);
            self.0.path.push(shown);
            if !names.insert(name) {
                self.0.twice = Some(self.0.path.concat());
                return Err(A::Error::custom("a member stands twice"));
            }
            members.next_value_seed(Values(self.0))?;
            self.0.path.pop();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> std::result::Result<(), A::Error> {
        for index in 0.. {
            self.0.path.push(format!("[{index}]"));
            let item = items.next_element_seed(Values(self.0))?;
            self.0.path.pop();
            if item.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> std::result::Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn twice(text: &str) -> Option<String> {
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
            // Wherever the rest goes wrong.
            (r#"{"a":1,"a":"#, "a"),
        ] {
            assert_eq!(twice(text).as_deref(), Some(member), "{text}");
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
            assert_eq!(twice(text), None, "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(twice(&deep), None);
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
            prop_assert_eq!(twice(&value.to_string()), None);
        }
    }
}
