//! JSON written by hand, for the few answers that are given for every request of somebody else's API.

use crate::domain::verify::records::DisplayPrefix;
use crate::model::timestamp::Timestamp;

/// JSON text that grows. Whoever writes with it keeps it well-formed.
pub struct Json(String);

impl Json {
    /// Nothing yet; room for an answer of usual length.
    pub fn with_room() -> Self {
        Self(String::with_capacity(640))
    }

    /// What has been written so far, to go on.
    pub fn after(text: String) -> Self {
        Self(text)
    }

    /// Punctuation, names, and words that need no escape.
    pub fn raw(&mut self, text: &str) -> &mut Self {
        self.0.push_str(text);
        self
    }

    /// A whole number.
    pub fn number(&mut self, number: i64) -> &mut Self {
        self.raw(&number.to_string())
    }

    /// A string.
    pub fn text(&mut self, text: &str) -> &mut Self {
        let is_plain = |byte: u8| (byte >= 0x20) & (byte != b'"') & (byte != b'\\');
        // Not `all`: looking at every byte, many at once, is quicker than stopping at the first.
        if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
            return self.raw("\"").raw(text).raw("\"");
        }
        // A string can always be written.
        self.raw(serde_json::to_string(text).as_deref().unwrap_or("\"\""))
    }

    /// A display prefix: characters of a key, so nothing to escape.
    pub fn prefix(&mut self, prefix: DisplayPrefix<'_>) -> &mut Self {
        self.raw("\"").raw(prefix.common).raw(prefix.own).raw("\"")
    }

    /// An id, as a string.
    pub fn id(&mut self, id: uuid::Uuid) -> &mut Self {
        let mut buffer = uuid::Uuid::encode_buffer();
        let text = id.hyphenated().encode_lower(&mut buffer);
        self.raw("\"").raw(text).raw("\"")
    }

    /// A moment, or `null`.
    pub fn moment(&mut self, at: Option<Timestamp>) -> &mut Self {
        match at {
            None => self.raw("null"),
            Some(at) => self.text(&at.rfc3339()),
        }
    }

    /// A list of strings.
    pub fn texts(&mut self, texts: &[String]) -> &mut Self {
        self.raw("[");
        for (place, text) in texts.iter().enumerate() {
            if place > 0 {
                self.raw(",");
            }
            self.text(text);
        }
        self.raw("]")
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let mut json = Json::with_room();
        let texts = ["plain", "”quoted”", "a \"b\" \\ \u{1} \n", "</script>", "日本"].map(str::to_owned);
        json.texts(&texts);
        let read: Vec<String> = serde_json::from_str(&json.finish()).unwrap();
        assert_eq!(read, texts);
    }
}
