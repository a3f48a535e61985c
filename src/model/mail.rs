//! What becomes of a mail.

use crate::model::timestamp::{DAY, HOUR, MINUTE, SECOND, Timestamp};

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailState {
    Waiting,
    Delivered,
    Failed,
    /// It is written for the sake of the time it takes, and never sent.
    Nobodys,
}

impl MailState {
    pub fn as_str(self) -> &'static str {
        match self {
            MailState::Waiting => "waiting",
            MailState::Delivered => "delivered",
            MailState::Failed => "failed",
            MailState::Nobodys => "nobodys",
        }
    }
}

/// How long a mail is tried, in milliseconds.
pub const TRIED_FOR: i64 = 2 * DAY;

/// The pauses between attempts, in milliseconds; from then on, the last one.
const PAUSES: [i64; 9] = [
    5 * SECOND,
    20 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
];

/// When a mail is tried again after so many attempts, a little later than planned so that not all come at once; nothing when it
/// would be too late.
pub fn next_attempt(
    attempts: i64,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    random: u32,
) -> Option<Timestamp> {
    let place = usize::try_from(attempts - 1).unwrap_or_default().min(PAUSES.len() - 1);
    let pause = PAUSES[place] + PAUSES[place] / 10 * i64::from(random % 100) / 100;
    let last = created_at.plus(TRIED_FOR);
    if now >= last {
        return None;
    }
    let next = now.plus(pause).min(last);
    Some(next).filter(|next| expires_at.is_none_or(|end| *next < end))
}

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
    /// The server answered with 4xx, which means later, or 5xx, which means never: unless that is about us and not about the mail
    /// (a command or a sign-in that it does not take, RFC 5321 section 4.2.2 and RFC 4954 section 6), which its operator or ours
    /// can mend.
    pub fn answered(code: u16, text: &str) -> Self {
        Self {
            code: Some(code),
            why: without_content(text),
            is_final: code >= 500 && !matches!(code, 500..=504 | 530 | 534 | 535 | 538),
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
        // A wrong password is ours to mend: no mail is lost to it.
        assert!(!Failure::answered(535, "5.7.8 no").is_final && !Failure::answered(502, "").is_final);
        let token = "hQ3vZ0pXkq9T1mJw7bYcRr5uGd8sLe2nAfKxP4tViWo";
        assert_eq!(Failure::answered(451, token).why, "…");
    }

    #[test]
    fn a_mail_is_tried_for_two_days_with_growing_pauses() {
        let start = Timestamp::from_millis(1_800_000_000_000);
        let (mut now, mut attempts, mut last_pause) = (start, 1, 0);
        while let Some(next) = next_attempt(attempts, start, None, now, 0) {
            let pause = next.millis() - now.millis();
            assert!(pause >= last_pause || next == start.plus(TRIED_FOR));
            (now, attempts, last_pause) = (next, attempts + 1, pause);
        }
        assert_eq!(now, start.plus(TRIED_FOR));
        assert!((15..25).contains(&attempts), "{attempts}");
        let soon = Some(start.plus(3 * SECOND));
        assert_eq!(
            next_attempt(1, start, soon, start, 0),
            None,
            "its link has ended by then"
        );
    }
}
