//! Making a new key text from random bytes.

use rand::CryptoRng;
use zeroize::Zeroizing;

use super::{KeyFormat, KeyText, checksum};

impl KeyFormat {
    /// A new key text. `random` must be the operating system's generator or one seeded from it.
    pub fn mint<R: CryptoRng + ?Sized>(&self, random: &mut R) -> KeyText {
        let characters = self.alphabet.characters();
        // A byte of the last, incomplete round over the alphabet is thrown away: it would favour the first characters.
        let fair = 256 - 256 % characters.len();
        let mut text = String::with_capacity(self.text_length());
        text.push_str(&self.prefix);
        let end = self.prefix.len() + self.length;
        let mut pool = Zeroizing::new([0u8; 64]);
        while text.len() < end {
            random.fill_bytes(pool.as_mut_slice());
            let drawn = pool.iter().map(|&byte| usize::from(byte)).filter(|&value| value < fair);
            for value in drawn.take(end - text.len()) {
                text.push(char::from(characters[value % characters.len()]));
            }
        }
        if self.checksum {
            let check = checksum::of(text.as_bytes());
            text.extend(check.map(char::from));
        }
        KeyText::presented(text)
    }
}
