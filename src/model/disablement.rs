//! For how long a key is disabled: until somebody enables it, or for a while, to see who misses it.

use crate::model::timestamp::{DAY, HOUR, MINUTE, Timestamp};

/// What the form offers, and its words for it.
pub const CHOICES: [(&str, &str); 4] = [
    ("", "until somebody enables it"),
    ("15m", "for 15 minutes"),
    ("1h", "for 1 hour"),
    ("1d", "for 1 day"),
];

/// Reads a choice of the form: until when, if not until somebody enables it.
pub fn parse_choice(text: &str, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    match text {
        "" => Ok(None),
        "15m" => Ok(Some(now.plus(15 * MINUTE))),
        "1h" => Ok(Some(now.plus(HOUR))),
        "1d" => Ok(Some(now.plus(DAY))),
        _ => Err("Choose one of the times offered."),
    }
}

/// Reads the moment that a program names.
pub fn parse_moment(text: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    let at = Timestamp::parse_exactly(text).ok_or("Write the date like 2027-01-31 or 2027-01-31T18:00:00Z.")?;
    if at <= now {
        return Err("Pick a moment in the future: until then the key is refused.");
    }
    Ok(at)
}

/// Whether somebody who asks for this gets what there is already: the second half of a double click names a moment that is later by as
/// much as it came later.
pub fn is_the_same(there: Option<Timestamp>, asked: Option<Timestamp>) -> bool {
    match (there, asked) {
        (None, None) => true,
        (Some(there), Some(asked)) => (there.millis() - asked.millis()).abs() < 2_000,
        _ => false,
    }
}

/// In words for the trail.
pub fn words(until: Option<Timestamp>) -> String {
    until.map_or_else(String::new, |until| format!("until {}", until.rfc3339()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_of_the_form_is_understood() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let until = CHOICES.map(|(word, _)| parse_choice(word, now).unwrap());
        let after = |millis: i64| Some(now.plus(millis));
        assert_eq!(until, [None, after(900_000), after(3_600_000), after(86_400_000)]);
        assert!(parse_choice("2h", now).is_err());
    }

    #[test]
    fn a_program_names_a_moment_that_lies_ahead() {
        let now = Timestamp::parse("2027-01-31T18:00:00Z").unwrap();
        assert_eq!(parse_moment("2027-01-31T18:00:01Z", now), Ok(now.plus(1_000)));
        for other in ["2027-01-31T18:00:00Z", "2020-01-01", "1h", ""] {
            assert!(parse_moment(other, now).is_err(), "{other}");
        }
    }

    #[test]
    fn a_double_click_asks_for_the_same() {
        let at = Timestamp::from_millis(1_800_000_000_000);
        assert!(is_the_same(None, None));
        assert!(is_the_same(Some(at), Some(at.plus(1_500))));
        assert!(!is_the_same(Some(at), Some(at.plus(900_000))));
        assert!(!is_the_same(Some(at), None) && !is_the_same(None, Some(at)));
    }
}
