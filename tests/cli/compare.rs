//! `polystore compare`: the lab as its users meet it, on the embedded stores.

use crate::home::Home;
use serde_json::Value;
use std::time::Duration;

/// A session that is small enough for a debug build on a busy machine.
fn session(home: &Home, out: &str) -> Value {
    let ended = home.run(&["compare", "run", "W16", "--quick", "--size", "300", "--out", out]).ok();
    ended.is_clean();
    assert!(
        ended.out.contains("W16 Leaderboard / rank")
            && ended.out.contains("W16 Leaderboard / top")
            && ended.out.contains(&format!("result: {out}")),
        "{}",
        ended.out
    );
    serde_json::from_str(&std::fs::read_to_string(home.path().join(out)).unwrap()).unwrap()
}

fn change(home: &Home, record: &Value, name: &str, by: impl FnOnce(&mut Value)) {
    let mut changed = record.clone();
    by(&mut changed);
    home.write(name, changed.to_string());
}

#[test]
fn a_session_gives_equal_answers_verdicts_that_can_be_checked_and_reports() {
    let home = Home::new();
    let record = session(&home, "one.json");
    assert_eq!((&record["schema_version"], &record["session"]["partial"]), (&1.into(), &false.into()));
    let cases = |record: &Value| {
        let workloads = record["workloads"].as_array().unwrap().clone();
        workloads.into_iter().flat_map(|workload| workload["cases"].as_array().unwrap().clone()).collect::<Vec<_>>()
    };
    assert_eq!(cases(&record).len(), 2);
    for case in cases(&record) {
        // who was slow was asked less, and has a digest of less
        let arms = case["arms"].as_array().unwrap().iter().filter(|arm| arm["answers"]["draws"] == case["arms"][0]["answers"]["draws"]);
        let digests: Vec<_> = arms.map(|arm| arm["answers"]["digest"].clone()).collect();
        assert!(digests.len() >= 2 && digests.iter().all(|digest| *digest == digests[0]), "{}: {digests:?}", case["id"]);
        assert!(case["arms"].as_array().unwrap().iter().all(|arm| arm["answers"]["same"] == true && arm["error"].is_null()));
        assert!(case["verdicts"].as_array().unwrap().len() >= 3 && case["noise"].is_object());
    }
    let left: Vec<String> = home.content().into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, ["data", "data/lab", "one.json"], "the lab's own databases are gone");

    // the audit, by anybody who has the file
    let audit = home.run(&["compare", "check", "one.json"]).ok();
    assert!(audit.out.contains("follow from the raw blocks"), "{audit:?}");
    change(&home, &record, "forged.json", |record| {
        let verdict = &mut record["workloads"][0]["cases"][0]["verdicts"][0];
        verdict["verdict"] = serde_json::json!({ "is": "equivalent", "within": 0.05 });
        verdict["ratio"] = 1.0.into();
    });
    change(&home, &record, "faster.json", |record| {
        for block in record["workloads"][0]["cases"][0]["arms"][0]["blocks"].as_array_mut().unwrap() {
            block["p50_us"] = (block["p50_us"].as_f64().unwrap() / 50.0).into();
        }
    });
    change(&home, &record, "code.json", |record| {
        record["workloads"][0]["cases"][0]["arms"][0]["source"]["text"] = "SELECT something_better()".into();
    });
    for (file, word) in [("forged.json", "its blocks say"), ("faster.json", "its blocks say"), ("code.json", "not the one that ran")] {
        let audit = home.run(&["compare", "check", file]);
        assert!(audit.code == Some(1) && audit.out.contains(word), "{file}: {audit:?}");
    }

    // reports
    home.run(&["compare", "report", "one.json", "--html", "one.html", "--markdown", "one.md"]).ok().is_clean();
    let [page, text] = ["one.html", "one.md"].map(|name| std::fs::read_to_string(home.path().join(name)).unwrap());
    assert!(page.starts_with("<!doctype html>") && page.contains("<svg") && !page.contains("<script") && !page.contains("http"), "{page}");
    assert!(text.contains("| sqlite rows |") && text.contains("## How this was made"), "{text}");
    assert!(home.run(&["compare", "report", "one.json"]).ok().out.contains("sqlite json"));

    // the same file twice: nothing differs but the ratios that are told
    let diff = home.run(&["compare", "diff", "one.json", "one.json"]).ok();
    assert!(diff.out.contains("times are not compared") && !diff.out.contains(" apart)") && !diff.out.contains(" us"), "{}", diff.out);
    change(&home, &record, "other.json", |record| {
        record["workloads"][0]["cases"][0]["arms"][0]["counters"]["vm_steps"] = 1.0e9.into();
    });
    assert!(home.run(&["compare", "diff", "one.json", "other.json"]).ok().out.contains("vm_steps"), "a counter that differs is told");
}

#[test]
fn the_short_suite_ends_within_a_minute_without_any_server() {
    let home = Home::new();
    let ended = home.run(&["compare", "--quick"]).ok();
    ended.is_clean();
    assert!(ended.took < Duration::from_secs(60), "{:?}", ended.took);
    for words in ["verdict", "statements: ", "A/A ", "same (", "no server was named"] {
        assert!(ended.out.contains(words), "no {words:?} in {}", ended.out);
    }
    let kept: Vec<String> = home.content().into_iter().map(|(name, _)| name).filter(|name| name.ends_with(".json")).collect();
    assert!(matches!(&kept[..], [name] if name.starts_with("data/lab/")), "{kept:?}");
}

#[test]
fn what_is_interrupted_leaves_a_valid_partial_result_and_no_database() {
    for signal in ["-INT", "-TERM"] {
        let home = Home::new();
        let run = &mut home.start(&[], &["compare", "run", "W16", "--size", "3000", "--out", "cut.json"]);
        run.wait_for("the first blocks", |run| run.complained().contains("W16 rank answers"));
        // some programs send two at a time; what the lab made is gone within milliseconds, so the second one must not be late
        run.signal(signal);
        run.signal(signal);
        run.wait_for("the end", |run| run.printed().contains("result: "));
        let record: Value = serde_json::from_str(&std::fs::read_to_string(home.path().join("cut.json")).unwrap()).unwrap();
        assert_eq!(record["session"]["partial"], true);
        let left: Vec<String> = home.content().into_iter().map(|(name, _)| name).collect();
        assert_eq!(left, ["cut.json", "data", "data/lab"], "{left:?}");
        home.run(&["compare", "check", "cut.json"]).ok();
        let report = home.run(&["compare", "report", "cut.json"]).ok();
        assert!(report.out.contains("interrupted"), "{}", report.out);
    }
}

#[test]
fn unknown_workloads_are_told_with_the_known_ones() {
    let home = Home::new();
    home.run(&["compare", "run", "W99"]).refused(1, &["W99", "the known ones are", "W03", "W16"]);
    home.run(&["compare", "run", "W16", "rank"]).refused(1, &["\"rank\""]);
    let list = home.run(&["compare", "list"]).ok();
    assert!(list.out.contains("W16 Leaderboard (quick)") && list.out.contains("W03 List with children"), "{}", list.out);
    assert_eq!(home.content().len(), 0, "nothing was made");
}

#[test]
fn servers_elsewhere_are_refused_unless_they_are_said_to_be_ones_own() {
    let home = Home::new();
    for (name, url) in [
        ("DATABASE_URL", "postgres://lab:hunter2@db.example.invalid/shop"),
        ("DOCUMENTS_URL", "mongodb://lab:hunter2@127.0.0.1,mongo.example.invalid/"),
        ("HOT_URL", "redis://:hunter2@192.0.2.1:6379"),
    ] {
        let refused = home.run_with(&[(name, url)], &["compare", "run", "W16", "--quick"]);
        refused.refused(1, &["is not this machine", "--i-own-this"]);
        assert_eq!(home.content().len(), 0, "nothing was made, nobody was asked");
    }
}

#[test]
fn numbers_and_files_that_cannot_be_used_are_told() {
    let home = Home::new();
    for (arguments, holding) in [
        (["--size", "9"], "--size: \"9\" cannot be used: expected a number from 10"),
        (["--size", "ten"], "--size: \"ten\" cannot be used"),
        (["--seed", "-"], "--seed: \"-\" cannot be used"),
    ] {
        home.run(&[&["compare", "--quick"], &arguments[..]].concat()).refused(1, &[holding]);
    }
    home.write("no.json", "[1, 2");
    home.write("old.json", "{\"schema_version\": 0}");
    home.write("none.json", "{}");
    for (file, holding) in [
        ("nowhere.json", "cannot read nowhere.json"),
        ("no.json", "no result of `polystore compare`"),
        ("old.json", "its format is version 0"),
        ("none.json", "it has no schema_version"),
    ] {
        for command in [&["check", file][..], &["report", file], &["diff", file, file]] {
            home.run(&[&["compare"], command].concat()).refused(1, &[holding]);
        }
    }
    assert_eq!(home.content().len(), 3, "nothing was made");
}

#[test]
fn the_schema_of_results_is_printed_as_it_is_published() {
    let printed = Home::new().run(&["compare", "schema"]).ok().out;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lab/result.schema.json");
    assert_eq!(printed, std::fs::read_to_string(path).unwrap());
}
