use super::{
    Findings, Ledger, Outcome, Test,
    decide::{decide, text},
    judge, judge_all,
    measured::{digits, median, quantile_us, time},
    sample::{arm, case, session, sweep, workload},
};
use crate::result::{ArmRecord, CaseRecord, Finding, FitKind, Plan, PlanClass, Verdict};

fn test(toml: &str) -> Test {
    #[derive(serde::Deserialize)]
    struct Holder {
        test: Test,
    }
    toml::from_str::<Holder>(&format!("test = {{ {toml} }}")).unwrap().test
}

/// What a test says to one case `c` of `W`.
fn said(toml: &str, of: CaseRecord) -> Outcome {
    test(toml).outcome(&Findings::of(&session(vec![workload("W", 1_000, vec![of])])))
}

const AT: &str = "at = { workload = 'W', case = 'c' }";

fn holds(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Holds(figure) => assert!(!figure.is_empty()),
        Outcome::Fails(figure) => {
            assert!(!figure.is_empty());
            return false;
        }
        other => panic!("{other:?}"),
    }
    true
}

fn open(outcome: Outcome, because: &str) {
    assert!(matches!(&outcome, Outcome::Open(why) if why.contains(because)), "{outcome:?} does not tell {because:?}");
}

#[test]
fn the_ledger_has_42_claims_in_order_and_each_can_be_decided_or_says_why_not() {
    let ledger = Ledger::own().unwrap();
    let ids: Vec<_> = ledger.claims.iter().map(|claim| claim.id.clone()).collect();
    assert_eq!(ids, (1..=42).map(|number| format!("C{number}")).collect::<Vec<_>>());
    for claim in &ledger.claims {
        assert!(claim.sentence.ends_with('.') && !claim.texts.is_empty(), "{}", claim.id);
        assert!(claim.texts.iter().all(|text| ["overview", "lecture", "bootcamp", "guide", "chapter"].contains(&&**text)), "{}", claim.id);
    }
}

#[test]
fn without_results_each_claim_says_what_to_run_or_why_it_cannot_be_tested() {
    let found = judge(&session(Vec::new()));
    assert_eq!(found.len(), 42);
    for claim in &found {
        match claim.finding {
            Finding::NotRun => assert!(claim.figure.starts_with("not run: compare run W"), "{}: {}", claim.id, claim.figure),
            Finding::NotTestableHere => assert!(claim.figure.len() > 20, "{}: {}", claim.id, claim.figure),
            other => panic!("{}: {other:?} of nothing", claim.id),
        }
    }
    let of = |id: &str| found.iter().find(|claim| claim.id == id).unwrap().finding;
    assert_eq!((of("C42"), of("C5"), of("C13")), (Finding::NotTestableHere, Finding::NotTestableHere, Finding::NotRun));
    assert!(
        text(&found).contains("\nC13  Leaderboards belong into sorted sets. [W16; lecture]\n     not run: compare run W16\n"),
        "{}",
        text(&found)
    );
    assert!(text(&found).ends_with(" not run\n"));
}

#[test]
fn a_claim_is_reproduced_as_far_as_its_parts_hold() {
    let pair =
        |id: &str, redis: f64, postgres: f64| case(id, vec![arm("postgres count").took(postgres), arm("redis sorted set").took(redis)]);
    let finding = |rank: CaseRecord, top: CaseRecord| {
        let found = judge(&session(vec![workload("W16", 200_000, vec![rank, top])]));
        let claim = found.into_iter().find(|claim| claim.id == "C13").unwrap();
        (claim.finding, claim.figure)
    };
    let (fast, same) = (|id: &str| pair(id, 160.0, 22_400.0), |id: &str| pair(id, 160.0, 160.0));
    assert_eq!(finding(fast("rank"), fast("top")).0, Finding::Reproduced);
    let (some, figure) = finding(fast("rank"), same("top"));
    assert_eq!(some, Finding::ReproducedUnderConditions);
    assert!(figure.contains("rank: holds (redis sorted set faster than postgres count 140x [136, 144]"), "{figure}");
    assert!(figure.contains("top-10: does not hold (redis sorted set and postgres count are equivalent within 5 %"), "{figure}");
    assert_eq!(finding(same("rank"), same("top")).0, Finding::NotReproduced);
    // one part alone, however well it holds, is not the claim
    let (some, figure) = finding(fast("rank"), case("other", Vec::new()));
    assert_eq!(some, Finding::ReproducedUnderConditions);
    assert!(figure.contains("top-10: open (") && figure.contains("no case top of W16"), "{figure}");
}

#[test]
fn a_store_that_was_not_there_is_named_and_decides_nothing() {
    let mut alone =
        workload("W16", 1_000, vec![case("rank", vec![arm("sqlite rows").took(1.0)]), case("top", vec![arm("sqlite rows").took(1.0)])]);
    alone.missing_stores = vec!["postgres".to_owned(), "redis".to_owned()];
    let found = judge(&session(vec![alone.clone()]));
    let claim = found.iter().find(|claim| claim.id == "C13").unwrap();
    assert_eq!(claim.finding, Finding::NotRun);
    assert!(claim.figure.contains("redis sorted set was not there"), "{}", claim.figure);
    // the same without the reason is no excuse, and is told
    alone.missing_stores.clear();
    let found = judge(&session(vec![alone]));
    let claim = found.iter().find(|claim| claim.id == "C13").unwrap();
    assert_eq!(claim.finding, Finding::NotTestableHere);
    assert!(claim.figure.contains("has no arm redis sorted set in rank"), "{}", claim.figure);
}

#[test]
fn faster_goes_by_the_interval_of_the_verdict() {
    let toml = format!("form = 'faster', {AT}, arm = 'a', than = 'b', times = 2");
    let with = |verdict: Verdict| {
        let mut of = case("c", vec![arm("a").took(1.0), arm("b").took(1.0)]);
        of.verdicts[0].verdict = verdict;
        said(&toml, of)
    };
    let faster = |faster: &str, low, high| Verdict::Faster { faster: faster.to_owned(), times: (low + high) / 2.0, low, high };
    assert!(holds(&with(faster("a", 2.0, 2.4))));
    assert!(!holds(&with(faster("a", 1.2, 1.9))));
    assert!(!holds(&with(faster("b", 3.0, 4.0))));
    assert!(!holds(&with(Verdict::Equivalent { within: 0.05 })));
    assert!(!holds(&with(Verdict::NoDifference { would_have_seen: 0.07 })));
    open(with(faster("a", 1.9, 2.2)), "interval holds 2x");
    open(with(Verdict::NoDifference { would_have_seen: 1.5 }), "would have seen 150 %");
    open(with(Verdict::Noisy { apart: 0.2 }), "noisy");
    open(with(Verdict::WrongAnswer { arm: "b".to_owned() }), "b gave a wrong answer");
    open(with(Verdict::DifferentPromises { why: "D1 and D3".to_owned() }), "different promises: D1 and D3");
    open(with(Verdict::ClientBound { why: "floor".to_owned() }), "client-bound");
    open(with(Verdict::Unsupported { why: "no plan".to_owned() }), "unsupported");
}

#[test]
fn counters_and_facts_are_held_against_bounds() {
    let arms = || {
        case("c", vec![arm("a").counted("round_trips", 101.0).found("lost", 0.0), arm("b").counted("round_trips", 1.0).found("lost", 7.0)])
    };
    let ratio = |of: &str, over: &str, bound: &str| {
        said(&format!("form = 'counter-ratio', {AT}, counter = 'round_trips', of = '{of}', over = '{over}', is = {{ {bound} }}"), arms())
    };
    assert!(holds(&ratio("a", "b", "from = 101")));
    assert!(!holds(&ratio("a", "b", "from = 102")));
    assert!(!holds(&ratio("b", "a", "from = 1")));
    let counter = |bound: &str| said(&format!("form = 'counter', {AT}, arm = 'a', counter = 'round_trips', is = {{ {bound} }}"), arms());
    assert!(holds(&counter("from = 100, to = 101")) && !holds(&counter("to = 100")));
    open(said(&format!("form = 'counter', {AT}, arm = 'a', counter = 'syncs', is = {{ to = 1 }}"), arms()), "a has no syncs");
    let fact = |name: &str| said(&format!("form = 'fact', {AT}, arm = '{name}', fact = 'lost', is = {{ to = 0 }}"), arms());
    assert!(holds(&fact("a")) && !holds(&fact("b")));
    open(said(&format!("form = 'fact', {AT}, arm = 'a', fact = 'late', is = {{ to = 0 }}"), arms()), "did not tell");
    let facts = case("c", vec![arm("a").found("worst admitted", 200.0).found("limit", 100.0)]);
    let of_facts = |bound: &str| {
        said(&format!("form = 'fact-ratio', {AT}, arm = 'a', of = 'worst admitted', over = 'limit', is = {{ {bound} }}"), facts.clone())
    };
    assert!(holds(&of_facts("from = 2")) && !holds(&of_facts("to = 1")));
}

#[test]
fn times_are_told_only_of_quiet_sessions_and_builds_for_release() {
    let toml = format!("form = 'time', {AT}, arm = 'a', statistic = 'p99', ms = {{ to = 1 }}");
    let of = |us| case("c", vec![arm("a").took(us)]);
    assert!(holds(&said(&toml, of(900.0))) && !holds(&said(&toml, of(1_100.0))));
    let mut noisy = of(900.0);
    noisy.noise = noisy.noise.map(|noise| crate::result::Noise { noisy: true, ..noise });
    open(said(&toml, noisy), "noisy");
    let mut debug = session(vec![workload("W", 1, vec![of(900.0)])]);
    debug.session.build = "debug".to_owned();
    open(test(&toml).outcome(&Findings::of(&debug)), "built for debugging");
    let ratio = format!("form = 'time-ratio', {AT}, statistic = 'mean', of = 'a', over = 'b', is = {{ from = 100 }}");
    let pair = |us| case("c", vec![arm("a").took(us), arm("b").took(10.0)]);
    assert!(holds(&said(&ratio, pair(1_000.0))) && !holds(&said(&ratio, pair(990.0))));
}

#[test]
fn sweeps_are_held_against_growth_shape_and_times_at_a_size() {
    let swept = |or: &'static [FitKind]| {
        let mut of = case("c", vec![arm("a"), arm("b")]);
        let arms: &[super::sample::Swept<'_>] =
            &[("a", &[10.0, 10.0], "pages", FitKind::Log, 0.04, or), ("b", &[70.0, 4_000.0], "pages", FitKind::Power, 0.99, &[])];
        of.sweep = Some(sweep(&[1_000, 100_000], arms));
        of
    };
    let growth = |name: &str| {
        said(&format!("form = 'growth', {AT}, arm = '{name}', counter = 'pages', exponent = {{ from = 0.9, to = 1.1 }}"), swept(&[]))
    };
    assert!(holds(&growth("b")) && !holds(&growth("a")));
    let shape = |name: &str, or| said(&format!("form = 'shape', {AT}, arm = '{name}', counter = 'pages', shape = 'log'"), swept(or));
    assert!(holds(&shape("a", &[])) && !holds(&shape("b", &[])));
    open(shape("a", &[FitKind::Constant]), "cannot tell log n and constant apart");
    let at =
        |size: u64, times| said(&format!("form = 'faster-at', {AT}, size = {size}, arm = 'a', than = 'b', times = {times}"), swept(&[]));
    assert!(holds(&at(100_000, 100)) && !holds(&at(1_000, 100)));
    open(at(1_000, 7), "on both sides of 7x");
    open(at(1_000_000, 7), "not timed at 1,000,000");
    let time = |ms: &str| said(&format!("form = 'time', {AT}, arm = 'b', statistic = 'p50', size = 100000, ms = {{ {ms} }}"), swept(&[]));
    assert!(holds(&time("from = 4, to = 4")) && !holds(&time("from = 50")));
}

#[test]
fn answers_and_plans_are_compared() {
    let same = format!("form = 'same-answers', {AT}");
    let arms = |well: bool| {
        let mut other = arm("b");
        other.answers.as_mut().unwrap().same = well;
        case("c", vec![arm("a"), other])
    };
    assert!(holds(&said(&same, arms(true))) && !holds(&said(&same, arms(false))));
    open(said(&same, case("c", vec![arm("a")])), "fewer than two");
    let planned = |class| {
        let of = ArmRecord { plan: Some(Plan { class, text: String::new() }), ..arm("a") };
        said(&format!("form = 'plan-is', {AT}, arm = 'a', class = 'scan'"), case("c", vec![of]))
    };
    assert!(holds(&planned(PlanClass::Scan)) && !holds(&planned(PlanClass::Index)));
    // a wrong answer decides nothing else
    let counter = format!("form = 'counter', {AT}, arm = 'b', counter = 'rows', is = {{ to = 1 }}");
    open(said(&counter, arms(false)), "b gave a wrong answer");
    let failed = ArmRecord { error: Some("no disk".to_owned()), ..arm("a") };
    open(said(&format!("form = 'counter', {AT}, arm = 'a', counter = 'rows', is = {{ to = 1 }}"), case("c", vec![failed])), "no disk");
}

#[test]
fn a_ledger_that_does_not_fit_together_is_refused() {
    let claim = |rest: &str| format!("[[claim]]\nid = 'C1'\ntexts = ['guide']\nsentence = 'A.'\nworkloads = ['W1']\n{rest}");
    let part = |test: &str| claim(&format!("[[claim.part]]\nname = 'p'\ntest = {{ {test} }}"));
    for (text, reason) in [
        (claim(""), "nothing decides it"),
        (
            part("form = 'counter', at = { workload = 'W2', case = 'c' }, arm = 'a', counter = 'rows', is = { to = 1 }"),
            "not among its workloads",
        ),
        (
            part("form = 'counter', at = { workload = 'W1', case = 'c' }, arm = 'a', counter = 'rows', is = { }"),
            "without one it always holds",
        ),
        (
            part("form = 'counter', at = { workload = 'W1', case = 'c' }, arm = 'a', counter = 'rows', is = { from = 2, to = 1 }"),
            "leave nothing",
        ),
        (
            part("form = 'counter', at = { workload = 'W1', case = 'c' }, arm = 'a', counter = 'luck', is = { to = 1 }"),
            "luck is no counter",
        ),
        (part("form = 'faster', at = { workload = 'W1', case = 'c' }, arm = 'a', than = 'b', times = 0"), "expected 1 or more"),
        (part("form = 'guess', at = { workload = 'W1', case = 'c' }"), "guess"),
        (part("form = 'same-answers', at = { workload = 'W1', case = 'c' }, arm = 'a'"), "arm"),
        (claim("untested = 'x'") + "\n" + &claim("untested = 'x'"), "twice"),
    ] {
        let error = Ledger::parse(&text).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn the_session_that_counts_is_built_for_release_full_and_new() {
    let run = |id: &str, build: &str, suite: &str, started: &str, redis: f64| {
        let mut record = session(vec![workload(
            "W16",
            1,
            vec![case("rank", vec![arm("postgres count").took(100.0), arm("redis sorted set").took(redis)])],
        )]);
        (record.session.id, record.session.build) = (id.to_owned(), build.to_owned());
        (record.session.suite, record.session.started) = (suite.to_owned(), started.to_owned());
        record
    };
    let records = [
        run("old", "release", "full", "2026-01-01T00:00:00Z", 1.0),
        run("new", "release", "full", "2026-01-02T00:00:00Z", 1.0),
        run("quick", "release", "quick", "2026-01-03T00:00:00Z", 1.0),
        run("debug", "debug", "full", "2026-01-04T00:00:00Z", 1.0),
    ];
    for records in [records.to_vec(), records.iter().rev().cloned().collect()] {
        assert_eq!(Findings::newest(&records).run("W16").unwrap().session.id, "new");
        assert_eq!(judge_all(&records), decide(&Ledger::own().unwrap(), &Findings::newest(&records)));
    }
    assert!(Findings::newest(&records).without("W16").run("W16").is_none());
}

#[test]
fn numbers_are_written_short() {
    for (number, text) in [
        (0.0, "0"),
        (0.00451, "0.00451"),
        (0.5, "0.5"),
        (1.0, "1"),
        (2.345, "2.35"),
        (22.44, "22.4"),
        (137.2, "137"),
        (252_925.0, "252,925"),
        (1_000.0, "1,000"),
        (-4_156.0, "-4,156"),
    ] {
        assert_eq!(digits(number), text);
    }
    assert_eq!([time(93.4), time(22_440.0), time(2_500_000.0)], ["93.4 us", "22.4 ms", "2.5 s"]);
    assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0]), median(&[])), (Some(2.0), Some(2.5), None));
    let mut two = arm("a");
    two.histogram = vec![(2_000, 1), (1_000, 98), (9_000, 1)];
    assert_eq!((quantile_us(&two, 0.5), quantile_us(&two, 0.99), quantile_us(&two, 1.0)), (Some(1.0), Some(2.0), Some(9.0)));
    assert_eq!(quantile_us(&arm("b"), 0.5), None);
}
