//! Reading the tables inside a table: `[api]`, `[[scope]]`, `[plan.pro]`, and small ones in braces.

use toml::Spanned;
use toml::de::DeValue;

use super::{Notes, Placed, Section};

impl<'t> Section<'t> {
    /// The table `[key]`, if it is there.
    pub(in crate::profile) fn table(&self, key: &str, notes: &mut Notes<'_>) -> Option<Section<'t>> {
        let (_, value) = self.entry(key)?;
        self.table_of(key, format!("[{key}]"), value, notes)
    }

    /// The small table `key = { … }` of this one, if it is there.
    pub(in crate::profile) fn part(&self, key: &str, notes: &mut Notes<'_>) -> Option<Section<'t>> {
        let (_, value) = self.entry(key)?;
        self.table_of(key, format!("{key} of {}", self.title), value, notes)
    }

    /// The table `[this.key]`, if it is there.
    pub(in crate::profile) fn inner(&self, key: &str, notes: &mut Notes<'_>) -> Option<Section<'t>> {
        let (_, value) = self.entry(key)?;
        let outer = self.title.trim_matches(['[', ']']);
        self.table_of(key, format!("[{outer}.{key}]"), value, notes)
    }

    /// Every table `[[key]]`, in the order of the file.
    pub(in crate::profile) fn tables(&self, key: &str, notes: &mut Notes<'_>) -> Vec<Section<'t>> {
        let Some((at, value)) = self.entry(key) else {
            return Vec::new();
        };
        let DeValue::Array(list) = value.get_ref() else {
            notes.add(
                at,
                format!("\"{key}\" is a list of tables: write [[{key}]] with double brackets above each"),
            );
            return Vec::new();
        };
        let outer = self.title.strip_prefix('[').and_then(|title| title.strip_suffix(']'));
        let title = outer.map_or_else(|| format!("[[{key}]]"), |outer| format!("[[{outer}.{key}]]"));
        list.iter()
            .filter_map(|item| self.table_of(key, title.clone(), item, notes))
            .collect()
    }

    /// Every table `[key.name]` with its name, in the order of the file.
    pub(in crate::profile) fn named_tables(
        &self,
        key: &str,
        notes: &mut Notes<'_>,
    ) -> Vec<(Placed<String>, Section<'t>)> {
        let Some((at, value)) = self.entry(key) else {
            return Vec::new();
        };
        let DeValue::Table(table) = value.get_ref() else {
            notes.add(
                at,
                format!("each \"{key}\" is a table of its own: write [{key}.name], with its name for \"name\""),
            );
            return Vec::new();
        };
        let outer = Section::new(format!("[{key}]"), at, table);
        let sections = outer.names().into_iter().filter_map(|name| {
            let (_, value) = outer.entry(&name.value)?;
            let section = outer.table_of(&name.value, format!("[{key}.{}]", name.value), value, notes)?;
            Some((name, section))
        });
        sections.collect()
    }

    fn table_of(
        &self,
        key: &str,
        title: String,
        value: &'t Spanned<DeValue<'t>>,
        notes: &mut Notes<'_>,
    ) -> Option<Section<'t>> {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Table(table) => Some(Section::new(title, at, table)),
            other => {
                self.wrong_kind(key, "a table", other, at, notes);
                None
            }
        }
    }
}
