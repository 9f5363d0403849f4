//! How cases grow: the same questions at several sizes of the data. Counters are exact, so they are fitted first; times come second.

use super::Plan;
use crate::{
    Arm, Case, Input, Load, Result, Workload,
    canonical::text,
    counter::is_exact,
    draw::Draw,
    result::{Crossover, Record, SweepArm, SweepPoint, SweepRecord},
    verdict::fit::{fit, median, time_slope},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// Questions at each size.
const DRAWS: usize = 20;
/// An arm whose operation takes longer goes no further: the shape is known by then.
const SLOWEST: Duration = Duration::from_secs(1);

/// Sweeps the cases that want it. The data of the arms is that of the largest size afterwards.
pub async fn run(plan: &Plan<'_>, workload: &dyn Workload, arms: &[Arc<dyn Arm>], record: &mut Record) -> Result<()> {
    let cases: Vec<Case> = workload.cases().into_iter().filter(|case| case.sweep && !case.is_write()).collect();
    let (id, sizes) = (workload.about().id, workload.sizes());
    if cases.is_empty() || sizes.is_empty() {
        return Ok(());
    }
    let mut swept: Vec<SweepRecord> =
        cases.iter().map(|_| SweepRecord { sizes: sizes.clone(), arms: empty(arms), crossovers: Vec::new() }).collect();
    let mut gone = vec![false; arms.len()];
    let step = plan.progress.start(&format!("{id} sizes"), sizes.len() as u64);
    for size in &sizes {
        let load = Load { size: *size, seed: plan.seed };
        let mut reference: Vec<Option<Vec<String>>> = vec![None; cases.len()];
        for (at, arm) in arms.iter().enumerate() {
            if gone[at] {
                continue;
            }
            let Ok(loaded) = plan.or_interrupted(arm.load(&load)).await else {
                plan.interrupted()?;
                gone[at] = true;
                continue;
            };
            for (case_at, case) in cases.iter().enumerate() {
                let inputs = workload.inputs(case, &load, DRAWS);
                let measured = plan.or_interrupted(point(plan, &**arm, case, &inputs, *size)).await;
                plan.interrupted()?;
                let Ok((mut point, answers)) = measured else {
                    gone[at] = true;
                    continue;
                };
                // another answer than the reference's at this size: no point, and no size beyond it
                let expected = reference[case_at].get_or_insert_with(|| answers.clone());
                if *expected != answers {
                    gone[at] = true;
                    continue;
                }
                (point.data_bytes, point.index_bytes) = (loaded.data_bytes, loaded.index_bytes);
                gone[at] |= median(&point.blocks_p50_us).is_some_and(|us| us > SLOWEST.as_secs_f64() * 1e6);
                swept[case_at].arms[at].points.push(point);
            }
        }
        step.advance(1);
    }
    step.finish();
    for (case, mut sweep) in cases.iter().zip(swept) {
        conclude_all(&mut sweep, id, &case.id, plan.seed);
        let kept = record.workloads.last_mut().and_then(|workload| workload.cases.iter_mut().find(|kept| kept.id == case.id));
        if let Some(kept) = kept {
            kept.sweep = Some(sweep);
        }
    }
    Ok(())
}

fn empty(arms: &[Arc<dyn Arm>]) -> Vec<SweepArm> {
    arms.iter().map(|arm| SweepArm { name: arm.about().name.to_owned(), points: Vec::new(), fits: Vec::new(), time_slope: None }).collect()
}

/// One size of one arm: counters first, then a few blocks; with the canonical answers.
async fn point(plan: &Plan<'_>, arm: &dyn Arm, case: &Case, inputs: &[Input], size: u64) -> Result<(SweepPoint, Vec<String>)> {
    arm.counting(true).await?;
    // on the very connection that is counted: preparing a statement is not what an operation costs
    arm.op(case, &inputs[0]).await?;
    let before = arm.counters().await?;
    let mut answers = Vec::with_capacity(inputs.len());
    for input in inputs {
        answers.push(text(&arm.op(case, input).await?.value));
    }
    let after = arm.counters().await?;
    arm.counting(false).await?;
    let each = |name: &str, value: f64| (value - before.get(name).copied().unwrap_or_default()) / inputs.len() as f64;
    let counters = after.iter().map(|(name, value)| ((*name).to_owned(), each(name, *value))).collect();
    let mut blocks = Vec::new();
    for round in 0..plan.effort.sweep_rounds as usize {
        let (begin, mut times) = (Instant::now(), Vec::new());
        for input in inputs.iter().cycle().skip(round) {
            let start = Instant::now();
            arm.op(case, input).await?;
            times.push(start.elapsed().as_secs_f64() * 1e6);
            if begin.elapsed() > plan.effort.block / 2 && times.len() >= 4 {
                break;
            }
        }
        blocks.extend(median(&times));
    }
    Ok((SweepPoint { size, counters, blocks_p50_us: blocks, data_bytes: None, index_bytes: None }, answers))
}

/// Says what follows from the points of a sweep, in place of what it said before.
pub fn conclude_all(sweep: &mut SweepRecord, workload: &str, case: &str, seed: u64) {
    for arm in &mut sweep.arms {
        conclude(arm, Draw::new(seed, &format!("slope {workload} {case} {}", arm.name)));
    }
    sweep.crossovers = crossovers(&sweep.arms);
}

/// Fits what an arm's points allow.
fn conclude(arm: &mut SweepArm, mut draw: Draw) {
    let mut names: Vec<String> = arm.points.iter().flat_map(|point| point.counters.keys().cloned()).filter(|name| is_exact(name)).collect();
    names.sort_unstable();
    names.dedup();
    let points = |name: &String| -> Vec<(f64, f64)> {
        arm.points.iter().filter_map(|point| Some((point.size as f64, *point.counters.get(name)?))).collect()
    };
    arm.fits = names.iter().filter_map(|name| fit(name, &points(name))).collect();
    let times: Vec<_> = arm.points.iter().map(|point| (point.size as f64, point.blocks_p50_us.clone())).collect();
    arm.time_slope = time_slope(&times, &mut draw);
}

/// Sizes between which one arm overtakes another: told only where the slowest block of the one is faster than the fastest of the other, on both sides.
fn crossovers(arms: &[SweepArm]) -> Vec<Crossover> {
    let mut found = Vec::new();
    for (at, a) in arms.iter().enumerate() {
        for b in &arms[at + 1..] {
            let sides: Vec<(u64, i8)> = a
                .points
                .iter()
                .filter_map(|point| {
                    let other = b.points.iter().find(|other| other.size == point.size)?;
                    let least = |blocks: &[f64]| blocks.iter().copied().fold(f64::INFINITY, f64::min);
                    let most = |blocks: &[f64]| blocks.iter().copied().fold(0.0, f64::max);
                    let (a, b) = (&point.blocks_p50_us, &other.blocks_p50_us);
                    let side = i8::from(most(a) < least(b)) - i8::from(most(b) < least(a));
                    (side != 0).then_some((point.size, side))
                })
                .collect();
            for pair in sides.windows(2).filter(|pair| pair[0].1 != pair[1].1) {
                let (below, above) = if pair[0].1 > 0 { (a, b) } else { (b, a) };
                found.push(Crossover { below: below.name.clone(), above: above.name.clone(), from: pair[0].0, to: pair[1].0 });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(name: &str, time: impl Fn(f64) -> f64) -> SweepArm {
        let points = [1_000_u64, 3_000, 10_000, 30_000, 100_000].map(|size| SweepPoint {
            size,
            counters: [("vm_steps".to_owned(), time(size as f64))].into(),
            blocks_p50_us: [0.95, 1.0, 1.05].map(|noise| noise * time(size as f64)).to_vec(),
            data_bytes: None,
            index_bytes: None,
        });
        SweepArm { name: name.to_owned(), points: points.to_vec(), fits: Vec::new(), time_slope: None }
    }

    #[test]
    fn arms_that_cross_are_told_with_the_sizes_in_between() {
        let arms = [arm("flat", |_| 100.0), arm("linear", |size| size / 50.0)];
        let found = crossovers(&arms);
        assert_eq!(found.len(), 1);
        assert_eq!((&*found[0].below, &*found[0].above, found[0].from, found[0].to), ("linear", "flat", 3_000, 10_000));
        assert_eq!(crossovers(&[arm("a", |_| 100.0), arm("b", |_| 101.0)]), [], "arms that overlap do not cross");
    }

    #[test]
    fn counters_and_times_of_a_linear_arm_are_linear() {
        let mut linear = arm("linear", |size| size);
        conclude(&mut linear, Draw::new(1, "x"));
        assert!((linear.fits[0].exponent - 1.0).abs() < 1e-6);
        let (slope, low, high) = linear.time_slope.unwrap();
        assert!(low <= slope && slope <= high && (slope - 1.0).abs() < 0.05);
    }
}
