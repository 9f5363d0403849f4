//! Two sessions beside each other. Times of two machines are not compared; ratios within each machine and exact counters are.

use super::{
    counter::is_exact,
    result::{CaseRecord, Record, Verdict},
    verdict::{percent, times},
};
use std::collections::BTreeSet;

/// What differs, as lines: settings first, then verdicts, ratios and counters of the cases that both have.
pub fn lines(one: &Record, other: &Record) -> Vec<String> {
    let mut lines = vec![format!("{} ({}) and {} ({})", one.session.id, machine(one), other.session.id, machine(other))];
    lines.push("times are not compared: only ratios within each session, and counters".to_owned());
    lines.extend(settings(one, other));
    let mut shared = 0;
    for workload in &one.workloads {
        for case in &workload.cases {
            let Some(again) = other.case(&workload.id, &case.id) else { continue };
            shared += 1;
            let place = format!("{} {}", workload.id, case.id);
            let sizes =
                [one, other].map(|record| record.workloads.iter().find(|found| found.id == workload.id).map_or(0, |found| found.size));
            if sizes[0] != sizes[1] {
                lines.push(format!("{place}: sizes {} and {}: not compared", sizes[0], sizes[1]));
                continue;
            }
            lines.extend(pairs(case, again).into_iter().chain(counters(case, again)).map(|line| format!("{place}: {line}")));
        }
    }
    if shared == 0 {
        lines.push("no case is in both".to_owned());
    }
    lines
}

fn machine(record: &Record) -> String {
    let environment = &record.environment;
    format!("{}, {} cores", environment.cpu.as_deref().unwrap_or(&environment.system), environment.cores)
}

fn settings(one: &Record, other: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    let mut differs = |name: String, a: Option<&str>, b: Option<&str>| {
        if a != b {
            lines.push(format!("{name}: {} and {}", a.unwrap_or("(none)"), b.unwrap_or("(none)")));
        }
    };
    differs("polystore".to_owned(), Some(&one.session.version), Some(&other.session.version));
    differs("build".to_owned(), Some(&one.session.build), Some(&other.session.build));
    let seeds = [one, other].map(|record| record.session.seed.to_string());
    differs("seed".to_owned(), Some(&seeds[0]), Some(&seeds[1]));
    let names: BTreeSet<&String> =
        [one, other].into_iter().flat_map(|record| record.environment.stores.iter().map(|store| &store.name)).collect();
    for name in names {
        let [a, b] = [one, other].map(|record| record.environment.stores.iter().find(|store| store.name == *name));
        differs(format!("{name} version"), a.and_then(|store| store.version.as_deref()), b.and_then(|store| store.version.as_deref()));
        let keys: BTreeSet<&String> = a.into_iter().chain(b).flat_map(|store| store.settings.keys()).collect();
        for key in keys {
            let of = |store: Option<&super::result::StoreRecord>| store.and_then(|store| store.settings.get(key).cloned());
            differs(format!("{name} {key}"), of(a).as_deref(), of(b).as_deref());
        }
    }
    lines
}

fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Faster { faster, .. } => format!("{faster} faster"),
        Verdict::Equivalent { .. } => "equivalent".to_owned(),
        Verdict::NoDifference { .. } => "no difference found".to_owned(),
        Verdict::Noisy { .. } => "noisy".to_owned(),
        Verdict::WrongAnswer { .. } => "wrong answer".to_owned(),
        Verdict::DifferentPromises { .. } => "different promises".to_owned(),
        Verdict::ClientBound { .. } => "client-bound".to_owned(),
        Verdict::Unsupported { .. } => "unsupported".to_owned(),
    }
}

fn pairs(one: &CaseRecord, other: &CaseRecord) -> Vec<String> {
    let of = |pair: &super::result::Pair| {
        let again = other.verdicts.iter().find(|again| again.a == pair.a && again.b == pair.b)?;
        let (a, b) = (word(&pair.verdict), word(&again.verdict));
        let ratio = |pair: &super::result::Pair| Some(format!("{}x [{}, {}]", times(pair.ratio?), times(pair.low?), times(pair.high?)));
        let told = match (ratio(pair), ratio(again)) {
            // intervals that do not meet: the machines say something else
            (Some(first), Some(second)) if pair.high < again.low || again.high < pair.low => format!(" ({first} and {second}, apart)"),
            (Some(first), Some(second)) => format!(" ({first} and {second})"),
            _ => String::new(),
        };
        let verdict = if a == b { format!("both {a}") } else { format!("{a}, then {b}") };
        Some(format!("{} and {}: {verdict}{told}", pair.a, pair.b))
    };
    one.verdicts.iter().filter_map(of).collect()
}

fn counters(one: &CaseRecord, other: &CaseRecord) -> Vec<String> {
    let mut lines = Vec::new();
    for arm in one.arms.iter().filter(|arm| arm.again_of.is_none()) {
        let Some(again) = other.arms.iter().find(|again| again.name == arm.name) else { continue };
        for (name, value) in arm.counters.iter().filter(|(name, _)| is_exact(name)) {
            let Some(second) = again.counters.get(name) else { continue };
            let apart = (second - value).abs() / value.abs().max(1e-9);
            if apart > 0.005 {
                lines.push(format!("{}: {name} {value:.1} and {second:.1} ({} apart)", arm.name, percent(apart)));
            }
        }
    }
    lines
}
