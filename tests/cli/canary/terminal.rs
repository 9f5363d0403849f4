//! What is printed at the terminal: settings, help, and starts that cannot succeed.

use super::planted::{Planted, canary};
use crate::{home::Home, stores_on_wires::closed_port};

const COMMANDS: [&str; 11] = ["serve", "migrate", "seed", "outbox", "audit", "account", "rebuild", "cost", "schema", "config", "documents"];

/// Runs the program, and notes what it printed although it should not.
fn heard(home: &Home, planted: &Planted, variables: &[(&str, &str)], arguments: &[&str], leaks: &mut Vec<String>) {
    let ended = home.run_with(variables, arguments);
    let found = planted.in_print(&ended.out).into_iter().chain(planted.in_print(&ended.err));
    leaks.extend(found.map(|leak| format!("{arguments:?}: {leak}")));
}

#[test]
fn settings_help_and_starts_that_fail_tell_no_secret() {
    let (home, mut planted, mut leaks) = (Home::new(), Planted::new(), Vec::new());
    let word = planted.secret("a password in a URL", canary("password-in-url"));
    let secret = planted.secret("POLYSTORE_SECRET", canary("secret-that-is-long-enough-for-the-program"));
    let port = closed_port();
    let urls = [
        ("DATABASE_URL", format!("postgres://canary:{word}@127.0.0.1:{port}/shop?password={word}")),
        ("MONGODB_URL", format!("mongodb://canary:{word}@127.0.0.1:{port}/shop?tlsCertificateKeyFilePassword={word}")),
        ("REDIS_URL", format!("redis://:{word}@127.0.0.1:{port}")),
        ("CACHE_URL", format!("redis://canary:{word}@127.0.0.1:{port}/1")),
        ("POLYSTORE_SECRET", secret),
        ("POLYSTORE_LOG", "trace".to_owned()),
    ];
    let variables = urls.each_ref().map(|(name, value)| (*name, value.as_str()));
    for arguments in [&["config"][..], &["--help"], &["-h"], &["help"], &["--version"]] {
        heard(&home, &planted, &variables, arguments, &mut leaks);
    }
    for command in COMMANDS {
        for arguments in [vec![command, "--help"], vec![command, "--nonsense"], vec!["help", command]] {
            heard(&home, &planted, &variables, &arguments, &mut leaks);
        }
    }
    // nobody is there
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["seed"], &["outbox"], &["audit"], &["rebuild"]] {
        heard(&home, &planted, &variables, arguments, &mut leaks);
    }
    heard(&home, &planted, &variables, &["account", "a@example.com", "--role", "admin"], &mut leaks);
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn settings_that_cannot_be_used_are_told_without_their_secrets() {
    let (home, mut planted, mut leaks) = (Home::new(), Planted::new(), Vec::new());
    let word = planted.secret("a password in a URL", canary("password-in-url"));
    let bad = [
        "mysql://root:<>@h/db",
        "postgres://u:<>@h:port/db",
        "postgres://u:<>@/",
        "postgres://u:<>/db",
        "postgres://u:<>",
        "postgres:/u:<>@h/db",
        "postgres//u:<>@h/db",
        " postgres://u:<>@h/db",
        "postgres://u:a#<>@h/db",
        "postgres://u:a?<>@h/db",
        "postgres://u:a/<>@h/db",
        "postgres://u:%zz<>@h/db",
        "postgres://h/db?user=u&password=<>",
        "postgres://h/db?PASSWORD=<>&sslmode=nonsense",
        "postgresql+tls://u:<>@h",
        "mongodb://u:<>@h:port/db",
        "mongodb://u:<>/x@h",
        "mongodb://u:<>",
        "mongodb://u:<>@",
        "mongodb+srv://u:<>@h",
        "redis://:<>@h:port",
        "redis://u:<>",
        "rediss://:<>@h",
        "redis://:<>@h/nonsense",
        "u:<>@h",
        "u:<>",
    ];
    for setting in ["DATABASE_URL", "DOCUMENTS_URL", "MONGODB_URL", "HOT_URL", "REDIS_URL", "CACHE_URL"] {
        for url in bad {
            let url = url.replace("<>", &word);
            for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["config"]] {
                heard(&home, &planted, &[(setting, &url), ("POLYSTORE_LOG", "trace")], arguments, &mut leaks);
            }
            home.write(".env", format!("{setting}={url}\n"));
            heard(&home, &planted, &[], &["config"], &mut leaks);
            home.write(".env", "");
        }
    }
    for short in [word[..word.len().min(31)].to_owned(), "canary".to_owned()] {
        planted.secret("a POLYSTORE_SECRET that is too short", short.clone());
        heard(&home, &planted, &[("POLYSTORE_SECRET", &short)], &["config"], &mut leaks);
        heard(&home, &planted, &[], &["config", &format!("--secret={short}")], &mut leaks);
    }
    for line in [
        format!("POLYSTORE_SECRET=\"{word}\n"),
        format!("DATABASE URL={word}\n"),
        format!("{word}\n"),
        format!("X='{word}\n"),
        format!("POLYSTORE_SECRET=${{{word}\n"),
    ] {
        home.write(".env", line);
        heard(&home, &planted, &[], &["config"], &mut leaks);
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}
