//! Every command in the documentation is one that the program takes.

use clap::CommandFactory as _;
use polystore::commands::Cli;
use std::path::{Path, PathBuf};

/// README and docs, as far as they are written.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.sort();
    pages.extend(Some(root.join("README.md")).filter(|path| path.exists()));
    pages
}

/// The arguments of each `polystore` or `cargo run --` in the fenced shell blocks of a page.
fn commands(page: &str) -> Vec<Vec<String>> {
    let (mut found, mut shell, mut pending) = (Vec::new(), None, String::new());
    for line in page.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            shell = match shell {
                Some(_) => None,
                None => Some(["sh", "bash", "console", "shell"].contains(&language.trim())),
            };
            continue;
        }
        if shell != Some(true) {
            continue;
        }
        pending.push_str(line.trim().trim_start_matches("$ "));
        if pending.ends_with('\\') {
            pending.pop();
            continue;
        }
        found.extend(arguments(&std::mem::take(&mut pending)));
    }
    found
}

/// The words after the program's name, up to what belongs to the shell; none if the line runs something else.
fn arguments(line: &str) -> Option<Vec<String>> {
    let words = words(line);
    let is_variable =
        |word: &&String| word.split_once('=').is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'));
    let words: Vec<_> = words.iter().skip_while(is_variable).cloned().collect();
    let program = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["polystore", ..] => 1,
        ["cargo", "run", ..] => words.iter().position(|word| word == "--").map_or(words.len(), |place| place + 1),
        _ => return None,
    };
    let shells = ["|", ">", ">>", "<", "&", "&&", ";", "||", "2>", "2>&1"];
    Some(words[program..].iter().take_while(|word| !shells.contains(&word.as_str())).cloned().collect())
}

/// Splits as a shell does: quotes hold words together, a `#` begins a comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[test]
fn every_command_in_the_documentation_can_be_run() {
    let mut checked = 0;
    for page in pages() {
        for arguments in commands(&std::fs::read_to_string(&page).unwrap()) {
            let given = ["polystore".to_owned()].into_iter().chain(arguments.clone());
            if let Err(error) = Cli::command().try_get_matches_from(given) {
                let asks_for_help = matches!(error.kind(), clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion);
                assert!(asks_for_help, "{}: {arguments:?}: {error}", page.display());
            }
            checked += 1;
        }
    }
    println!("{checked} commands");
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md").exists();
    assert!(checked > 0 || !written, "no command was found");
}

#[test]
fn commands_are_found_among_other_text() {
    let page = "polystore outside\n```sh\n# a comment\nA=1 B='x y' polystore seed \\\n  --scale 1 > out # why\ncargo run\ncargo run --release -- config | grep X\nls\n```\n\n```text\npolystore no\n```\n```console\n$ polystore serve --data 'a b' &\n```";
    let expected: [&[&str]; 4] = [&["seed", "--scale", "1"], &[], &["config"], &["serve", "--data", "a b"]];
    assert_eq!(commands(page), expected);
    assert!(Cli::command().try_get_matches_from(["polystore", "sed", "--scale", "1"]).is_err());
}
