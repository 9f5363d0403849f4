//! The house's own rules, read from the source: who may use whom, where drivers are named, how long files are.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Modules of the crate, lowest first. A module may use those of lower levels, and itself.
const LEVELS: [&[&str]; 12] = [
    &["shop", "error", "progress"],
    &["roles", "receipt", "telemetry"],
    &["engines", "layers"],
    &["config"],
    &["stores"],
    &["loaders", "actions", "relay", "fanout"],
    &["seed", "import"],
    // the catalogue, whose arms ask engines and layers; what the lab asks through the graph it is given from above
    &["lab"],
    &["graphql"],
    &["http"],
    &["commands"],
    &["main", "lib"],
];

/// What a level may use although it is not below it, and why.
const EXCEPTIONS: [(&str, &str, &str); 1] = [("config", "graphql", "the limits of operations are settings")];

/// Crates that may be named in some folders only.
const ONLY_IN: [(&str, &[&str]); 11] = [
    ("sqlx", &["engines/cells.rs", "engines/postgres", "engines/sqlite", "lab"]),
    // `stores` wires our own modules of these names
    ("mongodb", &["engines/mongodb", "stores", "lab"]),
    ("redis", &["engines/redis", "stores", "lab"]),
    ("async_graphql", &["graphql"]),
    ("axum", &["http"]),
    ("hyper", &["http"]),
    ("hyper_util", &["http"]),
    ("tokio_rustls", &["http/tls.rs", "engines"]),
    ("clap", &["config", "commands", "main.rs"]),
    ("indicatif", &["commands"]),
    // the graph and the front door show stored results; what all may use is how work tells its progress, by its name in `lib`
    ("polystore_lab", &["lab", "graphql/comparison.rs", "http/lab.rs", "commands", "lib.rs"]),
];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// (path below `folder`, text) of every source file.
fn files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    let below = |path: &PathBuf| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
    found.iter().map(|path| (below(path), fs::read_to_string(path).unwrap())).collect()
}

/// The crate's modules that a text names: `crate::name`, also in `use crate::{name, …}` over several lines.
fn used(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if at > 0 && text[..at].ends_with(['$', '_']) || text[..at].ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0_i32;
            let mut start = true;
            for (index, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && depth == 0 && !c.is_whitespace() => {
                        found.push(word(&list[index..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            found.push(word(rest));
        }
    }
    found
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn level(module: &str) -> Option<usize> {
    LEVELS.iter().position(|modules| modules.contains(&module))
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let mut wrong = Vec::new();
    for (path, text) in files("src") {
        let module = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let own = level(&module).unwrap_or_else(|| panic!("src/{path}: give the module {module} a level in this test"));
        // test modules may set up whatever they like
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for name in used(&code.join("\n")) {
            let allowed = EXCEPTIONS.iter().any(|(from, to, _)| (*from, *to) == (module.as_str(), name.as_str()));
            let below = level(&name).is_some_and(|level| level < own || (level == own && (name == module || own == 0 || own == 1)));
            if name != module && !below && !allowed && level(&name).is_some() && !path.ends_with("tests.rs") {
                wrong.push(format!("src/{path} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn drivers_and_frameworks_are_named_only_where_they_belong() {
    let mut wrong = Vec::new();
    for (path, text) in files("src") {
        for (name, places) in ONLY_IN {
            let named = text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
                line.match_indices(&format!("{name}::"))
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
            });
            if named && !places.iter().any(|place| path.starts_with(place)) {
                wrong.push(format!("src/{path} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The lab's arms are data models that the shop does not have: each speaks to its store itself, and none knows the shop.
#[test]
fn the_lab_knows_nothing_of_the_program() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("lab/Cargo.toml")).unwrap();
    let knows: Vec<_> = manifest.lines().filter(|line| line.starts_with("polystore")).collect();
    assert!(knows.is_empty(), "{knows:#?}");
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut wrong = Vec::new();
    for folder in ["src", "lab/src", "tests"] {
        for (path, text) in files(folder) {
            if text.lines().count() > 600 {
                wrong.push(format!("{folder}/{path} has {} lines", text.lines().count()));
            }
            if folder != "tests" && !text.starts_with("//!") && !path.ends_with("tests.rs") {
                wrong.push(format!("{folder}/{path} does not begin with a line that says what it is for"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_entity_has_the_same_file_name_in_every_layer() {
    let all: Vec<String> = files("src").into_iter().map(|(path, _)| path).collect();
    let relational = ["customer", "category", "product", "order", "sales"];
    let documents = ["article", "comment", "preferences", "activity"];
    for entity in relational.iter().chain(&documents) {
        for layer in ["shop", "engines/postgres", "engines/sqlite", "graphql"] {
            assert!(all.contains(&format!("{layer}/{entity}.rs")), "{layer}/{entity}.rs is missing");
        }
    }
    for entity in documents {
        assert!(all.contains(&format!("engines/mongodb/{entity}.rs")), "engines/mongodb/{entity}.rs is missing");
    }
    for entity in ["cache", "channel", "counter", "ranking", "rate", "session"] {
        for engine in ["redis", "memory"] {
            assert!(all.contains(&format!("engines/{engine}/{entity}.rs")), "engines/{engine}/{entity}.rs is missing");
        }
    }
}

/// The library leaves out fields that failed, and we write null for them: no client may meet a null that its type forbids.
#[test]
fn fields_that_can_fail_are_nullable() {
    let mut wrong = Vec::new();
    for (path, text) in files("src/graphql") {
        for (at, _) in text.match_indices("async fn ") {
            let head = text[at..].split(" {\n").next().unwrap();
            let (arguments, answer) = head.rsplit_once("->").unwrap_or((head, ""));
            if arguments.contains("&self")
                && arguments.contains("&Context<")
                && answer.contains("Result<")
                && !answer.contains("Result<Option<")
                // sources of events, which are nullable
                && !answer.contains("Result<EventsOf<")
            {
                wrong.push(format!("src/graphql/{path}: {}", head.lines().next().unwrap()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_reader_of_uses_finds_lists_and_paths() {
    assert_eq!(used("use crate::{a::{x, y}, b,\n  c::d};\nfn f() { crate::e::g(); }"), ["a", "b", "c", "e"]);
}
