//! Signing up, signing in, the profile.

use super::SHOPS;
use crate::support::{
    mutations::named,
    shop::{As, PASSWORD, Shop, done, only_code, refusals},
    wiring::{block_on, operation},
};
use serde_json::{Value, json};

/// The answer of a request with this token.
fn with_token(shop: &Shop, token: &Value, query: &str, variables: Value) -> Value {
    let mut asked = operation(query, variables);
    asked.token = Some(token.as_str().unwrap().to_owned());
    serde_json::from_slice(&block_on(async { shop.graph.execute(asked).await.body("test") })).unwrap()
}

fn sign_up(email: &str) -> Value {
    json!({ "email": email, "name": "Somebody", "password": PASSWORD })
}

#[test]
fn signing_up_makes_a_customer_and_a_session() {
    for shop in &*SHOPS {
        let payload = shop.done(As::Visitor, "signUp", json!({ "email": " Zoe\u{308}@Example.com", "name": "Zoë ", "password": PASSWORD }));
        let customer = &payload["customer"];
        // whoever just signed up sees what is private
        let shown = json!({ "id": customer["id"], "email": "zo\u{eb}@example.com", "name": "Zoë ", "tier": "STANDARD" });
        assert_eq!(*customer, shown);
        let token = &payload["session"]["token"];
        assert_eq!(token.as_str().unwrap().len(), 43);
        let days = (millis(&payload["session"]["expiresAt"]) - polystore::shop::Timestamp::now().millis()) / 3_600_000;
        assert!((167..=168).contains(&days), "{days} hours");
        let me = with_token(shop, token, "{ me { id email orders { nodes { id } } preferences { theme } } }", json!({}));
        let expected = json!({ "id": customer["id"], "email": "zo\u{eb}@example.com", "orders": { "nodes": [] }, "preferences": null });
        assert_eq!(me, json!({ "data": { "me": expected } }));
        // tokens are not kept anywhere, and differ
        let again = shop.done(As::Visitor, "signIn", json!({ "email": "zo\u{eb}@example.com", "password": PASSWORD }));
        assert_ne!(again["session"]["token"], *token);
        assert_eq!(again["customer"], *customer);
    }
}

fn millis(time: &Value) -> i64 {
    time.as_str().unwrap().parse::<polystore::shop::Timestamp>().unwrap().millis()
}

#[test]
fn a_taken_email_is_a_conflict_however_it_is_written() {
    for shop in &*SHOPS {
        shop.done(As::Visitor, "signUp", sign_up("rene\u{301}@example.com"));
        for twin in ["rene\u{301}@example.com", "ren\u{e9}@example.com", "REN\u{c9}@EXAMPLE.COM", "\tren\u{e9}@example.com\n"] {
            let refused = shop.refused(As::Visitor, "signUp", sign_up(twin));
            assert_eq!(refused, ("CONFLICT".into(), "email".into()), "{twin:?} on {}", shop.name);
        }
    }
}

#[test]
fn everything_that_is_wrong_with_a_sign_up_is_told_at_once() {
    for shop in &*SHOPS {
        let answer = shop.change(As::Visitor, "signUp", json!({ "email": "nobody", "name": " ", "password": "short" }));
        let expected = ["email", "name", "password"].map(|field| ("BAD_USER_INPUT".to_owned(), field.to_owned()));
        assert_eq!(refusals(&answer), expected);
        assert_eq!((&answer["data"]["signUp"]["customer"], &answer["data"]["signUp"]["session"]), (&Value::Null, &Value::Null));
    }
}

#[test]
fn of_several_sign_ups_with_one_email_at_once_one_is_done() {
    for shop in &*SHOPS {
        let document = named("signUp").document();
        let answers = block_on(async {
            let one = async || {
                let asked = operation(&document, json!({ "input": sign_up("crowd@example.com") }));
                serde_json::from_slice::<Value>(&shop.graph.execute(asked).await.body("test")).unwrap()
            };
            futures::future::join_all((0..6).map(|_| one())).await
        });
        let refused = answers.iter().map(refusals).filter(|refusals| *refusals == [("CONFLICT".to_owned(), "email".to_owned())]);
        assert_eq!(refused.count(), 5, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| refusals(answer).is_empty()).count(), 1, "{answers:?}");
    }
}

#[test]
fn a_sign_up_sent_again_signs_in_whoever_knows_the_password() {
    for shop in &*SHOPS {
        let send = |key: &str, input: Value| shop.answer(As::Visitor, &named("signUp").document(), json!({ "input": input, "key": key }));
        let first = done(send("up-1", sign_up("again@example.com")), "signUp");
        let second = done(send("up-1", sign_up("again@example.com")), "signUp");
        assert_eq!(first["customer"], second["customer"]);
        assert_ne!(first["session"]["token"], second["session"]["token"]);
        let mut other = sign_up("again@example.com");
        other["password"] = json!("another password");
        assert_eq!(only_code(&send("up-1", other)), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(only_code(&send("up-1", sign_up("other@example.com"))), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(refusals(&send("up-2", sign_up("again@example.com"))), [("CONFLICT".to_owned(), "email".to_owned())]);
    }
}

#[test]
fn a_wrong_password_and_an_unknown_email_answer_alike() {
    for shop in &*SHOPS {
        shop.done(As::Visitor, "signUp", sign_up("known@example.com"));
        let say = |email: &str, password: &str| {
            let input = json!({ "email": email, "password": password });
            shop.send(As::Visitor, operation(&named("signIn").document(), json!({ "input": input })))
        };
        let wrong = say("known@example.com", "not the password");
        assert_eq!(refusals(&serde_json::from_str(&wrong).unwrap()), [("UNAUTHENTICATED".to_owned(), String::new())]);
        for (email, password) in [
            ("unknown@example.com", "not the password"),
            ("not an e-mail", "not the password"),
            ("known@example.com", ""),
            ("known@example.com", &"x".repeat(129)),
            ("", ""),
            ("asa.lindqvist@example.com", PASSWORD), // a customer without an account
        ] {
            assert_eq!(say(email, password), wrong, "{email:?} on {}", shop.name);
        }
    }
}

#[test]
fn the_eleventh_try_of_one_email_has_to_wait() {
    for shop in &*SHOPS {
        shop.done(As::Visitor, "signUp", sign_up("tried@example.com"));
        for email in ["tried@example.com", "never-there@example.com"] {
            let input = |password: &str| json!({ "email": email, "password": password });
            for _ in 0..10 {
                let refused = shop.refused(As::Visitor, "signIn", input("wrong password"));
                assert_eq!(refused.0, "UNAUTHENTICATED");
            }
            // the right password does not help, nor another spelling
            for input in [input(PASSWORD), json!({ "email": email.to_uppercase(), "password": PASSWORD })] {
                let answer = shop.change(As::Visitor, "signIn", input);
                assert_eq!(only_code(&answer), "RATE_LIMITED", "{}", shop.name);
                let extensions = &answer["errors"][0]["extensions"];
                assert_eq!(extensions["retryable"], json!(true));
                let wait = extensions["retryAfterMs"].as_i64().unwrap();
                assert!((1..=90_000).contains(&wait), "{answer}");
            }
        }
        shop.done(As::Visitor, "signIn", json!({ "email": shop.person(As::Ben).email, "password": PASSWORD }));
    }
}

#[test]
fn a_profile_is_changed_by_its_owner_alone() {
    for shop in &*SHOPS {
        let payload = shop.done(As::Visitor, "signUp", sign_up("before@example.com"));
        let (id, token) = (&payload["customer"]["id"], &payload["session"]["token"]);
        let send = |input: Value| with_token(shop, token, &named("updateProfile").document(), json!({ "input": input }));
        let changed = done(send(json!({ "email": "After@example.com" })), "updateProfile");
        assert_eq!(changed["customer"], json!({ "id": id, "email": "after@example.com", "name": "Somebody" }));
        assert_eq!(changed["propagation"], json!([{ "store": "RELATIONAL", "state": "DONE" }, { "store": "HOT", "state": "PENDING" }]));
        let changed = done(send(json!({ "name": "Else" })), "updateProfile");
        assert_eq!(changed["customer"], json!({ "id": id, "email": "after@example.com", "name": "Else" }));
        // nothing is a change, too, and so is one's own e-mail
        let changed = done(send(json!({})), "updateProfile");
        assert_eq!(changed["customer"], json!({ "id": id, "email": "after@example.com", "name": "Else" }));
        done(send(json!({ "email": "AFTER@example.com" })), "updateProfile");
        // the new e-mail signs in, the old one does not and is free
        shop.done(As::Visitor, "signIn", json!({ "email": "after@example.com", "password": PASSWORD }));
        assert_eq!(
            shop.refused(As::Visitor, "signIn", json!({ "email": "before@example.com", "password": PASSWORD })).0,
            "UNAUTHENTICATED"
        );
        shop.done(As::Visitor, "signUp", sign_up("before@example.com"));

        let taken = send(json!({ "email": shop.person(As::Ada).email.to_uppercase() }));
        assert_eq!(refusals(&taken), [("CONFLICT".to_owned(), "email".to_owned())]);
        let bad = send(json!({ "email": "x", "name": "" }));
        assert_eq!(refusals(&bad), ["name", "email"].map(|field| ("BAD_USER_INPUT".to_owned(), field.to_owned())));
        for who in [As::Visitor, As::Reader] {
            assert_eq!(shop.failed(who, "updateProfile", json!({ "name": "x" })), "UNAUTHENTICATED");
        }
    }
}
