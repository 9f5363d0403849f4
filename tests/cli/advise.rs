//! `advise` and `compare claims`: what is said of results, and what is said without any.

use crate::home::Home;

const EXAMPLE: &str = include_str!("../../docs/lab/advise.example.toml");

#[test]
fn without_results_the_record_says_what_to_run_and_no_store_is_made() {
    let home = Home::new();
    home.write("answers.toml", EXAMPLE);
    let ended = home.run(&["advise", "--from", "answers.toml"]).ok();
    ended.is_clean();
    assert!(ended.out.starts_with("# Where `leaderboard` is kept\n\nProposed on 20"), "{}", ended.out);
    for text in [
        "**PostgreSQL, rows, until more is known.**",
        "run `compare run W16`",
        "## What is given up\n",
        "## Reconsider when\n",
        "## Outside the evidence\n",
        "## Which answers matter\n",
        "| scale.members | 200000 |",
    ] {
        assert!(ended.out.contains(text), "no {text:?} in {}", ended.out);
    }
    assert_eq!(home.content().len(), 1, "no store is made");
}

#[test]
fn bad_answers_are_refused_with_a_sentence_each() {
    let home = Home::new();
    for (text, messages, words) in [
        ("[shape]\nkind = 'round'", 1, "answers.toml: shape.kind: \"round\" cannot be used: expected one of related, document"),
        ("[shape]\ncolour = 1", 1, "answers.toml: shape.colour: this key is not known: expected one of kind, size_kib"),
        (
            "[scale]\nmembers = 0\np99_ms = 1e9\n[team]\nmore = 'some'",
            3,
            "answers.toml: team.more: \"some\" cannot be used: expected a number from 0 to 5",
        ),
        ("[scale", 1, "answers.toml: line 1: this is not TOML: "),
        (&"#".repeat(70_000), 1, "answers.toml is longer than 65536 bytes"),
    ] {
        home.write("answers.toml", text);
        home.run(&["advise", "--from", "answers.toml"]).refused(messages, &[words]);
    }
    home.write("answers.toml", [b'a', 0xff]);
    home.run(&["advise", "--from", "answers.toml"]).refused(1, &["cannot read answers.toml"]);
    home.run(&["advise", "--from", "nowhere.toml"]).refused(1, &["cannot read nowhere.toml"]);
    home.run(&["advise"]).refused(1, &["there is no terminal to ask on: give --from FILE"]);
}

#[test]
fn claims_are_42_and_each_has_a_word_and_a_figure() {
    let home = Home::new();
    let lines = |out: &str| {
        let claims = out.lines().take_while(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>();
        claims.chunks(2).map(|pair| (pair[0].clone(), pair[1].trim().to_owned())).collect::<Vec<_>>()
    };
    let without = home.run(&["compare", "claims"]).ok();
    let claims = lines(&without.out);
    assert_eq!(claims.len(), 42, "{}", without.out);
    for (number, (claim, word)) in claims.iter().enumerate() {
        assert!(claim.starts_with(&format!("C{} ", number + 1)), "{claim}");
        assert!(word.starts_with("not run: compare run W") || word.starts_with("not testable here: "), "{claim}: {word}");
    }
    // a session of the embedded stores decides some of them
    home.run(&["compare", "run", "W03", "W15", "W18", "--quick", "--size", "200", "--out", "one.json"]).ok();
    let with = home.run(&["compare", "claims", "one.json"]).ok();
    let word = |id: &str| lines(&with.out).into_iter().find(|(claim, _)| claim.starts_with(&format!("{id} "))).unwrap().1;
    // counted, so that a debug build can tell
    assert!(word("C9").starts_with("reproduced: ") && word("C9").contains("sqlite n+1: 201 statements"), "{}", word("C9"));
    assert!(
        word("C8").contains("statements, sqlite: holds (statements: sqlite n+1 201 over sqlite batch 3 = 67x; claimed: at least 10x)"),
        "{}",
        word("C8")
    );
    assert!(word("C8").contains("round trips, postgres: not there (postgres n+1 was not there)"), "{}", word("C8"));
    assert!(word("C8").contains("built for debugging") == cfg!(debug_assertions), "{}", word("C8"));
    assert!(word("C32").starts_with("reproduced: "), "{}", word("C32"));
    assert!(word("C13").starts_with("not run: compare run W16"), "{}", word("C13"));
    assert!(word("C42").starts_with("not testable here: one machine cannot tell"), "{}", word("C42"));
    // nothing that the ledger looks for is missing from what an embedded session has
    assert!(!with.out.contains(" has no arm ") && !with.out.contains(" has no case "), "{}", with.out);
    home.run(&["compare", "claims", "nowhere.json"]).refused(1, &["nowhere.json"]);
}

#[test]
fn results_of_this_machine_are_evidence_and_those_of_another_are_not() {
    let home = Home::new();
    home.write(
        "answers.toml",
        EXAMPLE
            .replace("\"rank\", \"top\"", "\"change-a-part\"")
            .replace("kind = \"ranked\"", "kind = \"keyed\"")
            .replace("\"many\"", "\"one\""),
    );
    home.run(&["compare", "run", "W08", "--quick", "--size", "10"]).ok();
    let told = |ended: crate::home::Ended| ended.ok().out;
    let own = told(home.run(&["advise", "--from", "answers.toml"]));
    // bytes are exact, whatever the build
    assert!(own.contains("SQLite, rows is enough for change-a-part: ") && own.contains(" log_bytes for a write, "), "{own}");
    let results: Vec<_> = home.content().into_iter().map(|(name, _)| name).filter(|name| name.ends_with(".json")).collect();
    assert_eq!(results.len(), 1);
    let path = home.path().join(&results[0]);
    let mut record: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    record["environment"]["cpu"] = "another processor".into();
    std::fs::write(path, record.to_string()).unwrap();
    let other = home.run(&["advise", "--from", "answers.toml"]);
    assert!(other.err.contains("was measured on another machine and is left out"), "{other:?}");
    assert!(other.out.contains("run `compare run W08`") && !other.out.contains(" log_bytes for a write, "), "{}", other.out);
}
