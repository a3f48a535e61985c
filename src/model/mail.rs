//! What becomes of a mail.

/// Why an attempt to deliver a mail failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What the server answered (RFC 5321, 4.2), if it did.
    pub code: Option<u16>,
    /// For the log: nothing of the mail is in it.
    pub why: String,
    /// Whether trying again is of no use.
    pub is_final: bool,
}

impl Failure {
    /// The server answered with 4xx, which means later, or 5xx, which means never.
    pub fn answered(code: u16, text: &str) -> Self {
        Self {
            code: Some(code),
            why: without_content(text),
            is_final: code >= 500,
        }
    }

    /// The server said nothing for too long.
    pub fn silence() -> Self {
        Self::unreachable("the mail server says nothing")
    }

    /// There was no conversation.
    pub fn unreachable(why: &str) -> Self {
        Self {
            code: None,
            why: without_content(why),
            is_final: false,
        }
    }

    /// The mail cannot be sent, by whatever server.
    pub fn impossible(why: &str) -> Self {
        Self {
            code: None,
            why: why.to_owned(),
            is_final: true,
        }
    }
}

/// A server may repeat what it was sent: addresses, links and tokens are left out, and so is what is long.
fn without_content(text: &str) -> String {
    let is_plain = |word: &&str| {
        word.len() <= 24
            && word
                .chars()
                .all(|character| character.is_ascii_graphic() && !"@/=<>".contains(character))
    };
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace().take(40) {
        match is_plain(&word) {
            true => words.push(word),
            false if words.last() != Some(&"…") => words.push("…"),
            false => {}
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_of_a_mail_is_not_kept() {
        let failure = Failure::answered(
            550,
            "5.1.1 <alice@example.com>: no such user\r\nhttps://keys.example/reset-password?token=abc sbRGl9kO2m4f8x1QyT7uVwZa",
        );
        assert_eq!(failure.why, "5.1.1 … no such user … sbRGl9kO2m4f8x1QyT7uVwZa");
        assert!(failure.is_final && !Failure::answered(450, "").is_final);
        let token = "hQ3vZ0pXkq9T1mJw7bYcRr5uGd8sLe2nAfKxP4tViWo";
        assert_eq!(Failure::answered(451, token).why, "…");
    }
}
