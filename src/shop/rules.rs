//! What texts and lists may be: the same rules for mutations and for imports. Messages say what is expected.

use super::{ArticleId, Block};
use unicode_normalization::UnicodeNormalization as _;

/// The most that an article's blocks may take as JSON, in bytes.
pub const MAX_BLOCK_BYTES: usize = 1 << 20;
/// Most blocks of an article.
pub const MAX_BLOCKS: usize = 1_000;

/// What is wrong with a value, for the person who gave it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct BrokenRule {
    /// In words.
    pub reason: String,
    /// Where, within a value of several parts: `2.heading.level`.
    pub place: Option<String>,
}

impl BrokenRule {
    /// The value as a whole is wrong.
    pub fn new(reason: impl std::fmt::Display) -> Self {
        Self { reason: reason.to_string(), place: None }
    }

    /// This part of it is wrong.
    pub fn at(self, place: impl std::fmt::Display) -> Self {
        Self { place: Some(place.to_string()), ..self }
    }
}

/// A value that keeps the rules.
pub type Checked<T> = Result<T, BrokenRule>;

fn broken<T>(reason: impl std::fmt::Display) -> Checked<T> {
    Err(BrokenRule::new(reason))
}

/// At most 60 characters of a text, in quotes, for a message.
pub fn shown(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    if cut.len() < text.len() { format!("{cut:?}…") } else { format!("{cut:?}") }
}

/// A text of `min` to `max` characters, without NUL, which PostgreSQL cannot keep.
pub fn text(text: String, min: usize, max: usize) -> Checked<String> {
    let length = text.chars().count();
    if text.contains('\0') {
        broken("may not hold the character NUL")
    } else if (min..=max).contains(&length) {
        Ok(text)
    } else {
        broken(format_args!("has {length} characters: expected {min} to {max}"))
    }
}

/// A text that stands in a list for people to read: 1 to `max` characters, not only white space.
pub fn name(given: String, max: usize) -> Checked<String> {
    if given.trim().is_empty() { broken("is empty") } else { text(given, 1, max) }
}

/// 1 to 100 lower-case letters, digits and hyphens.
pub fn slug(slug: String) -> Checked<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=100).contains(&slug.len()) && slug.chars().all(allowed) {
        Ok(slug)
    } else {
        broken(format_args!("{} is not a slug: expected 1 to 100 lower-case letters, digits and hyphens", shown(&slug)))
    }
}

/// An e-mail address as the shop keeps it: composed (NFC) and lower case, so that two ways of writing one address are one.
pub fn email(given: &str) -> Checked<String> {
    let email: String = given.trim().nfc().flat_map(char::to_lowercase).nfc().collect();
    let parts = email.split_once('@').filter(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    let plain = !email.contains(|c: char| c.is_whitespace() || c.is_control());
    if parts.is_some() && plain && email.len() <= 254 {
        Ok(email)
    } else {
        broken(format_args!("{} is not an e-mail address of at most 254 bytes", shown(given)))
    }
}

/// Lower case, no duplicates, at most `most`, each 1 to 100 characters and not only white space.
pub fn tags(tags: Vec<String>, most: usize) -> Checked<Vec<String>> {
    if tags.len() > most {
        return broken(format_args!("has {} entries: expected at most {most}", tags.len()));
    }
    for (index, tag) in tags.iter().enumerate() {
        if tag.trim().is_empty() || tag.contains('\0') || tag.chars().count() > 100 || *tag != tag.to_lowercase() {
            return Err(BrokenRule::new(format_args!("{} is not a tag: expected lower case, 1 to 100 characters", shown(tag))).at(index));
        }
        if tags[..index].contains(tag) {
            return Err(BrokenRule::new(format_args!("{} stands there twice", shown(tag))).at(index));
        }
    }
    Ok(tags)
}

/// A BCP 47 language tag.
pub fn locale(locale: String) -> Checked<String> {
    let subtag = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if (2..=35).contains(&locale.len()) && locale.split('-').all(subtag) {
        Ok(locale)
    } else {
        broken(format_args!("{} is not a BCP 47 language tag, for example de-CH", shown(&locale)))
    }
}

/// The blocks of an article.
pub fn blocks(blocks: Vec<Block>) -> Checked<Vec<Block>> {
    if blocks.len() > MAX_BLOCKS {
        return broken(format_args!("has {} blocks: expected at most {MAX_BLOCKS}", blocks.len()));
    }
    for (index, block) in blocks.iter().enumerate() {
        let wrong = |part: &str, reason: &str| {
            Err(BrokenRule::new(format_args!("block {}: {reason}", index + 1)).at(format_args!("{index}.{part}")))
        };
        if matches!(block, Block::Heading { level, .. } if !(1..=6).contains(level)) {
            return wrong("heading.level", "a heading's level is 1 to 6");
        }
        if let Some((part, _)) = texts(block).into_iter().find(|(_, text)| text.is_some_and(|text| text.contains('\0'))) {
            return wrong(part, "may not hold the character NUL");
        }
    }
    match serde_json::to_string(&blocks) {
        Ok(json) if json.len() > MAX_BLOCK_BYTES => broken(format_args!("takes more than {MAX_BLOCK_BYTES} bytes")),
        Ok(_) => Ok(blocks),
        Err(error) => broken(error),
    }
}

/// The texts of a block, each with its place in the input.
fn texts(block: &Block) -> [(&'static str, Option<&str>); 3] {
    let none = ("", None);
    match block {
        Block::Paragraph { text } => [("paragraph.text", Some(text)), none, none],
        Block::Heading { text, .. } => [("heading.text", Some(text)), none, none],
        Block::Code { language, source } => [("code.language", Some(language)), ("code.source", Some(source)), none],
        Block::Image { url, alt, caption } => [("image.url", Some(url)), ("image.alt", Some(alt)), ("image.caption", caption.as_deref())],
        Block::Quote { text, attribution } => [("quote.text", Some(text)), ("quote.attribution", attribution.as_deref()), none],
        Block::ProductEmbed { note, .. } => [("productEmbed.note", note.as_deref()), none, none],
    }
}

/// An idempotency key.
pub fn once_key(key: String) -> Checked<String> {
    if (1..=super::once::MAX_KEY_BYTES).contains(&key.len()) && !key.contains('\0') {
        Ok(key)
    } else {
        broken(format_args!("an idempotency key has 1 to {} bytes, and no NUL", super::once::MAX_KEY_BYTES))
    }
}

/// A slug for an article that was given none: from its id, so that it is free.
pub fn slug_of(id: ArticleId) -> String {
    id.to_string().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_of_writing_one_address_are_one() {
        let composed = email(" Zo\u{eb}@Example.com").unwrap();
        assert_eq!(composed, email("zoe\u{308}@example.COM").unwrap());
        assert_eq!(composed, "zo\u{eb}@example.com");
        for bad in ["", "@", "a@", "@b", "a b@c", "a@b@c", "a\u{0}@b", &format!("{}@b", "a".repeat(254))] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(text("ß".repeat(5), 1, 5).is_ok());
        assert!(text("ß".repeat(6), 1, 5).is_err());
        assert!(text("a\0b".into(), 0, 9).is_err());
        assert!(name("  ".into(), 9).is_err());
    }

    #[test]
    fn a_part_that_is_wrong_is_named_and_what_only_looks_like_nul_is_kept() {
        let code = |source: &str| Block::Code { language: "c".into(), source: source.into() };
        assert!(blocks(vec![code(r"\u0000")]).is_ok());
        let place = |blocks_given: Vec<Block>| blocks(blocks_given).unwrap_err().place;
        assert_eq!(place(vec![code("fine"), code("a\0b")]).as_deref(), Some("1.code.source"));
        assert_eq!(place(vec![Block::Heading { level: 0, text: "x".into() }]).as_deref(), Some("0.heading.level"));
        let wrong = |given: [&str; 2]| tags(given.map(str::to_owned).to_vec(), 9).unwrap_err().place;
        assert_eq!([wrong(["a", "a"]), wrong(["a", " "])].map(|place| place.unwrap()), ["1", "1"]);
    }
}
