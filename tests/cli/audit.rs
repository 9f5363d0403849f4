//! `polystore audit`.

use crate::{
    account::typed,
    home::Home,
    http::{ask, post},
};
use serde_json::{Value, json};

/// The lines that a run prints.
fn printed(home: &Home, arguments: &[&str]) -> Vec<Value> {
    let ended = home.run(&[&["audit"], arguments].concat()).ok();
    ended.is_clean();
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn who_changed_what_is_printed_newest_first_and_says_nothing_about_people() {
    let home = Home::new();
    home.run(&["seed", "--scale", "0.001"]).ok();
    assert_eq!(printed(&home, &[]), [Value::Null; 0], "a seed is nobody's doing");
    let (code, _, err) = typed(&home, &["account", "ada@example.com", "--role", "admin", "--password-stdin"], "a long password");
    assert_eq!(code, Some(0), "{err}");
    let mut run = home.serve(&["--anonymous", "visitor"]);
    let address = run.address();
    let signed_up =
        r#"mutation { signUp(input: {email: "ben@example.com", name: "Ben Who", password: "a long password"}) { customer { id } } }"#;
    let ben = ask(&address, signed_up)["signUp"]["customer"]["id"].clone();
    let sign_in =
        r#"mutation { signIn(input: {email: "ada@example.com", password: "a long password"}) { customer { id } session { token } } }"#;
    let signed_in = &ask(&address, sign_in)["signIn"];
    let bearer = format!("Bearer {}", signed_in["session"]["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str()), ("x-request-id", "the-one")];
    let product = ask(&address, "{ products(first: 1) { nodes { id } } }")["products"]["nodes"][0]["id"].clone();
    let adjust = format!("mutation {{ adjustStock(input: {{ productId: {product}, delta: 3 }}) {{ product {{ stock version }} }} }}");
    let (_, answer) = post(&address, &headers, &adjust);
    let changed = &answer["data"]["adjustStock"]["product"];
    run.stop().ok().is_clean();

    let all = printed(&home, &[]);
    assert_eq!(all.iter().map(|entry| entry["action"].as_str().unwrap()).collect::<Vec<_>>(), ["adjustStock", "signUp", "setRole"]);
    assert_eq!((&all[0]["subject"], &all[1]["subject"]), (&product, &ben));
    assert_eq!(all[0]["actor"], signed_in["customer"]["id"]);
    assert_eq!((&all[0]["role"], &all[0]["request"], &all[0]["client"]), (&json!("ADMIN"), &json!("the-one"), &json!("127.0.0.1")));
    let details = &all[0]["details"];
    assert_eq!((&details["delta"], &details["stock"], &details["version"]), (&json!(3), &changed["stock"], &changed["version"]));
    assert_eq!((&all[1]["actor"], &all[2]["actor"], &all[2]["client"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!(all[2]["details"], json!({ "password": true, "role": "ADMIN" }));
    let text = json!(all).to_string();
    for word in ["example.com", "Ben Who", "ada"] {
        assert!(!text.contains(word), "{word:?} in {text}");
    }

    let of = |entry: &Value, name: &str| entry[name].as_str().unwrap().to_owned();
    assert_eq!(printed(&home, &["--action", "setRole"]), all[2..]);
    assert_eq!(printed(&home, &["--subject", &of(&all[0], "subject")]), all[..1]);
    assert_eq!(printed(&home, &["--limit", "2"]), all[..2]);
    assert_eq!(printed(&home, &["--before", &of(&all[1], "id")]), all[2..]);
    assert_eq!(printed(&home, &["--since", &of(&all[1], "at")]), all[..2]);
    assert_eq!(printed(&home, &["--subject", "order_1"]), [Value::Null; 0]);
}

#[test]
fn a_filter_that_cannot_be_used_is_told_with_what_is_allowed() {
    let home = Home::new();
    home.run(&["audit", "--since", "yesterday"]).refused(1, &["--since", "\"yesterday\"", "2026-01-31T12:00:00Z"]);
    home.run(&["audit", "--action", "signIn"]).refused(1, &["--action", "\"signIn\"", "adjustStock", "setRole"]);
    home.run(&["audit", "--before", "order_1"]).refused(1, &["--before", "\"order_1\"", "audit_"]);
    for limit in ["0", "1001", "many"] {
        home.run(&["audit", "--limit", limit]).refused(1, &["--limit", limit, "from 1 to 1000"]);
    }
    assert!(home.content().is_empty(), "nothing was opened");
}
