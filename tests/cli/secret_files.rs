//! Secrets from files: read, hidden, and told apart from those that are given openly.

use crate::home::{Home, PASSWORD};

#[test]
fn each_secret_can_come_from_a_file_and_is_shown_as_if_it_were_given_openly() {
    let home = Home::new();
    let files = [
        ("DATABASE_URL", format!("postgres://u:{PASSWORD}@db.example/shop\n"), "postgres://***@db.example/shop"),
        ("DOCUMENTS_URL", format!("mongodb://u:{PASSWORD}@docs.example/shop\r\n"), "mongodb://***@docs.example/shop"),
        ("HOT_URL", format!("redis://:{PASSWORD}@hot.example"), "redis://***@hot.example"),
        ("CACHE_URL", format!("rediss://:{PASSWORD}@cache.example\n"), "rediss://***@cache.example"),
        ("POLYSTORE_SECRET", format!("{PASSWORD} and thirty-two characters or more\n"), "***"),
    ];
    for (name, text, _) in &files {
        home.write(name, text);
    }
    let named = files.each_ref().map(|(name, ..)| (format!("{name}_FILE"), home.path().join(name).display().to_string()));
    let variables = named.each_ref().map(|(name, path)| (name.as_str(), path.as_str()));
    let config = home.run_with(&variables, &["config"]).ok();
    config.is_clean();
    for (name, _, shown) in &files {
        assert_eq!(config.setting(name), *shown);
    }
    // the other names, and from a file of settings
    home.write(".env", "MONGODB_URL_FILE=DOCUMENTS_URL\nREDIS_URL_FILE=HOT_URL\n");
    let config = home.run(&["config"]).ok();
    assert_eq!((config.setting("DOCUMENTS_URL"), config.setting("HOT_URL")), (files[1].2, files[2].2));
}

#[test]
fn only_the_line_break_at_the_end_is_no_part_of_a_secret() {
    let home = Home::new();
    let secret = |text: &str| {
        home.write("secret", text);
        home.run(&["--secret-file", "secret", "config"])
    };
    let thirty = "x".repeat(30);
    secret(&format!("{thirty}xx\n")).ok();
    secret(&format!("{thirty}xx\r\n")).ok();
    secret(&format!("{thirty} \n\n")).ok();
    secret(&format!("{thirty}x\n"))
        .refused(1, &["--secret-file / POLYSTORE_SECRET_FILE", "\"secret\"", "a file that holds at least 32 characters"]);
}

#[test]
fn a_secret_that_is_given_twice_or_cannot_be_read_is_told_by_name_and_file_and_never_by_content() {
    let home = Home::new();
    home.write("empty", "");
    home.write("line", "\n");
    home.write("bytes", b"\xff\xfe");
    home.write("word", PASSWORD);
    home.write("foreign", format!("mysql://root:{PASSWORD}@h/db"));
    home.write("long", PASSWORD.repeat(20_000));
    home.write("redis", format!("redis://:{PASSWORD}@h"));
    type Case = (&'static [(&'static str, &'static str)], &'static [&'static str]);
    let cases: [Case; 9] = [
        (&[("DATABASE_URL_FILE", "missing")], &["--database-url-file / DATABASE_URL_FILE", "\"missing\"", "No such file"]),
        (&[("DATABASE_URL_FILE", ".")], &["DATABASE_URL_FILE", "\".\"", "cannot be read"]),
        (&[("DATABASE_URL_FILE", "empty")], &["DATABASE_URL_FILE", "\"empty\"", "it is empty"]),
        (&[("POLYSTORE_SECRET_FILE", "line")], &["--secret-file / POLYSTORE_SECRET_FILE", "\"line\"", "it is empty"]),
        (&[("REDIS_URL_FILE", "bytes")], &["--redis-url-file / REDIS_URL_FILE", "\"bytes\"", "UTF-8"]),
        (
            &[("CACHE_URL_FILE", "word")],
            &["--cache-url-file / CACHE_URL_FILE", "\"word\"", "a file that holds a URL that starts with redis://"],
        ),
        (&[("DATABASE_URL_FILE", "foreign")], &["DATABASE_URL_FILE", "\"foreign\"", "postgres:// or sqlite:"]),
        (&[("MONGODB_URL_FILE", "long")], &["MONGODB_URL_FILE", "\"long\"", "longer than 65536 bytes"]),
        (&[("HOT_URL", "memory:"), ("REDIS_URL_FILE", "redis")], &["HOT_URL", "REDIS_URL_FILE", "only one of the two"]),
    ];
    for (variables, holding) in cases {
        home.run_with(variables, &["config"]).refused(1, holding);
    }
    let both = [("HOT_URL", "memory:"), ("HOT_URL_FILE", "redis")];
    home.run_with(&both, &["config"])
        .refused(1, &["--hot-url / HOT_URL and --hot-url-file / HOT_URL_FILE", "\"redis\"", "only one of the two"]);
    // empty ones count as absent
    let config = home.run_with(&[("HOT_URL", ""), ("HOT_URL_FILE", "redis"), ("CACHE_URL_FILE", "")], &["config"]).ok();
    assert_eq!(config.setting("HOT_URL"), "redis://***@h");
}

#[test]
fn a_flag_wins_over_the_file_that_a_variable_names_and_the_other_way_round() {
    let home = Home::new();
    home.write("redis", "redis://file.example");
    let file = [("REDIS_URL_FILE", "redis")];
    assert_eq!(home.run_with(&file, &["--hot-url", "memory:", "config"]).ok().setting("HOT_URL"), "memory:");
    let open = [("REDIS_URL", "redis://open.example")];
    assert_eq!(home.run_with(&open, &["--hot-url-file", "redis", "config"]).ok().setting("HOT_URL"), "redis://file.example");
}
