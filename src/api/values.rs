//! What headers say, written one behind the other into memory that each worker has for it and uses again and again: it is where
//! the processor still has it, whoever the keys belong to, and asks the allocator for nothing.

use std::cell::RefCell;

use actix_web::http::header::HeaderValue;
use bytes::BytesMut;
use uuid::Uuid;

/// What a header says where there is nothing to say.
pub(in crate::api) const NOTHING: HeaderValue = HeaderValue::from_static("");

/// Memory for the values of some answers. It is used again once they have all been sent, and until then there is other.
const BLOCK: usize = 8 * 1024;

/// How much of it there is at the least when an answer begins. More than the values of most.
const ANSWER: usize = 512;

thread_local! {
    static ROOM: RefCell<BytesMut> = RefCell::new(BytesMut::with_capacity(BLOCK));
}

/// Writes values.
pub(in crate::api) struct Values<'a>(&'a mut BytesMut);

/// Writes the values of an answer.
pub(in crate::api) fn write<T>(write: impl FnOnce(&mut Values<'_>) -> T) -> T {
    ROOM.with_borrow_mut(|room| {
        room.reserve(ANSWER);
        write(&mut Values(room))
    })
}

impl Values<'_> {
    /// Ids, words of the profile, the beginning of a key, subjects (see `domain::verify::tokens`), templates (see
    /// `model::inbound::Template`): all are ASCII without control characters.
    pub(in crate::api) fn text(&mut self, text: &str) -> HeaderValue {
        self.bytes(text.as_bytes())
    }

    /// The same, of what is not yet a text.
    pub(in crate::api) fn bytes(&mut self, text: &[u8]) -> HeaderValue {
        self.0.extend_from_slice(text);
        self.written()
    }

    /// Two texts, as one.
    pub(in crate::api) fn both(&mut self, one: &str, other: &str) -> HeaderValue {
        self.0.extend_from_slice(one.as_bytes());
        self.text(other)
    }

    /// Words, with spaces between them.
    pub(in crate::api) fn words(&mut self, words: &[String]) -> HeaderValue {
        for (number, word) in words.iter().enumerate() {
            self.0.extend_from_slice(if number == 0 { b"" } else { b" " });
            self.0.extend_from_slice(word.as_bytes());
        }
        self.written()
    }

    pub(in crate::api) fn id(&mut self, id: Uuid) -> HeaderValue {
        let mut text = Uuid::encode_buffer();
        self.text(id.hyphenated().encode_lower(&mut text))
    }

    fn written(&mut self) -> HeaderValue {
        if self.0.is_empty() {
            return NOTHING;
        }
        HeaderValue::from_maybe_shared(self.0.split().freeze()).unwrap_or(NOTHING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_what_they_are_while_others_are_written() {
        let long = "x".repeat(2 * BLOCK);
        let words = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let id = Uuid::from_u128(0x0192_3456_789a_7bcd_8ef0_1234_5678_9abc);
        let some = || {
            write(|values| {
                [
                    values.text("one"),
                    values.text(""),
                    values.both("kh_", "live"),
                    values.words(&words),
                    values.words(&[]),
                    values.id(id),
                    values.text(&long),
                    values.text("not\none"),
                    values.text("after it"),
                ]
            })
        };
        let texts = [
            "one",
            "",
            "kh_live",
            "a b c",
            "",
            "01923456-789a-7bcd-8ef0-123456789abc",
            &long,
            "",
            "after it",
        ];
        let kept: Vec<_> = (0..1_000).map(|_| some()).collect();
        assert!(kept.iter().all(|values| values == &texts));
        drop(kept);
        assert_eq!(some(), texts);
    }
}
