//! The closed loop: one client, operations back to back, in blocks. Each round has one block of every arm in an order that changes, so that
//! whatever else the machine does falls on all of them; the reference takes part twice.

use super::{Plan, cpu};
use crate::{
    Arm, Case, Input, LabError, Load, Result,
    canonical::difference,
    draw::Draw,
    result::{ArmRecord, Block, CaseRecord},
    verdict::{fit::median, paired_logs},
};
use hdrhistogram::Histogram;
use serde_json::Value;
use std::{sync::Arc, time::Instant};

/// Operations of a block.
const OPS: (u32, u32) = (2, 20_000);
/// Answers of each block that are compared with the gate's, after its time has been taken.
const CHECKED: usize = 4;
/// Operations whose 99th percentile means something.
const ENOUGH_FOR_P99: u32 = 2_000;
/// Half the width of an interval, as a share, that is narrow enough.
const PRECISE: f64 = 0.03;
/// Rounds of the warm-up at most, and how many of the last are looked at.
const WARM_UP: (usize, usize) = (15, 5);
/// Round trips without work for the floor.
const FLOORS: usize = 200;

/// An arm, or the reference once more.
struct Slot {
    arm: Arc<dyn Arm>,
    /// Its place among the records.
    record: usize,
    ops: u32,
    histogram: Histogram<u64>,
}

/// Runs the rounds; the blocks go into the records. An interruption keeps the rounds that are whole.
#[expect(clippy::too_many_arguments, reason = "a pass needs what a session knows; there is one caller")]
pub async fn run(
    plan: &Plan<'_>,
    id: &str,
    arms: &[Arc<dyn Arm>],
    case: &Case,
    load: &Load,
    inputs: &[Input],
    expected: &[Value],
    kept: &mut CaseRecord,
) -> Result<()> {
    let mut slots = Vec::new();
    for (at, arm) in arms.iter().enumerate() {
        let fit = kept.arms[at].error.is_none() && kept.arms[at].answers.as_ref().is_some_and(|answers| answers.same);
        if fit && !inputs.is_empty() {
            kept.arms[at].floor_us = plan.or_interrupted(floor(&**arm)).await?;
            slots.push(Slot { arm: arm.clone(), record: at, ops: OPS.0, histogram: histogram()? });
        }
    }
    // the reference once more, under another name
    let Some(first) = slots.first() else { return Ok(()) };
    let (again, of) = (first.arm.clone(), first.record);
    let name = kept.arms[of].name.clone();
    kept.arms.push(ArmRecord { name: format!("{name} again"), again_of: Some(name), ..kept.arms[of].clone() });
    slots.push(Slot { arm: again, record: kept.arms.len() - 1, ops: OPS.0, histogram: histogram()? });

    for slot in &slots[..slots.len() - 1] {
        plan.or_interrupted(slot.arm.reset(case, load)).await?;
    }
    let budget = plan.effort.closed_time;
    let begin = Instant::now();
    calibrate(plan, &mut slots, case, inputs).await?;
    warm_up(plan, &slots, case, inputs, begin + budget / 5).await?;
    let step = plan.progress.start(&format!("{id} {}", case.id), u64::from(plan.effort.rounds.1));
    let mut draw = Draw::new(plan.seed, &format!("rounds {id} {}", case.id));
    let mut orders = Vec::new();
    for round in 0..plan.effort.rounds.1 {
        if orders.is_empty() {
            orders = williams(slots.len());
            draw.shuffle(&mut orders);
        }
        let order = orders.pop().unwrap_or_default();
        let mut blocks = Vec::with_capacity(slots.len());
        for (place, at) in order.into_iter().enumerate() {
            plan.interrupted()?;
            let from = round as usize * 17;
            let done = block(&mut slots[at], case, inputs, from, round, place as u32).await;
            match done {
                Ok((block, answers)) => blocks.push((at, block, answers)),
                Err(error) => kept.arms[slots[at].record].error = Some(error.to_string()),
            }
        }
        for (at, block, answers) in blocks {
            let record = &mut kept.arms[slots[at].record];
            if !case.is_write() {
                check(record, answers, expected);
            }
            record.blocks.push(block);
        }
        slots.retain(|slot| kept.arms[slot.record].error.is_none());
        if slots.len() < 2 {
            break;
        }
        orders.retain(|order| order.len() == slots.len());
        kept.rounds = round + 1;
        step.advance(1);
        let enough = round + 1 >= plan.effort.rounds.0 && (round + 1) % 5 == 0 && precise(kept);
        if enough || begin.elapsed() > budget && round as usize + 1 >= crate::verdict::FEWEST_ROUNDS {
            break;
        }
    }
    step.finish();
    for slot in &slots {
        let recorded = slot.histogram.iter_recorded();
        kept.arms[slot.record].histogram =
            recorded.map(|bucket| (slot.histogram.median_equivalent(bucket.value_iterated_to()), bucket.count_at_value())).collect();
    }
    Ok(())
}

/// Nanoseconds up to a minute, three digits.
pub fn histogram() -> Result<Histogram<u64>> {
    Histogram::new_with_bounds(1, 60_000_000_000, 3).map_err(|error| LabError::File(error.to_string()))
}

/// The median time of a round trip without work, in microseconds.
async fn floor(arm: &dyn Arm) -> Result<Option<f64>> {
    let mut times = Vec::with_capacity(FLOORS);
    for _ in 0..FLOORS {
        let begin = Instant::now();
        if !arm.floor().await? {
            return Ok(None);
        }
        times.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(&times))
}

/// How many operations of each arm take the time of a block.
async fn calibrate(plan: &Plan<'_>, slots: &mut [Slot], case: &Case, inputs: &[Input]) -> Result<()> {
    for slot in slots {
        plan.interrupted()?;
        let (begin, mut times) = (Instant::now(), Vec::new());
        for input in inputs.iter().cycle().take(50) {
            let start = Instant::now();
            slot.arm.op(case, input).await?;
            times.push(start.elapsed().as_secs_f64());
            if times.len() >= 3 && begin.elapsed() > plan.effort.block * 2 {
                break;
            }
        }
        // the mean, not the median: behind a cache one in ten may take all the time. The first pays for what the others share
        let later = times.get(1..).filter(|later| !later.is_empty()).unwrap_or(&times);
        let each = (later.iter().sum::<f64>() / later.len().max(1) as f64).max(1e-9);
        slot.ops = ((plan.effort.block.as_secs_f64() / each) as u32).clamp(OPS.0, OPS.1);
    }
    Ok(())
}

/// Rounds that are thrown away, until no arm gets faster or slower any more.
async fn warm_up(plan: &Plan<'_>, slots: &[Slot], case: &Case, inputs: &[Input], end: Instant) -> Result<()> {
    let mut medians: Vec<Vec<f64>> = vec![Vec::new(); slots.len()];
    for round in 0..WARM_UP.0 {
        for (slot, medians) in slots.iter().zip(&mut medians) {
            plan.interrupted()?;
            let mut times = Vec::new();
            for input in inputs.iter().cycle().skip(round).take(slot.ops as usize) {
                let start = Instant::now();
                slot.arm.op(case, input).await?;
                times.push(start.elapsed().as_secs_f64());
            }
            medians.extend(median(&times));
        }
        if Instant::now() > end || medians.iter().all(|medians| is_steady(medians)) {
            break;
        }
    }
    Ok(())
}

/// Whether the last rounds have no trend of more than a twentieth from the first to the last of them.
fn is_steady(medians: &[f64]) -> bool {
    let Some(last) = medians.len().checked_sub(WARM_UP.1).map(|from| &medians[from..]) else { return false };
    let slopes: Vec<f64> =
        (0..last.len()).flat_map(|at| (at + 1..last.len()).map(move |later| (last[later] / last[at]).ln() / (later - at) as f64)).collect();
    median(&slopes).is_some_and(|slope| (slope * (WARM_UP.1 - 1) as f64).abs() < 0.05)
}

/// Orders in which each arm stands in each place, and behind each other arm, equally often (Williams 1949).
fn williams(arms: usize) -> Vec<Vec<usize>> {
    // 0, 1, n-1, 2, n-2, …: neighbours differ by another step each time
    let first: Vec<usize> = (0..arms).map(|at| if at % 2 == 1 { at.div_ceil(2) } else { (arms - at / 2) % arms }).collect();
    let mut orders: Vec<Vec<usize>> = (0..arms).map(|shift| first.iter().map(|arm| (arm + shift) % arms).collect()).collect();
    if arms % 2 == 1 {
        let mirrored: Vec<_> = orders.iter().map(|order| order.iter().rev().copied().collect()).collect();
        orders.extend(mirrored);
    }
    orders
}

/// One block: only the operations are within its time.
async fn block(
    slot: &mut Slot,
    case: &Case,
    inputs: &[Input],
    from: usize,
    round: u32,
    place: u32,
) -> Result<(Block, Vec<(usize, Value)>)> {
    let mut times = Vec::with_capacity(slot.ops as usize);
    let mut answers: Vec<(usize, Value)> = Vec::with_capacity(CHECKED);
    let first_checked = (slot.ops as usize).saturating_sub(CHECKED);
    let cpu = cpu::of_process();
    for step in 0..slot.ops as usize {
        let at = (from + step) % inputs.len();
        let start = Instant::now();
        let answer = slot.arm.op(case, &inputs[at]).await?;
        times.push(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX));
        if step >= first_checked {
            answers.push((at, answer.value));
        }
    }
    let client_cpu_us = Some(cpu::of_process().saturating_sub(cpu).as_secs_f64() * 1e6 / f64::from(slot.ops));
    times.iter().for_each(|nanos| slot.histogram.saturating_record(*nanos));
    times.sort_unstable();
    let at = |share: f64| times[((times.len() as f64 * share) as usize).min(times.len() - 1)] as f64 / 1e3;
    let middle = (times[(times.len() - 1) / 2] + times[times.len() / 2]) as f64 / 2e3;
    let block = Block {
        round,
        place,
        ops: slot.ops,
        p50_us: middle,
        mean_us: times.iter().map(|nanos| *nanos as f64).sum::<f64>() / times.len() as f64 / 1e3,
        p99_us: (slot.ops >= ENOUGH_FOR_P99).then(|| at(0.99)),
        client_cpu_us,
    };
    Ok((block, answers))
}

/// An arm that answers rightly at the gate and something else when it is timed is found out here.
fn check(record: &mut ArmRecord, answers: Vec<(usize, Value)>, expected: &[Value]) {
    let Some(kept) = record.answers.as_mut().filter(|kept| kept.same) else { return };
    let wrong = answers.iter().find_map(|(at, found)| difference("timed", *at as u64, expected.get(*at)?, found));
    if wrong.is_some() {
        (kept.same, kept.difference) = (false, wrong);
    }
}

/// Whether all pairs are known well enough. Precision ends a run, a difference never does: who stops when the result pleases finds what they like.
fn precise(kept: &CaseRecord) -> bool {
    let arms: Vec<&ArmRecord> = kept.arms.iter().filter(|arm| !arm.blocks.is_empty()).collect();
    let pairs = arms.iter().enumerate().flat_map(|(at, a)| arms[at + 1..].iter().map(move |b| (*a, *b)));
    pairs.into_iter().all(|(a, b)| {
        let logs = paired_logs(a, b);
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let variance = logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / (logs.len() as f64 - 1.0);
        1.96 * (variance / logs.len() as f64).sqrt() < PRECISE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_balanced_in_places_and_in_neighbours() {
        for arms in 2..=7 {
            let orders = williams(arms);
            let mut places = vec![vec![0; arms]; arms];
            let mut after = vec![vec![0; arms]; arms];
            for order in &orders {
                order.iter().enumerate().for_each(|(place, arm)| places[*arm][place] += 1);
                order.windows(2).for_each(|pair| after[pair[0]][pair[1]] += 1);
            }
            let often = orders.len() / arms;
            assert!(places.iter().flatten().all(|count| *count == often), "{arms}: {orders:?}");
            let neighbours = (0..arms).flat_map(|a| (0..arms).filter(move |b| a != *b).map(move |b| (a, b)));
            assert!(neighbours.into_iter().all(|(a, b)| after[a][b] == often), "{arms}: {after:?}");
        }
    }

    #[test]
    fn what_still_gets_faster_is_not_warm() {
        assert!(!is_steady(&[1.0, 1.0]));
        assert!(!is_steady(&[5.0, 4.0, 3.0, 2.5, 2.0]));
        assert!(is_steady(&[5.0, 1.0, 1.01, 0.99, 1.0, 1.01]));
    }
}
