use super::*;
use crate::result::{Answers, Block, Evidence, Plan, PlanClass};
use std::collections::BTreeMap;

/// An arm with a block in each of these rounds.
fn arm(name: &str, medians: &[f64]) -> ArmRecord {
    let blocks = medians.iter().enumerate().map(|(round, p50_us)| Block {
        round: round as u32,
        place: 0,
        ops: 100,
        p50_us: *p50_us,
        mean_us: *p50_us,
        p99_us: None,
        client_cpu_us: None,
    });
    ArmRecord {
        name: name.to_owned(),
        store: "sqlite".to_owned(),
        answers: Some(Answers { draws: 1, rows: 1, bytes: 1, digest: String::new(), same: true, difference: None }),
        blocks: blocks.collect(),
        ..ArmRecord::default()
    }
}

/// Medians round `level`, a few per cent up and down.
fn around(level: f64, purpose: &str, noise: f64) -> Vec<f64> {
    let mut draw = Draw::new(9, purpose);
    (0..20).map(|_| level * (1.0 + noise * (draw.share() - 0.5))).collect()
}

fn unjudged(arms: Vec<ArmRecord>) -> CaseRecord {
    CaseRecord {
        id: "x".to_owned(),
        title: String::new(),
        kind: "timed".to_owned(),
        tier: Tier::Read,
        rounds: 20,
        noise: None,
        arms,
        verdicts: Vec::new(),
        counter_verdicts: Vec::new(),
        sweep: None,
    }
}

fn case(arms: Vec<ArmRecord>) -> CaseRecord {
    let mut case = unjudged(arms);
    judge(&mut case, "W00", &Rules::default(), 1);
    case
}

fn again(noise: f64) -> ArmRecord {
    ArmRecord { again_of: Some("a".to_owned()), ..arm("a again", &around(100.0, "again", noise)) }
}

/// The verdict on an arm of this level beside one of 100.
fn on(level: f64, noise: f64) -> Verdict {
    let arms = vec![arm("a", &around(100.0, "a", noise)), again(noise), arm("b", &around(level, "b", noise))];
    case(arms).verdicts.remove(0).verdict
}

#[test]
fn what_is_clearly_slower_is_told_with_its_interval() {
    let Verdict::Faster { faster, times, low, high } = on(210.0, 0.1) else { panic!("{:?}", on(210.0, 0.1)) };
    assert!(faster == "a" && low <= times && times <= high && (2.0..2.2).contains(&times));
    let Verdict::Faster { faster, .. } = on(50.0, 0.1) else { panic!() };
    assert_eq!(faster, "b");
}

#[test]
fn what_is_the_same_is_never_ranked() {
    assert_eq!(on(100.0, 0.02), Verdict::Equivalent { within: 0.05 });
    assert!(matches!(on(100.0, 0.4), Verdict::NoDifference { would_have_seen } if would_have_seen > 0.05));
}

#[test]
fn a_difference_within_the_noise_is_not_told_and_one_far_beyond_it_is() {
    assert!(matches!(on(110.0, 1.2), Verdict::Noisy { .. }), "{:?}", on(110.0, 1.2));
    assert!(matches!(on(5_000.0, 1.2), Verdict::Faster { .. }));
}

#[test]
fn an_arm_that_answers_something_else_takes_no_part() {
    let mut wrong = arm("b", &around(10.0, "b", 0.1));
    wrong.answers.as_mut().unwrap().same = false;
    let case = case(vec![arm("a", &around(100.0, "a", 0.1)), again(0.1), wrong]);
    assert_eq!(case.verdicts[0].verdict, Verdict::WrongAnswer { arm: "b".to_owned() });
}

#[test]
fn a_plan_that_is_not_the_one_that_the_arm_stands_for_takes_no_part() {
    let mut other = arm("b", &around(10.0, "b", 0.1));
    other.expected_plan = Some(PlanClass::Index);
    other.plan = Some(Plan { class: PlanClass::Scan, text: String::new() });
    let case = case(vec![arm("a", &around(100.0, "a", 0.1)), again(0.1), other]);
    assert!(matches!(case.verdicts[0].verdict, Verdict::Unsupported { .. }));
}

#[test]
fn promises_are_compared_before_times() {
    let promise = |arm: ArmRecord, tier, syncs: Option<f64>| ArmRecord {
        evidence: Some(Evidence::new(tier, [("fsync", "on")])),
        counters: syncs.map(|syncs| ("syncs".to_owned(), syncs)).into_iter().collect(),
        ..arm
    };
    let of = |tier, syncs| {
        let mut case = case(vec![
            promise(arm("a", &around(100.0, "a", 0.1)), Tier::D3, Some(1.0)),
            promise(again(0.1), Tier::D3, Some(1.0)),
            promise(arm("b", &around(10.0, "b", 0.1)), tier, syncs),
        ]);
        case.tier = Tier::D3;
        judge(&mut case, "W00", &Rules::default(), 1);
        case.verdicts.remove(0).verdict
    };
    assert!(matches!(of(Tier::D1, None), Verdict::DifferentPromises { .. }));
    assert!(matches!(of(Tier::D3, Some(0.0)), Verdict::DifferentPromises { .. }), "a store that only says that it syncs is found out");
    assert!(matches!(of(Tier::D3, Some(1.0)), Verdict::Faster { .. }));
}

#[test]
fn a_difference_of_drivers_is_no_difference_of_stores() {
    let floors = |a: Option<f64>, b: Option<f64>, level| {
        let mut arms = vec![arm("a", &around(100.0, "a", 0.05)), again(0.05), arm("b", &around(level, "b", 0.05))];
        (arms[0].floor_us, arms[2].floor_us) = (a, b);
        case(arms).verdicts.remove(0).verdict
    };
    assert!(matches!(floors(Some(80.0), Some(180.0), 200.0), Verdict::ClientBound { .. }));
    assert!(matches!(floors(Some(40.0), Some(130.0), 200.0), Verdict::ClientBound { .. }), "90 of 100 us are the driver's");
    assert!(matches!(floors(Some(72.0), Some(81.0), 22_000.0), Verdict::Faster { .. }));
}

#[test]
fn counters_are_compared_without_statistics_and_only_where_they_mean_the_same() {
    let counted = |name: &str, store: &str, counters: &[(&str, f64)]| ArmRecord {
        store: store.to_owned(),
        counters: counters.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>(),
        ..arm(name, &[])
    };
    let case = case(vec![
        counted("a", "sqlite", &[("statements", 1.0), ("vm_steps", 100.0), ("log_bytes", 0.0)]),
        counted("b", "sqlite", &[("statements", 201.0), ("vm_steps", 103.0), ("log_bytes", 50.0)]),
        counted("c", "postgres", &[("statements", 1.0), ("pages", 7.0)]),
    ]);
    let told: Vec<_> = case.counter_verdicts.iter().map(|v| (&*v.counter, &*v.less, &*v.more, v.times)).collect();
    assert_eq!(told, [("log_bytes", "a", "b", None), ("statements", "a", "b", Some(201.0))]);
}

/// The acceptance of the whole procedure: 200 sessions that are resampled from recorded blocks of one arm against itself, on a busy machine.
#[test]
fn the_same_against_itself_is_ranked_in_at_most_seven_of_a_hundred_sessions() {
    let recorded: Vec<Vec<f64>> =
        include_str!("aa_blocks.csv").lines().skip(1).map(|line| line.split(',').map(|number| number.parse().unwrap()).collect()).collect();
    assert!(recorded.len() >= 100, "a recording of {} rounds", recorded.len());
    let mut draw = Draw::new(2_026, "sessions");
    let (mut ranked, mut excluded) = (0, 0);
    for session in 0..200 {
        // what hangs together stays together: a window of the recording, its columns dealt out as a shuffle of the places would
        let begin = draw.place(recorded.len() - 24);
        let mut columns = [Vec::new(), Vec::new(), Vec::new()];
        for round in &recorded[begin..begin + 24] {
            let mut places = [0, 1, 2];
            draw.shuffle(&mut places);
            places.iter().zip(&mut columns).for_each(|(place, column)| column.push(round[*place]));
        }
        let [first, second, third] = columns;
        let again = ArmRecord { again_of: Some("a".to_owned()), ..arm("a again", &second) };
        let mut case = unjudged(vec![arm("a", &first), again, arm("b", &third)]);
        judge(&mut case, "W00", &Rules { replicates: 2_000, ..Rules::default() }, session);
        let pair = &case.verdicts[0];
        ranked += u32::from(matches!(pair.verdict, Verdict::Faster { .. }));
        excluded += u32::from(pair.low.unwrap() > 1.0 || pair.high.unwrap() < 1.0);
    }
    assert!(ranked <= 14, "{ranked} of 200 sessions ranked an arm against itself");
    assert!(excluded <= 26, "{excluded} of 200 intervals of 95 % left out the truth");
}
