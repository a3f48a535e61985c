//! Tables for programs and spreadsheets (RFC 4180).

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

/// A table on its way.
#[derive(Debug, Default)]
pub(in crate::web) struct Csv(String);

impl Csv {
    /// Adds a line.
    pub(in crate::web) fn line<Cell: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = Cell>) {
        for (place, cell) in cells.into_iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            self.cell(cell.as_ref());
        }
        self.0.push_str("\r\n");
    }

    fn cell(&mut self, text: &str) {
        // Spreadsheets take what begins like this for a formula, whoever wrote it. A number is none.
        let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<i64>().is_err();
        if !is_formula && !text.contains([',', '"', '\n', '\r']) {
            self.0.push_str(text);
            return;
        }
        self.0.push('"');
        if is_formula {
            self.0.push('\'');
        }
        self.0.push_str(&text.replace('"', "\"\""));
        self.0.push('"');
    }

    /// The answer: a file of this name, which is ours and plain.
    pub(in crate::web) fn answer(self, name: &str) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8; header=present"))
            .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")))
            .body(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stay_what_they_are_and_are_no_formulas() {
        let mut csv = Csv::default();
        csv.line(["day", "name"]);
        csv.line(["2026-11-30", "=HYPERLINK(\"x\")"]);
        csv.line(["-5", "a, b"]);
        csv.line(["@SUM(A1)", "two\nlines"]);
        assert_eq!(
            csv.0,
            "day,name\r\n2026-11-30,\"'=HYPERLINK(\"\"x\"\")\"\r\n-5,\"a, b\"\r\n\"'@SUM(A1)\",\"two\nlines\"\r\n"
        );
    }
}
