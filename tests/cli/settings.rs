//! Settings: where they come from, which one wins, what is shown of them.

use crate::home::{Home, PASSWORD};
use std::{collections::BTreeSet, path::Path};

/// The variables that `--help` names.
fn variables_of_help() -> BTreeSet<String> {
    let help = Home::new().run(&["--help"]).ok().out;
    help.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap().to_owned()).collect()
}

#[test]
fn help_names_every_setting_in_force() {
    let (help, home) = (variables_of_help(), Home::new());
    let config = home.run(&["config"]).ok();
    for line in config.out.lines() {
        let name = line.split('=').next().unwrap();
        assert!(help.contains(name), "{name} is not in --help");
    }
    // the two that are other names of settings, and the seven that name files with secrets
    let shown = config.out.lines().count();
    assert_eq!(help.len(), shown + 2 + 7, "{help:?}\n{}", config.out);
}

#[test]
fn each_variable_of_help_stands_in_the_example_file_and_no_other_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = std::fs::read_to_string(root.join(".env.example")).unwrap();
    let compose = std::fs::read_to_string(root.join("docker-compose.yml")).unwrap();
    let name_of = |line: &str| {
        let (name, _) = line.trim_start_matches(['#', ' ']).split_once('=')?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        plain.then(|| name.to_owned())
    };
    let documented: BTreeSet<String> = example.lines().filter_map(name_of).collect();
    let help = variables_of_help();
    let missing: Vec<_> = help.difference(&documented).collect();
    let unknown: Vec<_> = documented.difference(&help).filter(|name| !compose.contains(&format!("${{{name}"))).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "missing: {missing:?}, not settings: {unknown:?}");
}

#[test]
fn flags_win_over_the_environment_and_the_environment_over_the_file() {
    let home = Home::new();
    home.write(".env", "POLYSTORE_MAX_DEPTH=5\nPOLYSTORE_MAX_FIRST=50\nPOLYSTORE_MAX_ALIASES=7\n# POLYSTORE_MAX_TOKENS=11\n");
    let variables = [("POLYSTORE_MAX_DEPTH", "6"), ("POLYSTORE_MAX_FIRST", "60")];
    for arguments in [["--max-depth", "8", "config"], ["config", "--max-depth", "8"]] {
        let config = home.run_with(&variables, &arguments).ok();
        assert_eq!(config.setting("POLYSTORE_MAX_DEPTH"), "8");
        assert_eq!(config.setting("POLYSTORE_MAX_FIRST"), "60");
        assert_eq!(config.setting("POLYSTORE_MAX_ALIASES"), "7");
        assert_eq!(config.setting("POLYSTORE_MAX_TOKENS"), "4000");
    }
}

#[test]
fn a_file_of_settings_that_cannot_be_read_is_told_by_line_and_name_and_never_by_value() {
    let url = format!("postgres://u:{PASSWORD}@h");
    let unreadable = |text: &[u8], holding: &[&str]| {
        let home = Home::new();
        home.write(".env", text);
        home.run(&["config"]).refused(1, holding);
        assert_eq!(home.content().len(), 1);
    };
    unreadable(format!("POLYSTORE_MAX_DEPTH=5\n\nDATABASE_URL={url}/my db\n").as_bytes(), &[".env, line 3 (DATABASE_URL)", "NAME=value"]);
    unreadable(format!("# DATABASE_URL\nDATABASE_URL=\"{url}\n").as_bytes(), &[".env, line 2 (DATABASE_URL)", "quotes"]);
    unreadable(format!("{url}\n").as_bytes(), &[".env, line 1"]);
    unreadable(b"NAME=\xff\xfe\n", &[".env cannot be read", "UTF-8"]);
}

#[test]
fn config_shows_where_the_stores_are_and_no_password() {
    let home = Home::new();
    let urls = [
        (
            "DATABASE_URL",
            format!("postgres://user:{PASSWORD}@db.example:5432/shop?sslmode=disable"),
            "postgres://***@db.example:5432/shop?sslmode=disable",
        ),
        ("DOCUMENTS_URL", format!("mongodb://user:x?{PASSWORD}#@docs.example/shop"), "mongodb://***@docs.example/shop"),
        ("HOT_URL", format!("redis://:{PASSWORD}@hot.example"), "redis://***@hot.example"),
        ("CACHE_URL", format!("redis://cache.example?password={PASSWORD}"), "redis://cache.example?***"),
    ];
    let variables = urls.each_ref().map(|(name, url, _)| (*name, url.as_str()));
    let config = home.run_with(&variables, &["config"]).ok();
    for (name, _, shown) in &urls {
        assert_eq!(config.setting(name), *shown);
    }
    config.is_clean();
    assert!(home.content().is_empty(), "looking at settings makes no files");
}

#[test]
fn the_switch_to_migrate_does_not_swallow_the_command_after_it() {
    let home = Home::new();
    let store = ("DOCUMENTS_URL", "mongodb://h");
    for (arguments, expected) in [
        (&["config"][..], ""),
        (&["--migrate", "config"], "true"),
        (&["config", "--migrate"], "true"),
        (&["--migrate=false", "config"], "false"),
    ] {
        assert_eq!(home.run_with(&[store], arguments).ok().setting("POLYSTORE_MIGRATE"), expected, "{arguments:?}");
    }
}
