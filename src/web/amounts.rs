//! How amounts are written, and what they are of.

/// The name of a unit as a heading.
pub fn title(unit: &str) -> String {
    let mut characters = unit.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

/// `1,204`
pub fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        grouped.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let pairs = [
            (0, "0"),
            (7, "7"),
            (-1, "−1"),
            (-600, "−600"),
            (6_000, "6,000"),
            (-1_000_000, "−1,000,000"),
        ];
        for (number, words) in pairs {
            assert_eq!(grouped(number), words);
        }
    }

    #[test]
    fn a_unit_becomes_a_heading() {
        assert_eq!(
            (title("credits"), title("éclairs"), title("")),
            ("Credits".to_owned(), "Éclairs".to_owned(), String::new())
        );
    }
}
