//! Texts: empty, too long by one, with NUL, that mean something to a store, or look like another.

use super::{Row, World, refused};
use serde_json::{Value, json};

/// Texts that people read: mutation, place, most characters.
const NAMES: [(&str, &str, usize); 9] = [
    ("signUp", "name", 200),
    ("updateProfile", "name", 200),
    ("createProduct", "sku", 64),
    ("createProduct", "name", 200),
    ("updateProduct", "sku", 64),
    ("updateProduct", "name", 200),
    ("createArticle", "title", 200),
    ("updateArticle", "title", 200),
    ("addComment", "body", 5_000),
];

/// Where slugs are taken.
const SLUGS: [&str; 4] = ["createProduct", "updateProduct", "createArticle", "updateArticle"];

/// Texts of a block, by their place.
const BLOCKS: [(&str, &str); 10] = [
    ("paragraph.text", r#"{ "text": "x" }"#),
    ("heading.text", r#"{ "level": 1, "text": "x" }"#),
    ("code.language", r#"{ "language": "c", "source": "x" }"#),
    ("code.source", r#"{ "language": "c", "source": "x" }"#),
    ("image.url", r#"{ "url": "x", "alt": "x" }"#),
    ("image.alt", r#"{ "url": "x", "alt": "x" }"#),
    ("image.caption", r#"{ "url": "x", "alt": "x" }"#),
    ("quote.text", r#"{ "text": "x" }"#),
    ("quote.attribution", r#"{ "text": "x" }"#),
    ("productEmbed.note", r#"{ "productId": "product_00000000000000000000000000" }"#),
];

pub fn rows(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut bad = |mutation, place: &str, text: &str| rows.push(Row::bad(world, mutation, place, json!(text)));
    for (mutation, place, most) in NAMES {
        let too_long = ["x".repeat(most + 1), "\u{301}".repeat(10_000), "🦀".repeat(most + 1), "x".repeat(100_000)];
        let blank = ["", " ", "\t\r\n", "\u{a0}\u{3000}", "\0", "a\0b", "\0".repeat(10).as_str()].map(str::to_owned);
        too_long.iter().chain(&blank).for_each(|text| bad(mutation, place, text));
    }
    for mutation in ["createProduct", "updateProduct"] {
        for text in ["x".repeat(10_001), "e".to_owned() + &"\u{301}".repeat(10_000), "a\0b".into(), "\0".into()] {
            bad(mutation, "description", &text);
        }
    }
    for mutation in SLUGS {
        let long = "a".repeat(101);
        for text in [
            "", " ", "A", "ü", "a b", "a_b", "a/b", "../a", "a%", "*", "a.b", "$a", "a\0", "a\n", "\u{202e}a", "a\u{200b}", "а", "🦀", "a:b",
            "' OR 1=1 --", "a'; DROP TABLE products; --", "{\"$ne\":null}", "\u{131}", &long,
        ] {
            bad(mutation, "slug", text);
        }
    }
    let long_email = format!("{}@example.com", "a".repeat(243));
    for mutation in ["signUp", "updateProfile"] {
        for text in [
            "", " ", "x", "@", "a@", "@b", "a@b@c", "a b@c", "a@b c", "a\0@b", "a@b\0", "a@b\r\nBcc: c@d", "a\u{7}@b", "a\u{3000}@b",
            "{\"$ne\":null}", "' OR 1=1 --", "\u{202e}", &long_email, &"a@b".repeat(10_000), &format!("a{}@b", "\u{301}".repeat(10_000)),
        ] {
            bad(mutation, "email", text);
        }
    }
    for text in ["", "short", "ninechars", "a\0bcdefghijk", &"x".repeat(129), &"🦀".repeat(129), &"x".repeat(100_000)] {
        bad("signUp", "password", text);
    }
    for (mutation, list) in [("createArticle", "tags"), ("updateArticle", "tags")] {
        for text in ["", " ", "\t", "Upper", "ÄRGER", "a\0", &"x".repeat(101), &"\u{301}".repeat(10_000)] {
            bad(mutation, &format!("{list}.0"), text);
        }
        let many: Vec<_> = (0..21).map(|n| format!("t{n}")).collect();
        rows.push(Row::bad(world, mutation, list, json!(many)));
        rows.push(Row::at(world, mutation, list, json!(["a", "b", "a"]), refused("BAD_USER_INPUT", "tags.2")));
    }
    for mutation in ["createArticle", "updateArticle"] {
        for (place, block) in BLOCKS {
            let kind = place.split('.').next().unwrap();
            let mut block = json!({ kind: serde_json::from_str::<Value>(block).unwrap() });
            super::put(&mut block, place, json!("a\0b"));
            rows.push(Row::at(world, mutation, "blocks", json!([{ "paragraph": { "text": "" } }, block]), refused("BAD_USER_INPUT", &format!("blocks.1.{place}"))));
        }
    }
    // twins of what is there
    for (mutation, text) in [
        ("signUp", "ada@example.com"),
        ("signUp", "ADA@EXAMPLE.COM"),
        ("signUp", " ada@example.com\n"),
        ("signUp", "zo\u{eb}@example.com"),
        ("signUp", "zoe\u{308}@example.com"),
        ("signUp", "ZOE\u{308}@example.com"),
        ("updateProfile", "Zoe\u{308}@Example.com"),
        ("updateProfile", "ben@example.com"),
    ] {
        rows.push(Row::at(world, mutation, "email", json!(text), refused("CONFLICT", "email")));
    }
    // whatever is wrong with a sign-in, it is the same answer
    for (place, text) in [
        ("email", ""), ("email", " "), ("email", "x"), ("email", "a\0@b"), ("email", "{\"$ne\":null}"), ("email", "' OR 1=1 --"),
        ("email", &long_email), ("password", ""), ("password", "a\0b"), ("password", &"x".repeat(129)), ("password", &"x".repeat(100_000)),
    ] {
        rows.push(Row::at(world, "signIn", place, json!(text), refused("UNAUTHENTICATED", "")));
    }
    rows
}
