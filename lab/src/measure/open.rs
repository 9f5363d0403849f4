//! The open loop: operations start when they are meant to, whether the ones before have ended or not, and their time counts from when they were
//! meant to start. A store that stands still for half a second has half a second of late operations, not one.
//!
//! The runtime's own timers are as coarse as a millisecond, so a thread of its own keeps the pace. How late it was itself is recorded; where that
//! is not small beside the times, the pass is void.

use super::{Plan, closed::histogram};
use crate::{
    Arm, Case, Input, Load, Result,
    draw::Draw,
    result::{CaseRecord, OpenPoint},
};
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};

/// An operation that takes longer has failed, and counts as having taken it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Operations under way at most; the others wait, and their waiting counts.
const UNDER_WAY: usize = 64;
/// Fewer operations have no 99th percentile.
const FEWEST: u64 = 100;
/// The last of the way to a start is spun, not slept.
const SPIN: Duration = Duration::from_micros(100);

/// What is offered to an arm.
#[derive(Clone, Copy, Debug)]
pub struct Paced {
    /// Operations in a second.
    pub per_second: f64,
    /// For how long.
    pub time: Duration,
    /// Share of the slowest arm's capacity, for the record.
    pub share: f64,
}

/// Offers the same loads to all arms: shares of what the slowest can do.
pub async fn run(
    plan: &Plan<'_>,
    id: &str,
    arms: &[Arc<dyn Arm>],
    case: &Case,
    load: &Load,
    inputs: &[Input],
    kept: &mut CaseRecord,
) -> Result<()> {
    let (shares, time) = &plan.effort.open;
    let mean = |blocks: &[crate::result::Block]| {
        let means: Vec<f64> = blocks.iter().map(|block| block.mean_us).collect();
        crate::verdict::fit::median(&means)
    };
    let slowest = kept.arms.iter().filter_map(|arm| mean(&arm.blocks)).fold(0.0, f64::max);
    if shares.is_empty() || slowest <= 0.0 {
        return Ok(());
    }
    let step = plan.progress.start(&format!("{id} {} open", case.id), (arms.len() * shares.len()) as u64);
    for share in shares {
        let paced_at = Paced { per_second: share * 1e6 / slowest, time: *time, share: *share };
        for (at, arm) in arms.iter().enumerate() {
            if kept.arms[at].blocks.is_empty() || kept.arms[at].error.is_some() {
                continue;
            }
            plan.or_interrupted(arm.reset(case, load)).await?;
            let purpose = format!("arrivals {id} {} {share}", case.id);
            let point = plan.or_interrupted(paced(arm, case, inputs, paced_at, Draw::new(plan.seed, &purpose))).await?;
            kept.arms[at].open.push(point);
            step.advance(1);
        }
    }
    step.finish();
    Ok(())
}

/// What became of one operation, in nanoseconds.
struct Done {
    latency: u64,
    service: u64,
    wait: u64,
    failed: bool,
}

/// Offers one load to one arm: arrivals of a Poisson process.
pub async fn paced(arm: &Arc<dyn Arm>, case: &Case, inputs: &[Input], paced: Paced, draw: Draw) -> Result<OpenPoint> {
    let (sender, mut starts) = mpsc::unbounded_channel();
    let pacer = thread::spawn(move || keep_pace(paced, draw, &sender));
    let under_way = Arc::new(Semaphore::new(UNDER_WAY));
    let (case, mut tasks, mut intended) = (Arc::new(case.clone()), JoinSet::new(), 0_u64);
    let mut late = histogram()?;
    while let Some((meant, sent)) = starts.recv().await {
        late.saturating_record(nanos(sent, meant));
        let (arm, case, under_way) = (arm.clone(), case.clone(), under_way.clone());
        let input = inputs[intended as usize % inputs.len()].clone();
        intended += 1;
        tasks.spawn(async move {
            let _place = under_way.acquire_owned().await;
            let begin = Instant::now();
            let failed = !matches!(timeout(PATIENCE, arm.op(&case, &input)).await, Ok(Ok(_)));
            let end = Instant::now();
            let mut latency = nanos(end, meant);
            if failed {
                latency = latency.max(nanos(meant + PATIENCE, meant));
            }
            Done { latency, service: nanos(end, begin), wait: nanos(begin, meant), failed }
        });
    }
    // the thread has ended: it closed the channel
    let _ = pacer.join();
    let (mut latency, mut service, mut wait, mut failed) = (histogram()?, histogram()?, histogram()?, 0);
    while let Some(done) = tasks.join_next().await {
        let Ok(done) = done else {
            failed += 1;
            continue;
        };
        failed += u64::from(done.failed);
        latency.saturating_record(done.latency);
        service.saturating_record(done.service);
        wait.saturating_record(done.wait);
    }
    let us = |of: &hdrhistogram::Histogram<u64>, share: f64| of.value_at_quantile(share) as f64 / 1e3;
    let (p50, pacer) = (us(&latency, 0.5), us(&late, 0.99));
    let void = if intended < FEWEST {
        Some(format!("{intended} operations are too few"))
    } else if pacer > p50 / 10.0 && pacer > 50.0 {
        Some("the pacer itself was late by more than a tenth of the median".to_owned())
    } else {
        None
    };
    Ok(OpenPoint {
        share: paced.share,
        per_second: paced.per_second,
        intended,
        done: intended - failed,
        failed,
        p50_us: p50,
        p99_us: us(&latency, 0.99),
        service_p99_us: us(&service, 0.99),
        wait_p99_us: us(&wait, 0.99),
        pacer_p99_us: pacer,
        void,
    })
}

fn nanos(later: Instant, earlier: Instant) -> u64 {
    u64::try_from(later.saturating_duration_since(earlier).as_nanos()).unwrap_or(u64::MAX)
}

/// Sends when operations are meant to start, and when that was sent.
fn keep_pace(paced: Paced, mut draw: Draw, starts: &mpsc::UnboundedSender<(Instant, Instant)>) {
    let begin = Instant::now();
    let mut at = Duration::ZERO;
    loop {
        at += Duration::from_secs_f64(draw.exponential(1.0 / paced.per_second));
        if at > paced.time {
            return;
        }
        let meant = begin + at;
        let ahead = meant.saturating_duration_since(Instant::now());
        if ahead > SPIN {
            thread::sleep(ahead - SPIN);
        }
        while Instant::now() < meant {
            std::hint::spin_loop();
        }
        if starts.send((meant, Instant::now())).is_err() {
            return;
        }
    }
}
