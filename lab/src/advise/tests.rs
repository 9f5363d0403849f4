use super::{
    Advice, Answers, AskError, Form, Rules,
    adr::Adr,
    advise,
    choose::{Choice, Standing, choose},
};
use crate::{
    claims::{
        Findings, Ledger,
        sample::{arm, case, session, workload},
    },
    result::{Record, Verdict},
};
use std::collections::BTreeMap;

pub(super) const EXAMPLE: &str = include_str!("../../../docs/lab/advise.example.toml");
const SIZE: u64 = 1_000_000;

/// The program's own tables, and results.
pub(super) struct Bench {
    pub(super) ledger: Ledger,
    pub(super) rules: Rules,
    pub(super) form: Form,
    pub(super) findings: Findings,
}

impl Bench {
    pub(super) fn new(records: &[Record]) -> Self {
        Self::of(include_str!("rules.toml"), include_str!("../claims/claims.toml"), records)
    }

    pub(super) fn of(rules: &str, claims: &str, records: &[Record]) -> Self {
        let ledger = Ledger::parse(claims).unwrap();
        let rules = Rules::parse(rules, &ledger).unwrap();
        Self { form: Form::new(&rules), ledger, rules, findings: Findings::newest(records) }
    }

    pub(super) fn answers(&self, changes: &[(&'static str, &str)]) -> Answers {
        let mut answers = Answers::from_toml(&self.form, EXAMPLE).unwrap();
        for (path, text) in changes {
            answers.set(path, self.form.field(path).unwrap().from_text(text).unwrap());
        }
        answers
    }

    fn advise(&self, answers: &Answers) -> Advice {
        advise(&self.rules, &self.ledger, &self.form, answers, &self.findings)
    }

    pub(super) fn choice(&self, answers: &Answers) -> Option<Choice> {
        choose(&self.rules, &self.form, answers, &self.findings).choice
    }

    pub(super) fn adr(&self, answers: &Answers) -> String {
        let advice = self.advise(answers);
        Adr {
            rules: &self.rules,
            ledger: &self.ledger,
            findings: &self.findings,
            form: &self.form,
            answers,
            advice: &advice,
            day: "2026-11-27",
        }
        .text()
    }
}

/// Results of all patterns: each arm takes the time that is told for its name, and counts that many bytes.
pub(super) fn results(us: &dyn Fn(&str, &str) -> f64) -> Record {
    let rules = Bench::new(&[]).rules;
    let mut workloads: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for pattern in &rules.patterns {
        for sized in &pattern.cases {
            let arms = workloads.entry(pattern.workload.clone()).or_default().entry(sized.case.clone()).or_default();
            arms.extend(pattern.arms.values().cloned());
            arms.sort();
            arms.dedup();
        }
    }
    let made = workloads.into_iter().map(|(id, cases)| {
        let cases = cases.into_iter().map(|(name, arms)| {
            let arms = arms.iter().map(|arm_name| {
                let us = us(&id, arm_name);
                arm(arm_name).took(us).counted("log_bytes", us)
            });
            case(&name, arms.collect())
        });
        workload(&id, SIZE, cases.collect())
    });
    session(made.collect())
}

/// All arms are fast enough for the example, but these.
pub(super) fn all_fast_but(slow: &'static [(&'static str, &'static str)]) -> Record {
    results(&|workload, arm| if slow.contains(&(workload, arm)) { 40_000.0 } else { 200.0 })
}

/// Lines of a record between one heading and the next.
pub(super) fn section<'a>(adr: &'a str, title: &str) -> &'a str {
    adr.split_once(&format!("\n## {title}\n")).map_or("", |(_, rest)| rest.split_once("\n## ").map_or(rest, |(section, _)| section))
}

#[test]
fn the_example_answers_every_question_and_names_all_that_is_allowed() {
    let bench = Bench::new(&[]);
    let answers = bench.answers(&[]);
    for field in &bench.form.fields {
        assert!(!answers.is_assumed(field.path), "{} is not in the example", field.path);
        for choice in field.choices() {
            assert!(EXAMPLE.contains(&choice.id), "the example does not name {} of {}", choice.id, field.path);
        }
    }
    assert_eq!(answers.some("access.patterns"), ["rank", "top"]);
    assert!(!bench.adr(&answers).contains("| assumed |"));
    // what is left out is assumed, and told
    let short = Answers::from_toml(&bench.form, "entity = 'x'\n[scale]\nmembers = 5").unwrap();
    assert!(short.is_assumed("scale.per_s") && !short.is_assumed("scale.members"));
    let adr = bench.adr(&short);
    assert!(adr.contains("| scale.per_s | 50 | assumed |") && adr.contains("| scale.members | 5 |  |"), "{adr}");
}

#[test]
fn bad_answers_are_told_in_a_sentence_each_and_all_at_once() {
    let form = Bench::new(&[]).form;
    let wrong = |text: &str| Answers::from_toml(&form, text).unwrap_err();
    for (text, sentence) in [
        ("entyti = 'x'", "entyti: this key is not known: expected one of entity, shape, access, consistency, scale, team"),
        ("[scales]\nmembers = 1", "scales: this key is not known: expected one of entity, shape, access, consistency, scale, team"),
        ("[shape]\nknd = 'ranked'", "shape.knd: this key is not known: expected one of kind, size_kib"),
        ("[shape]\nkind = 'round'", "shape.kind: \"round\" cannot be used: expected one of related, document, keyed, ranked, events"),
        ("[shape]\nkind = 3", "shape.kind: 3 cannot be used: expected one of related, document, keyed, ranked, events"),
        ("[scale]\nmembers = 0", "scale.members: 0 cannot be used: expected a number from 1 to 1000000000000"),
        ("[scale]\np99_ms = 'fast'", "scale.p99_ms: \"fast\" cannot be used: expected a number from 0.01 to 60000"),
        ("[scale]\np99_ms = nan", "scale.p99_ms: nan cannot be used: expected a number from 0.01 to 60000"),
        ("[team]\nruns = ['oracle']", "team.runs: \"oracle\" cannot be used: expected a list of postgres, mongodb, redis"),
        ("[team]\nruns = 'redis'", "team.runs: \"redis\" cannot be used: expected a list of postgres, mongodb, redis"),
        ("shape = 'ranked'", "shape: expected a table [shape] with kind, size_kib"),
        ("entity = ''", "entity: \"\" cannot be used: expected a name of 1 to 60 characters"),
        ("entity = \"a\\nb\"", "entity: \"a\\nb\" cannot be used: expected a name of 1 to 60 characters"),
    ] {
        assert_eq!(wrong(text), [sentence]);
    }
    let [none] = &wrong("[access]\npatterns = []")[..] else { panic!("one sentence") };
    assert!(none.starts_with("access.patterns: [] cannot be used: expected a list of one or more of whole, children, "), "{none}");
    let [broken] = &wrong("entity = 'x'\n[shape\nkind = 1")[..] else { panic!("one sentence") };
    assert!(broken.starts_with("line 2: this is not TOML: ") && !broken.contains('\n'), "{broken}");
    assert_eq!(wrong("[scale]\nmembers = 0\nper_s = -1\n[team]\nmore = 9").len(), 3);
}

#[test]
fn the_terminal_asks_again_takes_what_is_assumed_and_refuses_half_a_form() {
    let form = Bench::new(&[]).form;
    let ask = |typed: &str| {
        let mut shown = Vec::new();
        let answers = Answers::ask(&form, &mut typed.as_bytes(), &mut shown);
        (answers, String::from_utf8(shown).unwrap())
    };
    let blank = "\n".repeat(form.fields.len());
    let (answers, shown) = ask(&blank);
    let answers = answers.unwrap();
    assert!(form.fields.iter().all(|field| answers.is_assumed(field.path) && answers.value(field.path) == Some(&field.assumed)));
    for question in ["1. What do the data look like?", "5. Which stores does the team run?"] {
        assert_eq!(shown.matches(question).count(), 1, "{shown}");
    }
    let (answers, shown) = ask(&format!("board\nround\nranked\n{blank}"));
    assert_eq!(answers.unwrap().one("shape.kind"), "ranked");
    assert!(shown.contains("\"round\" cannot be used: expected one of related"), "{shown}");
    let (answers, _) = ask("board\nranked\n");
    assert!(matches!(answers, Err(AskError::Ended("shape.size_kib"))));
}

#[test]
fn one_store_that_is_enough_ends_it() {
    let bench = Bench::new(&[all_fast_but(&[])]);
    let answers = bench.answers(&[]);
    let choice = bench.choice(&answers).unwrap();
    assert_eq!((choice.home.as_str(), choice.standing, choice.helpers.len()), ("postgres-rows", Standing::Enough, 0));
    let adr = bench.adr(&answers);
    assert!(
        section(&adr, "Decision")
            .contains("**PostgreSQL, rows.** It gives the guarantees and is enough for all that is asked. No second store is needed."),
        "{adr}"
    );
    assert!(section(&adr, "Evidence").contains("one connection did 5,000 in a second, and 99 of 100 took 200 us"), "{adr}");
    // one connection did 5,000 in a second, and three times the rate must be borne
    assert!(
        section(&adr, "Reconsider when").contains("reconsider_if: scale.per_s > 1667 || scale.p99_ms < 0.2 || scale.members > 1000000\n"),
        "{adr}"
    );
    assert!(section(&adr, "Not known").contains("run `compare run W23`"), "{adr}");
}

#[test]
fn a_second_store_comes_only_with_proof_and_where_copies_may_be_late() {
    let slow_rank = all_fast_but(&[("W16", "postgres count"), ("W16", "mongodb count")]);
    let bench = Bench::new(std::slice::from_ref(&slow_rank));
    // rules across several things keep Redis from being the home
    let answers = |changes: &[(&'static str, &str)]| bench.answers(&[&[("consistency.rules", "across-several")], changes].concat());
    let choice = bench.choice(&answers(&[])).unwrap();
    assert_eq!((choice.home.as_str(), choice.standing), ("postgres-rows", Standing::NotEnough));
    assert_eq!(choice.helpers.iter().map(|helper| helper.candidate.as_str()).collect::<Vec<_>>(), ["redis-structures"; 2]);
    let adr = bench.adr(&answers(&[]));
    assert!(section(&adr, "Decision").contains("**Redis, structures, as a copy**, for this: the place of one member among all."), "{adr}");
    assert!(section(&adr, "What is given up").contains("A second store: invalidation"), "{adr}");
    for (change, why) in [
        (("consistency.stale_s", "0"), "A second store holds a copy, copies are late, and none may be."),
        (("team.more", "0"), "No store that may hold a copy was found to be enough."),
    ] {
        let adr = bench.adr(&answers(&[change]));
        assert!(section(&adr, "Decision").contains(why) && !section(&adr, "Decision").contains("as a copy"), "{adr}");
    }
    // not told that it is faster: no second store
    let mut untold = slow_rank;
    for case in untold.workloads.iter_mut().flat_map(|workload| &mut workload.cases) {
        for pair in &mut case.verdicts {
            pair.verdict = Verdict::Noisy { apart: 0.3 };
        }
    }
    let bench = Bench::new(&[untold]);
    let answers = bench.answers(&[("consistency.rules", "across-several")]);
    assert_eq!(bench.choice(&answers).unwrap().helpers, []);
    assert!(section(&bench.adr(&answers), "Decision").contains("it was not told that it is faster"));
}

#[test]
fn without_results_it_says_what_to_run_and_claims_nothing() {
    let bench = Bench::new(&[]);
    let answers = bench.answers(&[]);
    let adr = bench.adr(&answers);
    assert!(section(&adr, "Decision").contains("**PostgreSQL, rows, until more is known.**"), "{adr}");
    assert!(section(&adr, "Not known").contains("Not known: whether PostgreSQL, rows is enough for this: the place of one member among all: no result of this machine: run `compare run W16`"), "{adr}");
    assert_eq!(section(&adr, "Evidence").trim(), "None: no result of this machine bears on it.");
    assert!(!adr.contains(" is enough for all"), "{adr}");
}

#[test]
fn sizes_and_rates_beyond_what_was_measured_are_not_known() {
    let bench = Bench::new(&[all_fast_but(&[])]);
    for (change, why) in [
        (("scale.members", "2000000"), "the largest size that was measured is 1,000,000, and 2,000,000 is asked"),
        (("scale.per_s", "100000"), "3 times the stated rate was not measured"),
    ] {
        let answers = bench.answers(&[change]);
        assert_eq!(bench.choice(&answers).unwrap().standing, Standing::NotKnown);
        assert!(section(&bench.adr(&answers), "Not known").contains(why), "{}", bench.adr(&answers));
    }
    let mut debug = all_fast_but(&[]);
    debug.session.build = "debug".to_owned();
    let bench = Bench::new(&[debug]);
    assert!(section(&bench.adr(&bench.answers(&[])), "Not known").contains("built for debugging"));
}

#[test]
fn a_noisy_session_can_say_enough_and_cannot_say_too_slow() {
    let noisy = |mut record: Record| {
        for case in record.workloads.iter_mut().flat_map(|workload| &mut workload.cases) {
            case.noise = case.noise.map(|noise| crate::result::Noise { noisy: true, ..noise });
        }
        Bench::new(&[record])
    };
    let fast = noisy(all_fast_but(&[]));
    assert_eq!(fast.choice(&fast.answers(&[])).unwrap().standing, Standing::Enough);
    let slow = noisy(all_fast_but(&[("W16", "postgres count")]));
    assert_eq!(slow.choice(&slow.answers(&[])).unwrap().standing, Standing::NotKnown);
    assert!(section(&slow.adr(&slow.answers(&[])), "Not known").contains("too noisy to call that too slow"));
}

#[test]
fn a_promise_that_a_kill_broke_puts_a_store_out() {
    let killed = |lost: f64| {
        let mut record = all_fast_but(&[]);
        record.workloads.push(workload(
            "W23",
            1,
            vec![case("each-commit", vec![arm("postgres").found("lost", lost).found("acknowledged", 900.0)])],
        ));
        Bench::new(&[record])
    };
    let kept = killed(0.0);
    assert_eq!(kept.choice(&kept.answers(&[])).unwrap().home, "postgres-rows");
    assert!(
        section(&kept.adr(&kept.answers(&[])), "Evidence")
            .contains("each-commit was tested: the case each-commit, postgres: 0 lost of 900 acknowledged")
    );
    let broken = killed(3.0);
    assert_ne!(broken.choice(&broken.answers(&[])).unwrap().home, "postgres-rows");
    let adr = broken.adr(&broken.answers(&[]));
    assert!(
        section(&adr, "How it was found")
            .contains("a result of this machine contradicts it: the case each-commit, postgres: 3 lost of 900 acknowledged"),
        "{adr}"
    );
}

#[test]
fn bytes_of_log_decide_where_no_time_does() {
    let record = results(&|workload, arm| if (workload, arm) == ("W08", "postgres jsonb") { 140_000.0 } else { 400.0 });
    let bench = Bench::new(&[record]);
    let article = [
        ("shape.kind", "document"),
        ("shape.size_kib", "24"),
        ("access.patterns", "change-a-part"),
        ("access.reads_per_write", "1"),
        ("team.more", "2"),
    ];
    let of = |changes: &[(&'static str, &str)]| bench.answers(&[&article, changes].concat());
    // 140,000 bytes for each of 150 writes, three times: 60 MiB
    assert_eq!(bench.choice(&of(&[])).unwrap().home, "mongodb-documents");
    assert_eq!(bench.choice(&of(&[("scale.log_mib_s", "100")])).unwrap().home, "postgres-jsonb");
    let adr = bench.adr(&of(&[]));
    assert!(
        section(&adr, "Evidence")
            .contains("PostgreSQL, JSONB is not enough for change-a-part: the case kib-32, postgres jsonb: 140,000 log_bytes for a write"),
        "{adr}"
    );
    assert!(section(&adr, "Which answers matter").contains("`scale.log_mib_s = 100`: PostgreSQL, JSONB"), "{adr}");
}

#[test]
fn what_course_texts_say_is_held_against_the_advice_and_the_results() {
    let said =
        |bench: &Bench, changes: &[(&'static str, &str)]| section(&bench.adr(&bench.answers(changes)), "What course texts say").to_owned();
    let fast = Bench::new(&[all_fast_but(&[])]);
    let ranked = "- Leaderboards belong into sorted sets. [C13; lecture] That is Redis; this advice does not have it. The claim is not reproduced here.\n";
    assert_eq!(said(&fast, &[]).trim_start(), ranked);
    assert_eq!(said(&Bench::new(&[]), &[]).trim_start(), ranked.replace("not reproduced", "not run"));
    let slow = Bench::new(&[all_fast_but(&[("W16", "postgres count"), ("W16", "mongodb count")])]);
    let both = said(&slow, &[("consistency.rules", "across-several")]);
    assert!(both.contains("That is Redis; this advice has it, too. The claim is reproduced here."), "{both}");
    assert!(both.contains("for ACID take SQL. [C28; lecture, chapter] That is PostgreSQL or SQLite; this advice has it, too."), "{both}");
}

#[test]
fn nobody_is_left_when_too_much_is_asked() {
    let bench = Bench::new(&[]);
    let answers = bench.answers(&[("team.runs", "none"), ("team.more", "0")]);
    assert_eq!(bench.choice(&answers), None);
    let adr = bench.adr(&answers);
    assert!(section(&adr, "Decision").starts_with("\nNo store of the table can give what is asked."), "{adr}");
    assert!(
        section(&adr, "How it was found").contains("PostgreSQL, rows is out: the team does not run it and can run no other server"),
        "{adr}"
    );
    assert!(section(&adr, "Which answers matter").contains("`team.more = 1`: PostgreSQL, rows"), "{adr}");
}

#[test]
fn a_table_that_does_not_fit_together_is_refused() {
    let ledger = Ledger::own().unwrap();
    let table = include_str!("rules.toml");
    for (from, to, reason) in [
        ("claim = \"C31\"", "claim = \"C99\"", "C99 is no claim of the ledger"),
        ("claim = \"C31\"", "claim = \"C13\"", "C13 is not tested by W23"),
        ("store = \"sqlite\"", "store = \"oracle\"", "oracle is no store"),
        ("durability = \"may-vanish\"", "durability = \"forever\"", "forever is not known as durability"),
        ("part = \"statements, sqlite\"", "part = \"luck\"", "C8 has no part \"luck\""),
        ("has = \"children\"", "has = \"parents\"", "parents is no choice"),
        ("answer = \"scale.members\", at_least = 1000", "answer = \"scale.member\", at_least = 1000", "scale.member, which is no field"),
        ("counter = \"log_bytes\"", "counter = \"luck\"", "luck is no counter"),
        ("holds = [\"related\"]", "holds = [\"round\"]", "round is no shape"),
        ("process-memory = \"in process\"", "magic = \"in process\"", "magic is no candidate"),
        ("cannot = [\"redis-structures\"]", "cannot = [\"magic\"]", "magic is no candidate"),
        ("stores = [\"redis\"]", "stores = [\"magic\"]", "magic is no store"),
        ("second_store = [", "weight = 3\nsecond_store = [", "weight"),
    ] {
        assert!(table.contains(from), "{from}");
        let error = Rules::parse(&table.replacen(from, to, 1), &ledger).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
}
