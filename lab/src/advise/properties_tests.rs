//! What must hold for all answers and all results: under other names, with more durability, with more data, with less evidence.

use super::{
    Answers,
    choose::choose,
    filter::{is_new, sort_out},
    form::Value,
    tests::{Bench, EXAMPLE, all_fast_but, results, section},
};
use crate::{
    claims::sample::{arm, case, sweep, workload},
    result::{FitKind, Record},
};

/// Answers that differ in one field, for all of some others.
fn grid(bench: &Bench) -> Vec<Answers> {
    let mut grid = Vec::new();
    for shape in ["related", "document", "keyed", "ranked", "events"] {
        for patterns in ["rank", "whole", "lookup,pages", "expiring", "change-a-part,whole", "report,top"] {
            for (rules, stale) in [("none", "0"), ("within-one", "60"), ("across-several", "60")] {
                for (runs, more) in [("none", "0"), ("none", "2"), ("postgres", "1"), ("redis,mongodb", "0")] {
                    for processes in ["one", "many"] {
                        grid.push(bench.answers(&[
                            ("shape.kind", shape),
                            ("access.patterns", patterns),
                            ("consistency.rules", rules),
                            ("consistency.stale_s", stale),
                            ("team.runs", runs),
                            ("team.more", more),
                            ("scale.processes", processes),
                        ]));
                    }
                }
            }
        }
    }
    grid
}

/// Results with times that nobody chose: the same for the same seed.
fn drawn(seed: u64) -> Record {
    results(&|workload, arm| {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for byte in workload.bytes().chain(arm.bytes()) {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3).rotate_left(17);
        }
        [60.0, 150.0, 400.0, 1_100.0, 9_000.0, 60_000.0][(state >> 7) as usize % 6]
    })
}

fn benches() -> Vec<Bench> {
    (1..=6).map(|seed| Bench::new(&[drawn(seed)])).chain([Bench::new(&[])]).collect()
}

#[test]
fn more_durability_never_yields_a_weaker_store() {
    let (mut seen, mut stronger) = (0, 0);
    for bench in benches() {
        let levels: Vec<String> =
            bench.form.field("consistency.durability").unwrap().choices().iter().map(|choice| choice.id.clone()).collect();
        let place = |id: &str| levels.iter().position(|level| level == id).unwrap();
        for mut answers in grid(&bench) {
            let mut before: Option<usize> = None;
            for (wanted, level) in levels.iter().enumerate() {
                answers.set("consistency.durability", Value::One(level.clone()));
                let strength =
                    bench.choice(&answers).map(|choice| place(&bench.rules.candidate(&choice.home).unwrap().offers["durability"]));
                match (strength, wanted) {
                    (Some(strength), _) => {
                        assert!(strength >= wanted, "{level} is not kept");
                        assert!(before.is_none_or(|before| strength >= before), "{level} yields a weaker store: {answers:?}");
                        stronger += usize::from(before.is_some_and(|before| strength > before));
                        seen += 1;
                        before = Some(strength);
                    }
                    // the strongest wish may be nobody's, a stronger one then is, too
                    (None, _) => before = Some(usize::MAX),
                }
            }
        }
    }
    assert!(seen > 1_000 && stronger > 10, "{seen} advices, {stronger} of them stronger than the one before: the grid does not test much");
}

#[test]
fn nobody_is_advised_who_is_beaten_on_every_axis() {
    let mut swapped = 0;
    for bench in benches() {
        for answers in grid(&bench) {
            let chosen = choose(&bench.rules, &bench.form, &answers, &bench.findings);
            let Some(choice) = chosen.choice else { continue };
            swapped += usize::from(chosen.beaten.is_some());
            let home = bench.rules.candidate(&choice.home).unwrap();
            let (remain, _) = sort_out(&bench.rules, &bench.form, &answers, &bench.findings);
            let patterns: Vec<_> =
                bench.rules.patterns.iter().filter(|pattern| answers.some("access.patterns").contains(&pattern.id)).collect();
            for other in remain.iter().filter(|other| other.id != home.id) {
                let dearer = is_new(&bench.rules, &answers, other) && other.store != home.store;
                let better = patterns.iter().all(|pattern| {
                    let Some(run) = bench.findings.run(&pattern.workload) else { return false };
                    let Some(arms) = pattern.arms.get(&other.id).zip(pattern.arms.get(&home.id)) else { return false };
                    pattern.cases.iter().all(|sized| {
                        let case = run.workload.cases.iter().find(|case| case.id == sized.case).unwrap();
                        let mean = |name: &String| case.arms.iter().find(|arm| arm.name == *name).unwrap().blocks[0].mean_us;
                        mean(arms.0) * 1.1 < mean(arms.1)
                    })
                });
                assert!(dearer || !better, "{} beats {} on every axis: {answers:?}", other.id, home.id);
            }
        }
    }
    assert!(swapped > 10, "only {swapped} were passed over: the grid does not test much");
}

#[test]
fn a_sentence_goes_with_the_workload_that_it_rests_on() {
    let mut record = all_fast_but(&[]);
    // what the practices need: a sweep that grows, statements of N+1
    let lookup = record
        .workloads
        .iter_mut()
        .find(|workload| workload.id == "W05")
        .unwrap()
        .cases
        .iter_mut()
        .find(|case| case.id == "lookup")
        .unwrap();
    lookup.arms.push(arm("sqlite scan"));
    lookup.sweep = Some(sweep(&[1_000, 10_000], &[("sqlite scan", &[1.0, 10.0], "vm_steps", FitKind::Power, 1.0, &[])]));
    record.workloads.push(workload(
        "W23",
        1,
        vec![case("each-commit", vec![arm("postgres").found("lost", 0.0).found("acknowledged", 900.0)])],
    ));
    let bench = Bench::new(&[record]);
    let answers = bench.answers(&[("shape.kind", "related"), ("access.patterns", "whole,lookup,report,change-a-part")]);
    let stated = |bench: &Bench, id: &str| {
        let adr = bench.adr(&answers);
        let told = [section(&adr, "Evidence"), section(&adr, "Whatever the store")].concat();
        (told.matches(&format!("[{id}, C")).count(), adr)
    };
    for id in ["W01", "W05", "W08", "W09", "W23"] {
        let (told, adr) = stated(&bench, id);
        assert!(told > 0, "nothing rests on {id}: {adr}");
        let without = Bench { findings: bench.findings.without(id), ..Bench::new(&[]) };
        let (told, adr) = stated(&without, id);
        assert_eq!(told, 0, "{id} is still told of: {adr}");
        assert!(section(&adr, "Not known").contains(&format!("run `compare run {id}`")), "{adr}");
    }
}

#[test]
fn more_data_never_take_the_warning_about_an_index_away() {
    let mut record = all_fast_but(&[]);
    let lookup = record
        .workloads
        .iter_mut()
        .find(|workload| workload.id == "W05")
        .unwrap()
        .cases
        .iter_mut()
        .find(|case| case.id == "lookup")
        .unwrap();
    lookup.arms.push(arm("sqlite scan"));
    lookup.sweep = Some(sweep(&[1_000, 10_000], &[("sqlite scan", &[1.0, 10.0], "vm_steps", FitKind::Power, 1.0, &[])]));
    let bench = Bench::new(&[record]);
    let warned: Vec<bool> = (0..=12)
        .map(|power| {
            let answers = bench.answers(&[("access.patterns", "lookup"), ("scale.members", &10_f64.powi(power).to_string())]);
            section(&bench.adr(&answers), "Whatever the store").contains("Index what is looked up by")
        })
        .collect();
    assert!(!warned[0] && warned[12], "{warned:?}");
    assert!(warned.is_sorted(), "{warned:?}");
}

/// Names that stand for the stores' own, of other letters and another order.
const OTHERS: [(&str, &str); 8] = [
    ("PostgreSQL", "Zebra"),
    ("postgres", "zebra"),
    ("MongoDB", "Anteater"),
    ("mongodb", "anteater"),
    ("SQLite", "Yak"),
    ("sqlite", "yak"),
    ("Redis", "Bison"),
    ("redis", "bison"),
];

fn renamed(text: &str) -> String {
    OTHERS.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn stores_by_other_names_get_the_same_advice_under_those_names() {
    let rules = include_str!("rules.toml");
    let claims = include_str!("../claims/claims.toml");
    let scenarios = [
        vec![],
        vec![("consistency.rules", "across-several")],
        vec![("shape.kind", "document"), ("access.patterns", "whole,change-a-part"), ("team.runs", "mongodb"), ("scale.processes", "one")],
        vec![
            ("shape.kind", "keyed"),
            ("access.patterns", "expiring"),
            ("consistency.durability", "may-vanish"),
            ("consistency.rules", "none"),
        ],
    ];
    let records = [1, 2, 3].map(|seed| vec![drawn(seed)]).into_iter().chain([vec![all_fast_but(&[("W16", "postgres count")])], vec![]]);
    for records in records {
        let others: Vec<Record> = records.iter().map(|record| Record::parse(&renamed(&record.to_json().unwrap())).unwrap()).collect();
        let own = Bench::of(rules, claims, &records);
        let other = Bench::of(&renamed(rules), &renamed(claims), &others);
        for scenario in &scenarios {
            let translated: Vec<_> = scenario.iter().map(|(path, text)| (*path, renamed(text))).collect();
            let mut answers = Answers::from_toml(&other.form, &renamed(EXAMPLE)).unwrap();
            for (path, text) in &translated {
                answers.set(path, other.form.field(path).unwrap().from_text(text).unwrap());
            }
            let adr = own.adr(&own.answers(scenario));
            assert_eq!(other.adr(&answers), renamed(&adr));
            assert_ne!(renamed(&adr), adr, "no store is named");
        }
    }
}

#[test]
fn the_code_knows_no_store_by_name() {
    for (file, text) in [
        ("adr", include_str!("adr.rs")),
        ("answers", include_str!("answers.rs")),
        ("choose", include_str!("choose.rs")),
        ("enough", include_str!("enough.rs")),
        ("filter", include_str!("filter.rs")),
        ("form", include_str!("form.rs")),
        ("mod", include_str!("mod.rs")),
        ("rules", include_str!("rules.rs")),
        ("sayings", include_str!("sayings.rs")),
    ] {
        let named = OTHERS.iter().find(|(name, _)| text.contains(name));
        assert!(named.is_none(), "{file}.rs names {named:?}");
    }
}
