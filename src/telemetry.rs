//! Logs: a line is a sentence with dotted fields; no secret is ever in one.
