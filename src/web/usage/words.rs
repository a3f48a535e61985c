//! What numbers are compared with, in words.

use crate::model::usage::Range;
use crate::web::amounts::grouped;

/// `12 % more than in the 7 days before (1,075)`
pub(super) fn change(now: i64, before: i64, range: Range) -> String {
    let words = range.words();
    if now == before {
        return format!("the same as in the {words} before");
    }
    if before == 0 {
        return format!("none in the {words} before");
    }
    let of_before = format!("in the {words} before ({})", grouped(before));
    let difference = i128::from(now.abs_diff(before));
    let percent = (difference * 100 + i128::from(before) / 2) / i128::from(before);
    match (percent, now > before) {
        (0, _) => format!("nearly the same as {of_before}"),
        (1_000.., true) => format!("{} times as many as {of_before}", grouped(now / before)),
        (_, true) => format!("{percent} % more than {of_before}"),
        (_, false) => format!("{percent} % less than {of_before}"),
    }
}

/// `12 %`
pub(super) fn share(part: i64, whole: i64) -> String {
    if whole == 0 {
        return String::new();
    }
    match i128::from(part) * 100 / i128::from(whole) {
        0 if part > 0 => "< 1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_said_in_words() {
        let change = |now, before| change(now, before, Range::Week);
        assert_eq!(change(0, 0), "the same as in the 7 days before");
        assert_eq!(change(5, 0), "none in the 7 days before");
        assert_eq!(change(1_204, 1_075), "12 % more than in the 7 days before (1,075)");
        assert_eq!(change(0, 4), "100 % less than in the 7 days before (4)");
        assert_eq!(
            change(1_000_001, 1_000_000),
            "nearly the same as in the 7 days before (1,000,000)"
        );
        assert_eq!(change(120, 10), "12 times as many as in the 7 days before (10)");
        assert_eq!(
            [share(1, 3), share(1, 1_000), share(0, 5), share(0, 0)],
            ["33 %", "< 1 %", "0 %", ""]
        );
    }
}
