//! What a document is known by: the SHA-256 of its text.

use sha2::{Digest, Sha256};
use std::fmt;

/// The SHA-256 of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha(pub(super) [u8; 32]);

impl Sha {
    /// That of this text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// From 64 hexadecimal digits in lower case: one hash has one form.
    pub fn parse(hex: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let hex: &[u8; 64] = hex.as_bytes().try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }
}

impl From<[u8; 32]> for Sha {
    fn from(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_64_digits_in_lower_case_and_nothing_else() {
        let hex = "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e";
        // the example of the GraphQL-over-HTTP specification, appendix A
        let document = Sha::of("query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}");
        assert_eq!((document.to_string().as_str(), Sha::parse(hex)), (hex, Some(document)));
        for bad in ["", "7d", &hex.to_uppercase(), &format!("{hex}0"), &hex.replace('e', "g"), &"ü".repeat(32)] {
            assert_eq!(Sha::parse(bad), None, "{bad}");
        }
    }
}
