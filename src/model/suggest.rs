//! "Did you mean …?": the known word nearest to a mistyped one.

/// A half-sentence to hang behind "there is no …", or nothing if no known word is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"))
}

/// The known word that is meant, if one is near.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the word may be wrong: enough for typos, too little for another word of the same length.
    let tolerance = (word.chars().count() / 3).clamp(1, 4);
    known
        .into_iter()
        .map(|candidate| (distance(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be added, dropped, replaced or swapped with their neighbour to turn one word into the other.
fn distance(one: &str, two: &str) -> usize {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let mut rows = vec![vec![0; two.len() + 1]; one.len() + 1];
    rows[0] = (0..=two.len()).collect();
    for i in 1..=one.len() {
        rows[i][0] = i;
        for j in 1..=two.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(one[i - 1] != two[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == two[j - 2] && one[i - 2] == two[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[one.len()][two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 4] = ["label", "prefix", "prefixes", "access"];

    #[test]
    fn a_typo_finds_its_word() {
        for (typo, word) in [
            ("lable", "label"),
            ("Label", "label"),
            ("acess", "access"),
            ("prefixs", "prefix"),
        ] {
            assert_eq!(nearest(typo, KNOWN), Some(word));
        }
        assert_eq!(did_you_mean("lable", KNOWN), "; did you mean \"label\"?");
    }

    #[test]
    fn another_word_finds_nothing() {
        assert_eq!(nearest("colour", KNOWN), None);
        assert_eq!(nearest("", KNOWN), None);
        assert_eq!(did_you_mean("colour", []), "");
    }
}
