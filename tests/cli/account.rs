//! `account`, `outbox` and `rebuild`.

use crate::{
    home::{Home, tells_no_secret},
    http::{ask, post},
};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// Runs the program with this text on standard input; gives its code, stdout and stderr.
pub fn typed(home: &Home, arguments: &[&str], text: &str) -> (Option<i32>, String, String) {
    typed_with(home, &[], arguments, text)
}

/// The same with variables.
pub fn typed_with(home: &Home, variables: &[(&str, &str)], arguments: &[&str], text: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_polystore"));
    command.env_clear().envs(variables.iter().copied()).args(arguments).current_dir(home.path());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let ended = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    tells_no_secret(&out, &err);
    (ended.status.code(), out, err)
}

#[test]
fn the_first_administrator_is_made_at_the_terminal_and_may_then_run_the_shop() {
    let home = Home::new();
    home.run(&["seed", "--scale", "0.001"]).ok();
    let make = ["account", "Ada@Example.com", "--role", "admin", "--password-stdin"];
    let (code, out, err) = typed(&home, &make, "a long password\n");
    assert_eq!(code, Some(0), "{err}");
    assert!(out.starts_with("ada@example.com (customer_") && out.ends_with(") is ADMIN\n"), "{out}");
    assert!(!err.contains("a long password") && !out.contains("argon2"), "{err}{out}");

    let mut run = home.serve(&["--anonymous", "visitor"]);
    let address = run.address();
    let sign_in =
        r#"mutation { signIn(input: {email: "ada@example.com", password: "a long password"}) { session { token } userErrors { code } } }"#;
    let answer = ask(&address, sign_in);
    let token = answer.pointer("/signIn/session/token").and_then(Value::as_str).unwrap().to_owned();
    let all = "{ customers(first: 1) { nodes { email } } me { email } }";
    let (_, refused) = post(&address, &[], all);
    assert_eq!(refused.pointer("/errors/0/extensions/code"), Some(&json!("UNAUTHENTICATED")), "{refused}");
    let (_, answer) = post(&address, &[("authorization", &format!("Bearer {token}"))], all);
    assert_eq!(answer.pointer("/data/me/email"), Some(&json!("ada@example.com")), "{answer}");
    let (status, _) = post(&address, &[("authorization", "Bearer abc")], all);
    assert_eq!(status, 401);
    run.stop().ok();

    // taken away again; the password stays
    let (code, out, err) = typed(&home, &["account", "ada@example.com", "--role", "customer"], "");
    assert_eq!((code, out.ends_with("is CUSTOMER\n")), (Some(0), true), "{err}");
}

#[test]
fn an_account_that_cannot_be_made_is_refused_with_a_reason() {
    let home = Home::new();
    home.run(&["migrate"]).ok();
    home.run(&["account", "ada@example.com", "--role", "king"]).refused(1, &["--role", "\"king\"", "customer, editor or admin"]);
    home.run(&["account", "ada@example.com", "--role", "admin"]).refused(1, &["password"]);
    home.run(&["account", "not an address", "--role", "admin"]).refused(1, &["email", "not an address"]);
    let (code, _, err) = typed(&home, &["account", "ada@example.com", "--role", "admin", "--password-stdin"], "short");
    assert!(code != Some(0) && err.contains("5 characters: expected 10 to 128"), "{err}");
}

#[test]
fn the_outbox_and_the_hot_copies_can_be_looked_after() {
    let home = Home::new();
    home.run(&["seed", "--scale", "0.001"]).ok();
    let out = home.run(&["outbox"]).ok().out;
    assert_eq!(out, "relational: 0 waiting, 0 parked\n", "one file has one outbox");
    let out = home.run(&["outbox", "--retry", "all"]).ok().out;
    assert!(out.starts_with("relational: 0 parked events are told again\n"), "{out}");
    home.run(&["outbox", "--retry", "order_1"]).refused(1, &["--retry", "order_1"]);
    let out = home.run(&["rebuild"]).ok().out;
    assert!(out.contains(" products on the best-seller board, "), "{out}");
    // what nobody told yet is counted
    let (code, _, err) = typed(&home, &["account", "ada@example.com", "--role", "admin", "--password-stdin"], "a long password");
    assert_eq!(code, Some(0), "{err}");
}
