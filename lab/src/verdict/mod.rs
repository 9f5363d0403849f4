//! What may be concluded from raw blocks: a pure function of the record, so that anybody can do it again ([`super::check`]).
//!
//! The unit is the block, not the operation: operations of one moment share their neighbours. Each round has a block of every arm, so a pair of
//! arms is compared within rounds, as the logarithm of a ratio of medians; the interval comes from a moving-block bootstrap over rounds, because
//! one round is not independent of the next. The reference runs twice under two names: what differs between the two is noise, and no difference
//! that is not larger than it is told. Holm's procedure keeps the error rate over all pairs of a case.

mod bootstrap;
pub mod fit;
mod holm;
mod text;

pub use bootstrap::{Interval, interval};
pub use holm::holm;
pub use text::{duration, percent, sentence, times};

use super::{
    counter::{is_comparable, is_exact},
    draw::Draw,
    result::{ArmRecord, CaseRecord, CounterVerdict, Noise, Pair, Rules, Tier, Verdict},
};

/// A paired comparison, before anything is said about it.
struct Compared {
    interval: Interval,
    /// Share of replicates on the wrong side of the margin, both sides counted.
    chance: f64,
}

/// Says what may be said about a case, in place of what it said before. `place` is the workload's id: with the session's seed it decides the
/// bootstraps, so the same record has the same verdicts everywhere.
pub fn judge(case: &mut CaseRecord, place: &str, rules: &Rules, seed: u64) {
    let draw = |a: &str, b: &str| Draw::new(seed, &format!("bootstrap {place} {} {a} / {b}", case.id));
    let noise = noise(case, rules, draw);
    let margin = (1.0 + rules.margin.max(noise.map_or(0.0, |noise| noise.apart))).ln();
    let arms: Vec<&ArmRecord> = case.arms.iter().filter(|arm| arm.again_of.is_none()).collect();
    let mut pairs = Vec::new();
    for (at, a) in arms.iter().enumerate() {
        for b in &arms[at + 1..] {
            let logs = paired_logs(a, b);
            let compared = (logs.len() >= FEWEST_ROUNDS).then(|| {
                let interval = interval(&logs, &mut draw(&a.name, &b.name), rules.replicates, rules.alpha);
                let chance = interval.chance_within(margin);
                Compared { interval, chance }
            });
            pairs.push((*a, *b, compared));
        }
    }
    let chances: Vec<f64> = pairs.iter().filter_map(|(.., compared)| Some(compared.as_ref()?.chance)).collect();
    let mut rejected = holm(&chances, rules.alpha).into_iter();
    let verdicts = pairs.iter().map(|(a, b, compared)| {
        let told = compared.as_ref().is_some_and(|_| rejected.next().unwrap_or(false));
        let number = |of: fn(&Interval) -> f64| compared.as_ref().map(|compared| of(&compared.interval).exp());
        Pair {
            a: a.name.clone(),
            b: b.name.clone(),
            ratio: number(|interval| interval.point),
            low: number(|interval| interval.low),
            high: number(|interval| interval.high),
            verdict: verdict(case, a, b, compared.as_ref(), told, margin, noise, rules),
        }
    });
    let verdicts: Vec<Pair> = if case.kind == "timed" { verdicts.collect() } else { Vec::new() };
    let counters = counter_verdicts(&arms, rules);
    (case.noise, case.verdicts, case.counter_verdicts) = (noise, verdicts, counters);
}

/// Fewer rounds than this say nothing.
pub const FEWEST_ROUNDS: usize = 6;

/// The logarithm of b's median over a's, of each round that both took part in.
pub fn paired_logs(a: &ArmRecord, b: &ArmRecord) -> Vec<f64> {
    let of = |block: &super::result::Block| {
        let other = b.blocks.iter().find(|other| other.round == block.round)?;
        (block.p50_us > 0.0 && other.p50_us > 0.0).then(|| (other.p50_us / block.p50_us).ln())
    };
    a.blocks.iter().filter_map(of).collect()
}

fn noise(case: &CaseRecord, rules: &Rules, draw: impl Fn(&str, &str) -> Draw) -> Option<Noise> {
    let again = case.arms.iter().find(|arm| arm.again_of.is_some())?;
    let first = case.arms.iter().find(|arm| Some(&arm.name) == again.again_of.as_ref())?;
    let logs = paired_logs(first, again);
    if logs.len() < FEWEST_ROUNDS {
        return None;
    }
    let interval = interval(&logs, &mut draw(&first.name, &again.name), rules.replicates, rules.alpha);
    let apart = interval.low.abs().max(interval.high.abs()).exp() - 1.0;
    Some(Noise {
        ratio: interval.point.exp(),
        low: interval.low.exp(),
        high: interval.high.exp(),
        detectable: interval.half_width().exp() - 1.0,
        apart,
        noisy: apart > rules.noisy,
    })
}

/// Why an arm takes no part in the ranking.
fn disqualified(case: &CaseRecord, arm: &ArmRecord) -> Option<Verdict> {
    if let Some(error) = &arm.error {
        return Some(Verdict::Unsupported { why: format!("{}: {error}", arm.name) });
    }
    match &arm.answers {
        Some(answers) if !answers.same => return Some(Verdict::WrongAnswer { arm: arm.name.clone() }),
        None => return Some(Verdict::Unsupported { why: format!("{} was not asked", arm.name) }),
        Some(_) => {}
    }
    if let (Some(expected), Some(plan)) = (arm.expected_plan, &arm.plan)
        && expected != plan.class
    {
        let why = format!("{} stands for {expected:?} and ran as {:?}", arm.name, plan.class);
        return Some(Verdict::Unsupported { why });
    }
    broken_promise(case, arm).map(|why| Verdict::DifferentPromises { why })
}

/// What an arm promises less than the case asks for, by its settings or by what its store was seen to do.
fn broken_promise(case: &CaseRecord, arm: &ArmRecord) -> Option<String> {
    if case.tier == Tier::Read {
        return None;
    }
    let promised = arm.evidence.as_ref().map(|evidence| evidence.tier)?;
    if promised != case.tier {
        return Some(format!("{} promises {}, the case is about {}", arm.name, promised.name(), case.tier.name()));
    }
    // a store that says it syncs each commit and is not seen to do so: one client at a time leaves nothing to share a sync with
    let syncs = arm.counters.get("syncs")?;
    (promised == Tier::D3 && *syncs < 0.9)
        .then(|| format!("{} says that it syncs each commit, and was seen to sync {syncs:.2} times for each", arm.name))
}

#[expect(clippy::too_many_arguments, reason = "all of it is what a verdict depends on, and there is one caller")]
fn verdict(
    case: &CaseRecord,
    a: &ArmRecord,
    b: &ArmRecord,
    compared: Option<&Compared>,
    told: bool,
    margin: f64,
    noise: Option<Noise>,
    rules: &Rules,
) -> Verdict {
    if let Some(reason) = disqualified(case, a).or_else(|| disqualified(case, b)) {
        return reason;
    }
    let Some(Compared { interval, .. }) = compared else {
        return Verdict::Unsupported { why: format!("fewer than {FEWEST_ROUNDS} rounds") };
    };
    let beyond = interval.low > margin || interval.high < -margin;
    if told && beyond {
        if let Some(why) = client_bound(a, b, rules) {
            return Verdict::ClientBound { why };
        }
        let (faster, times, low, high) = if interval.point > 0.0 {
            (a, interval.point, interval.low, interval.high)
        } else {
            (b, -interval.point, -interval.high, -interval.low)
        };
        return Verdict::Faster { faster: faster.name.clone(), times: times.exp(), low: low.exp(), high: high.exp() };
    }
    let own = (1.0 + rules.margin).ln();
    if interval.low > -own && interval.high < own {
        return Verdict::Equivalent { within: rules.margin };
    }
    match noise {
        Some(noise) if noise.noisy => Verdict::Noisy { apart: noise.apart },
        _ => Verdict::NoDifference { would_have_seen: (margin + interval.half_width()).exp() - 1.0 },
    }
}

/// Median over all blocks.
pub fn p50(arm: &ArmRecord) -> Option<f64> {
    fit::median(&arm.blocks.iter().map(|block| block.p50_us).collect::<Vec<_>>())
}

/// Whether a difference is that of two drivers, or of a client that could do no more.
fn client_bound(a: &ArmRecord, b: &ArmRecord, rules: &Rules) -> Option<String> {
    let (slow_a, slow_b) = (p50(a)?, p50(b)?);
    if let (Some(floor_a), Some(floor_b)) = (a.floor_us, b.floor_us) {
        let (share_a, share_b) = (floor_a / slow_a, floor_b / slow_b);
        if share_a > rules.floor_share && share_b > rules.floor_share {
            let [share_a, share_b] = [share_a, share_b].map(percent);
            return Some(format!("of both, most of the time is the driver's round trip without work ({share_a} and {share_b})"));
        }
        let explained = (floor_b - floor_a) / (slow_b - slow_a);
        if explained > rules.floor_share {
            return Some(format!("the drivers' own round trips make up {} of the difference", percent(explained.min(1.0))));
        }
    }
    let busy = |arm: &ArmRecord| {
        let shares: Vec<f64> = arm.blocks.iter().filter_map(|block| Some(block.client_cpu_us? / block.mean_us)).collect();
        fit::median(&shares).filter(|_| arm.remote)
    };
    let (busy_a, busy_b) = (busy(a)?, busy(b)?);
    (busy_a > rules.client_share && busy_b > rules.client_share)
        .then(|| format!("the client used {} and {} of a core: it was the limit", percent(busy_a), percent(busy_b)))
}

/// For each exact counter, who has least, and each arm that has clearly more. Pages of one store are not pages of another, so what only one
/// store counts is compared within it.
fn counter_verdicts(arms: &[&ArmRecord], rules: &Rules) -> Vec<CounterVerdict> {
    let right: Vec<&ArmRecord> = arms.iter().copied().filter(|arm| arm.answers.as_ref().is_some_and(|answers| answers.same)).collect();
    let mut names: Vec<&String> = right.iter().flat_map(|arm| arm.counters.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let mut found = Vec::new();
    for name in names.into_iter().filter(|name| is_exact(name)) {
        let mut groups: Vec<Option<&str>> =
            if is_comparable(name) { vec![None] } else { right.iter().map(|arm| Some(arm.store.as_str())).collect() };
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let mut values: Vec<(&str, f64)> = right
                .iter()
                .filter(|arm| group.is_none_or(|store| arm.store == store))
                .filter_map(|arm| Some((arm.name.as_str(), *arm.counters.get(name)?)))
                .collect();
            values.sort_by(|a, b| a.1.total_cmp(&b.1));
            let Some((less, least)) = values.first().copied() else { continue };
            for (more, value) in values.into_iter().skip(1).filter(|(_, value)| *value > least * (1.0 + rules.margin) + 1e-9) {
                let times = (least > 0.0).then(|| value / least);
                found.push(CounterVerdict { counter: name.clone(), less: less.to_owned(), more: more.to_owned(), times });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
