//! Counts the tokens and brackets of a document before anything recursive reads it.

use super::limits::{NAME_BYTES, NESTING};

/// Why a document is not even parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// More tokens than allowed.
    Tokens,
    /// Brackets nested deeper than [`NESTING`].
    Nesting,
    /// A name longer than [`NAME_BYTES`].
    Name,
}

/// Counts the tokens. One pass over the text; stops at the first excess.
pub fn check(document: &str, max_tokens: u64) -> Result<u64, TooMuch> {
    let mut rest = document.as_bytes();
    let mut tokens = 0;
    let mut nesting = 0_usize;
    while let Some((&byte, behind)) = rest.split_first() {
        let length = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                rest = behind;
                continue;
            }
            b'#' => {
                rest = skip(rest, rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')));
                continue;
            }
            b'"' => string(rest),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' => run(rest),
            b'{' | b'(' | b'[' => {
                nesting += 1;
                1
            }
            b'}' | b')' | b']' => {
                nesting = nesting.saturating_sub(1);
                1
            }
            _ => 1,
        };
        tokens += 1;
        if tokens > max_tokens {
            return Err(TooMuch::Tokens);
        }
        if nesting > NESTING {
            return Err(TooMuch::Nesting);
        }
        if length > NAME_BYTES && (byte.is_ascii_alphabetic() || byte == b'_') {
            return Err(TooMuch::Name);
        }
        rest = skip(rest, Some(length));
    }
    Ok(tokens)
}

fn skip(text: &[u8], length: Option<usize>) -> &[u8] {
    length.and_then(|length| text.get(length..)).unwrap_or_default()
}

/// A name, a number or an ellipsis.
fn run(text: &[u8]) -> usize {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match text.first() {
        Some(b'.') => {
            if text.starts_with(b"...") {
                3
            } else {
                1
            }
        }
        Some(b'-' | b'0'..=b'9') => {
            let part = |at: &usize| {
                letter(&text[*at]) || matches!(text[*at], b'-' | b'+') || (text[*at] == b'.' && !text[*at..].starts_with(b"..."))
            };
            (0..text.len()).take_while(part).count()
        }
        _ => text.iter().take_while(|byte| letter(byte)).count(),
    }
}

/// A string, from quote to quote; one that does not end takes the rest.
fn string(text: &[u8]) -> usize {
    let (quote, escape): (&[u8], &[u8]) = if text.starts_with(b"\"\"\"") { (b"\"\"\"", b"\\\"\"\"") } else { (b"\"", b"\\") };
    let mut at = quote.len();
    while at < text.len() {
        if text[at..].starts_with(escape) {
            at += escape.len().max(2);
        } else if text[at..].starts_with(quote) {
            return at + quote.len();
        } else {
            at += 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(document: &str) -> u64 {
        (0..).find(|max| check(document, *max) != Err(TooMuch::Tokens)).unwrap()
    }

    #[test]
    fn tokens_are_counted_as_the_specification_does() {
        assert_eq!(count("{ a(x: \"{{{\\\"\", y: -1.5e3) ...F @include(if: $b) } # { not this"), 21);
        assert_eq!(count("\"\"\" \" \\\"\"\" { \"\"\" a"), 2);
        assert_eq!(count("{a...F...F 1.5...F}"), 10);
        assert_eq!(count(", \u{feff}\t"), 3, "a byte order mark is three bytes of its own");
    }

    #[test]
    fn nesting_and_names_and_endless_texts_are_bounded() {
        assert_eq!(check(&"{".repeat(1_000_000), 1_000_000), Err(TooMuch::Nesting));
        assert_eq!(check(&"a ".repeat(1_000_000), 4_000), Err(TooMuch::Tokens));
        assert_eq!(check(&format!("\"{}", "x".repeat(1_000_000)), 10), Ok(1));
        assert_eq!(check(&"x".repeat(NAME_BYTES), 10), Ok(1));
        assert_eq!(check(&format!("{{ _{} }}", "x".repeat(NAME_BYTES)), 10), Err(TooMuch::Name));
        assert_eq!(check(&"9".repeat(1_000), 10), Ok(1), "numbers are the parser's business");
    }
}
