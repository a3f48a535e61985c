//! The six characters at the end of a key: the CRC-32 of all that stands before them, in base 62.
//!
//! It guards against typos and lets garbage be refused without a look-up. It proves nothing: anybody can compute it.

/// The digits of base 62, in order of their value.
pub(super) const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How many characters a checksum has: the fewest that hold every 32-bit value in base 62.
pub(super) const LENGTH: usize = 6;

/// The checksum of `body` (prefix and random characters), most significant digit first, padded with zeros.
pub(super) fn of(body: &[u8]) -> [u8; LENGTH] {
    let mut rest = crc32fast::hash(body);
    let mut text = [b'0'; LENGTH];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // CRC-32 of "123456789" is 0xCBF43926 = 3421780262; in base 62 that is 3, 45, 35, 27, 22, 14.
        let digits = [3, 45, 35, 27, 22, 14].map(|value: usize| DIGITS[value]);
        let value = [3u64, 45, 35, 27, 22, 14].iter().fold(0, |sum, digit| sum * 62 + digit);
        assert_eq!(value, 3_421_780_262);
        assert_eq!(of(b"123456789"), digits);
        assert_eq!(of(b""), *b"000000");
    }
}
