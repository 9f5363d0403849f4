//! Auditing a result without running it again: every verdict, fit and count is made anew from the raw values in the file.

use super::{
    canonical::sha256,
    measure,
    result::{ArmRecord, CaseRecord, Record, Rules},
    verdict,
};
use serde_json::Value;

/// What is wrong with a record; nothing if all of it follows from its raw values.
pub fn problems(record: &Record) -> Vec<String> {
    let mut found = Vec::new();
    if record.session.rules != Rules::default() {
        found.push("its verdicts were made by other rules than this program's".to_owned());
    }
    for workload in &record.workloads {
        for case in &workload.cases {
            let place = format!("{} {}", workload.id, case.id);
            found.extend(raw(case).into_iter().map(|problem| format!("{place}: {problem}")));
            found.extend(conclusions(case, &workload.id, record).into_iter().map(|problem| format!("{place}: {problem}")));
        }
    }
    found
}

/// Whether the raw values agree with each other.
fn raw(case: &CaseRecord) -> Vec<String> {
    let mut found = Vec::new();
    let reference = case.arms.iter().find_map(|arm| Some((arm, arm.answers.as_ref()?)));
    for arm in &case.arms {
        let name = &arm.name;
        if sha256(arm.source.text.as_bytes()) != arm.source.sha256 {
            found.push(format!("{name}: the text of its statements is not the one that ran"));
        }
        let (blocks, recorded) = (ops(arm), arm.histogram.iter().map(|(_, count)| count).sum::<u64>());
        if !arm.histogram.is_empty() && blocks != recorded {
            found.push(format!("{name}: its blocks have {blocks} operations, its histogram {recorded}"));
        }
        if arm.blocks.iter().any(|block| block.p50_us <= 0.0 || block.ops == 0) {
            found.push(format!("{name}: a block has no time or no operations"));
        }
        let mut rounds: Vec<u32> = arm.blocks.iter().map(|block| block.round).collect();
        rounds.sort_unstable();
        rounds.dedup();
        if rounds.len() != arm.blocks.len() {
            found.push(format!("{name}: two blocks are of one round"));
        }
        if let (Some((first, expected)), Some(answers)) = (reference, &arm.answers) {
            let comparable = expected.draws == answers.draws;
            if answers.same && (answers.difference.is_some() || comparable && answers.digest != expected.digest) {
                found.push(format!("{name}: it is said to answer as {}, and its digest is another", first.name));
            }
        }
    }
    found
}

fn ops(arm: &ArmRecord) -> u64 {
    arm.blocks.iter().map(|block| u64::from(block.ops)).sum()
}

/// Whether what is concluded is what follows.
fn conclusions(case: &CaseRecord, workload: &str, record: &Record) -> Vec<String> {
    let mut anew = case.clone();
    verdict::judge(&mut anew, workload, &record.session.rules, record.session.seed);
    let mut found = Vec::new();
    if case.verdicts.len() != anew.verdicts.len() {
        found.push(format!("it has {} verdicts, {} follow from its blocks", case.verdicts.len(), anew.verdicts.len()));
    }
    for (told, follows) in case.verdicts.iter().zip(&anew.verdicts).filter(|(told, follows)| !alike(told, follows)) {
        found.push(format!("it says \"{}\", its blocks say \"{}\"", verdict::sentence(told), verdict::sentence(follows)));
    }
    if !alike(&case.noise, &anew.noise) {
        found.push("its noise is not that of its A/A blocks".to_owned());
    }
    if !alike(&case.counter_verdicts, &anew.counter_verdicts) {
        found.push("its verdicts on counters do not follow from its counters".to_owned());
    }
    if let Some(sweep) = &case.sweep {
        let mut again = sweep.clone();
        measure::conclude_sweep(&mut again, workload, &case.id, record.session.seed);
        if !alike(sweep, &again) {
            found.push("its fits or crossovers do not follow from its points".to_owned());
        }
    }
    found
}

/// Whether two things are the same but for the last digits of numbers: another machine's logarithm may differ there.
fn alike<T: serde::Serialize>(one: &T, other: &T) -> bool {
    match (serde_json::to_value(one), serde_json::to_value(other)) {
        (Ok(one), Ok(other)) => alike_values(&one, &other),
        _ => false,
    }
}

fn alike_values(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() <= 1e-6 * one.abs().max(other.abs()) + 1e-12,
            _ => one == other,
        },
        (Value::Array(one), Value::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(a, b)| alike_values(a, b)),
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(name, a)| other.get(name).is_some_and(|b| alike_values(a, b)))
        }
        _ => one == other,
    }
}
