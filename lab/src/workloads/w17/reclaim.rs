//! The probe: sessions of a second, asked for right after their end, and what is left of them later.

use super::{arm::Shelf, data::Signed};
use crate::{Load, Result, arm::Fact};
use std::time::{Duration, Instant};

/// How long a session of the probe lives.
const LIFE: Duration = Duration::from_secs(1);
/// How long after their end they are counted for the first time.
const LATER: Duration = Duration::from_secs(3);
/// The most sessions of the probe.
const MOST: u64 = 2_000;
/// Longest that a short session waits for a store to let go.
const PATIENCE: Duration = Duration::from_secs(6);
/// Sessions from which on it waits as long as it takes: a session that is kept.
const WORTH_WAITING: u64 = 10_000;

/// Looks at a store.
pub async fn look(shelf: &dyn Shelf, load: &Load) -> Result<Vec<Fact>> {
    let sessions: Vec<Signed> = (0..load.size.clamp(2, MOST) as i64).map(|number| Signed::new("probe", number)).collect();
    let before = shelf.count().await?;
    for one in &sessions {
        shelf.put(one, LIFE).await?;
    }
    // of all of them: the last one ends last
    tokio::time::sleep(LIFE + Duration::from_millis(5)).await;
    let ended = Instant::now();
    let mut served = 0;
    // the other half is left alone: a store may let go of what is asked for only
    for one in &sessions[..sessions.len() / 2] {
        served += u32::from(!shelf.read(one).await?.is_null());
    }
    let served = Fact::new("expired served", f64::from(served), "count").expected(0.0).note(format!("of {}", sessions.len() / 2));
    let mut facts = vec![Fact::new("sessions", sessions.len() as f64, "count"), served];
    let Some(before) = before else { return Ok(facts) };

    tokio::time::sleep((ended + LATER).saturating_duration_since(Instant::now())).await;
    let kept = (shelf.count().await?.unwrap_or(before) - before).max(0);
    facts.push(Fact::new("expired kept", kept as f64, "count").note(format!("that still take room {} s after their end", LATER.as_secs())));
    match shelf.lets_go_within() {
        Some(longest) => {
            facts.push(wait(shelf, before, ended, if load.size < WORTH_WAITING { longest.min(PATIENCE) } else { longest }).await?)
        }
        None => {
            let begin = Instant::now();
            let swept = shelf.sweep().await?;
            facts.push(Fact::new("swept by a job", swept as f64, "count").note("nobody else deletes them"));
            facts.push(Fact::new("time of the job", begin.elapsed().as_secs_f64() * 1e6, "us"));
        }
    }
    Ok(facts)
}

/// Seconds from the end until nothing is left.
async fn wait(shelf: &dyn Shelf, before: i64, ended: Instant, longest: Duration) -> Result<Fact> {
    while ended.elapsed() < longest {
        if shelf.count().await?.unwrap_or(before) <= before {
            return Ok(Fact::new("seconds until reclaimed", ended.elapsed().as_secs_f64(), "s")
                .note("at most: looked at every quarter of a second"));
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let left = (shelf.count().await?.unwrap_or(before) - before).max(0);
    let what = format!("not reclaimed within {:.0} s", ended.elapsed().as_secs_f64());
    Ok(Fact::new("expired left", left as f64, "count").note(what))
}
