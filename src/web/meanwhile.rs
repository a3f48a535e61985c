//! What was saved elsewhere while a form was open: shown beside what was typed, for the person to choose. The form comes again with
//! what was typed, and saving it once more means: mine.

/// What the choice is between; of nothing, where there is none. Drawn by `components/meanwhile.html`.
#[derive(Clone, Debug, Default)]
pub struct Meanwhile {
    /// What was changed: `key`.
    pub what: &'static str,
    /// Where the form opens with what is saved.
    pub url: String,
    /// Where the two differ: the field, what is saved, what was typed.
    pub differences: Vec<[String; 3]>,
}

impl Meanwhile {
    /// Of the fields of a form, those that differ.
    pub fn of(
        what: &'static str,
        url: String,
        fields: impl IntoIterator<Item = (&'static str, String, String)>,
    ) -> Self {
        let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        let differences = fields
            .into_iter()
            .filter(|(_, saved, typed)| saved != typed)
            .map(|(field, saved, typed)| [field.to_owned(), or_none(saved), or_none(typed)])
            .collect();
        Self { what, url, differences }
    }

    /// What the button of the form says.
    pub fn save(&self) -> &'static str {
        if self.differences.is_empty() {
            "Save"
        } else {
            "Save mine"
        }
    }
}

/// What a form says that it showed, if it says it.
pub fn known(seen: &str) -> Option<&str> {
    (!seen.is_empty()).then_some(seen)
}
