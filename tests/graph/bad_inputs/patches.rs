//! Settings: patches that stores would misread, that are too large, or of another form.

use super::{Expected, Row, World, refused};
use serde_json::{Value, json};

pub fn rows(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut at = |patch: Value, field: &str| rows.push(Row::at(world, "setPreferences", "patch", patch, refused("BAD_USER_INPUT", field)));

    // no object
    for patch in [json!([]), json!([{ "op": "replace", "path": "/theme", "value": "DARK" }]), json!("x"), json!(""), json!(1), json!(true)] {
        at(patch, "patch");
    }
    // keys that are operators, paths, or the prototype, at any level
    for key in ["$ne", "$where", "$set", "$", "a.b", ".", "", "a\0", "\0", "__proto__"] {
        at(json!({ key: 1 }), "patch");
        at(json!({ "extra": { key: 1 } }), "patch");
        at(json!({ "extra": { "list": [[{ key: null }]] } }), "patch");
        at(json!({ "notifications": { key: true } }), "patch");
    }
    at(json!({ "extra": { "$where": "sleep(1000)" } }), "patch");
    at(json!({ "locale": { "$ne": null } }), "patch");
    // texts that not every store keeps
    for patch in [json!({ "extra": { "k": "a\0" } }), json!({ "locale": "de\0" }), json!({ "extra": { "k": ["\0"] } })] {
        at(patch, "patch");
    }
    // numbers that not every store keeps exactly
    for number in [json!(9_007_199_254_740_993_i64), json!(-9_007_199_254_740_993_i64), json!(i64::MAX), json!(i64::MIN), json!(u64::MAX)] {
        at(json!({ "extra": { "n": number } }), "patch");
    }
    // too deep, too many, too large
    for depth in [21, 30, 60] {
        at(json!({ "extra": (0..depth).fold(json!({}), |inner, _| json!({ "a": inner })) }), "patch");
        at(json!({ "extra": { "l": (0..depth).fold(json!([]), |inner, _| json!([inner])) } }), "patch");
    }
    at(json!({ "extra": { "l": vec![0; 2_001] } }), "patch");
    at(json!({ "extra": { "t": "x".repeat(65_536) } }), "patch");
    at(json!({ "extra": { "t": "\u{301}".repeat(40_000) } }), "patch");

    // settings that do not exist
    for patch in [json!({ "bogus": 1 }), json!({ "Theme": "DARK" }), json!({ "id": "x" }), json!({ "version": 7 }), json!({ "customerId": "x" })] {
        at(patch, "patch");
    }
    at(json!({ "notifications": { "bogus": true } }), "patch.notifications");
    at(json!({ "notifications": { "Orders": true } }), "patch.notifications");
    // settings cannot be taken away
    for setting in ["theme", "locale", "currency", "interests", "notifications", "extra"] {
        at(json!({ setting: null }), &format!("patch.{setting}"));
        at(json!({ setting: 1 }), &format!("patch.{setting}"));
        at(json!({ setting: true }), &format!("patch.{setting}"));
        at(json!({ setting: ["x", 1] }), &format!("patch.{setting}"));
    }
    for setting in ["orders", "magazine", "offers"] {
        for value in [Value::Null, json!(1), json!("true"), json!([]), json!({})] {
            at(json!({ "notifications": { setting: value } }), &format!("patch.notifications.{setting}"));
        }
    }
    for theme in ["", "PINK", "dark", "DARK ", "' OR 1=1 --"] {
        at(json!({ "theme": theme }), "patch.theme");
    }
    for locale in ["", "x", "de_CH", "de-", "-de", "de--CH", "deutschland", "de CH", "д", "../de", &"de-".repeat(12)] {
        at(json!({ "locale": locale }), "patch.locale");
    }
    for currency in ["", "eur", "ABC", "EURO", "€"] {
        at(json!({ "currency": currency }), "patch.currency");
    }
    for interest in ["", " ", "Upper", "x\u{130}", &"x".repeat(101)] {
        at(json!({ "interests": ["fine", interest] }), "patch.interests.1");
    }
    at(json!({ "interests": ["a", "b", "a"] }), "patch.interests.2");
    at(json!({ "interests": (0..51).map(|n| format!("t{n}")).collect::<Vec<_>>() }), "patch.interests");
    for interests in [json!({}), json!("a"), json!([null]), json!([["a"]]), json!([{ "$ne": 1 }])] {
        let field = if interests.to_string().contains('$') { "patch" } else { "patch.interests" };
        at(json!({ "interests": interests }), field);
    }
    // several at once are told at once
    let both = Expected::Refused(vec![("BAD_USER_INPUT", "patch.theme".into()), ("BAD_USER_INPUT", "patch.locale".into())]);
    rows.push(Row::at(world, "setPreferences", "patch", json!({ "locale": "x", "theme": "PINK" }), both));
    rows
}
