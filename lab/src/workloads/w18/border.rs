//! The probe: bursts on both sides of a border of windows, then requests without a pause, on the real clock.

use super::{Limit, arm::Limiter};
use crate::{LabError, Result, arm::Fact};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Requests of a burst: more than the limit, so that some are refused.
const BURST: usize = 120;
/// Requests that are under way at once.
const AT_ONCE: usize = 8;
/// How long ahead of the border the first burst begins.
const AHEAD: Duration = Duration::from_millis(400);
/// How long after the border the second one does.
const AFTER: Duration = Duration::from_millis(20);
/// Between requests without a pause.
const STEADY: Duration = Duration::from_millis(5);
/// How often a burst that was too slow to end ahead of the border is tried again.
const TRIES: u32 = 4;

/// Looks at a limiter.
pub async fn look(limiter: &dyn Limiter) -> Result<Vec<Fact>> {
    let limit = Limit::NARROW;
    let mut tried = 0;
    let (client, admitted) = loop {
        let client = name("border");
        match around(limiter, &client, limit).await? {
            Some(admitted) => break (client, admitted),
            None if tried < TRIES => tried += 1,
            None => return Err(LabError::Unsupported(format!("{BURST} requests take longer than {} ms here", AHEAD.as_millis()))),
        }
    };
    let bursts = most_within(&admitted, limit.period);
    let mut worst = Fact::new("worst admitted", bursts as f64, "count")
        .note(format!("in any {} s around the border: {BURST} requests just ahead of it, {BURST} just after it", limit.period.as_secs()));
    if limiter.is_exact() {
        worst = worst.expected(f64::from(limit.most));
    }
    let mut facts = vec![Fact::new("limit", f64::from(limit.most), "count"), worst];
    facts.extend(limiter.extra(&client, limit).await?);

    let steady = without_pause(limiter, &client, limit, admitted).await?;
    facts.push(
        Fact::new("worst admitted of requests without a pause", steady as f64, "count").note(
            "asked every few milliseconds; a bucket promises its burst and its rate, a sliding counter takes the last window for even",
        ),
    );
    let at_once = at_once(limiter).await?;
    facts.push(Fact::new("admitted of 300 at once", at_once as f64, "count").expected(f64::from(Limit::NARROW.most)));
    Ok(facts)
}

/// When requests of the two bursts were admitted; `None` if the first one ended too late.
async fn around(limiter: &dyn Limiter, client: &str, limit: Limit) -> Result<Option<Vec<Instant>>> {
    let border = next_border(limit.period, AHEAD + Duration::from_millis(100));
    tokio::time::sleep_until((border - AHEAD).into()).await;
    let mut admitted = burst(limiter, client, limit).await?;
    if Instant::now() >= border {
        return Ok(None);
    }
    tokio::time::sleep_until((border + AFTER).into()).await;
    admitted.extend(burst(limiter, client, limit).await?);
    Ok(Some(admitted))
}

/// The next multiple of the period by the clock of this machine that is at least so far away.
fn next_border(period: Duration, least: Duration) -> Instant {
    let (clock, now) = (SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(), Instant::now());
    let rest = period.as_nanos() - (clock + least).as_nanos() % period.as_nanos();
    now + least + Duration::from_nanos(u64::try_from(rest).unwrap_or_default())
}

async fn burst(limiter: &dyn Limiter, client: &str, limit: Limit) -> Result<Vec<Instant>> {
    let one = |_| async move { limiter.take(client, limit).await.map(|allowed| allowed.then(Instant::now)) };
    let all: Vec<Option<Instant>> = stream::iter(0..BURST).map(one).buffered(AT_ONCE).try_collect().await?;
    Ok(all.into_iter().flatten().collect())
}

/// Goes on for a period without a pause: the most that were admitted in any period since the first burst.
async fn without_pause(limiter: &dyn Limiter, client: &str, limit: Limit, mut admitted: Vec<Instant>) -> Result<usize> {
    let end = Instant::now() + limit.period;
    while Instant::now() < end {
        if limiter.take(client, limit).await? {
            admitted.push(Instant::now());
        }
        tokio::time::sleep(STEADY).await;
    }
    Ok(most_within(&admitted, limit.period))
}

/// How many of 300 who ask at the same moment are admitted, in a window that does not end meanwhile.
async fn at_once(limiter: &dyn Limiter) -> Result<usize> {
    let limit = Limit { period: Limit::WIDE.period, ..Limit::NARROW };
    let client = name("at-once");
    let one = |_| limiter.take(&client, limit);
    let all: Vec<bool> = stream::iter(0..300).map(one).buffer_unordered(300).try_collect().await?;
    Ok(all.into_iter().filter(|allowed| *allowed).count())
}

/// The most moments within a span that is a little shorter than the period: what lies exactly a period apart is in two periods.
fn most_within(moments: &[Instant], period: Duration) -> usize {
    let mut moments = moments.to_vec();
    moments.sort_unstable();
    let mut first = 0;
    let mut most = 0;
    for (at, moment) in moments.iter().enumerate() {
        // the answer is a little later than the decision: half a hundredth of the period is given
        while *moment - moments[first] >= period - period / 200 {
            first += 1;
        }
        most = most.max(at + 1 - first);
    }
    most
}

/// A client that nobody was before.
fn name(what: &str) -> String {
    format!("{what}-{}", SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fullest_span_is_found() {
        let begin = Instant::now();
        let at = |ms: u64| begin + Duration::from_millis(ms);
        let moments = [0, 10, 900, 950, 1_005, 1_890].map(at);
        assert_eq!(most_within(&moments, Duration::from_secs(1)), 4);
        assert_eq!(most_within(&[], Duration::from_secs(1)), 0);
    }

    #[test]
    fn a_border_is_a_multiple_of_the_period_and_not_too_near() {
        let (period, least) = (Duration::from_secs(2), Duration::from_millis(500));
        let wait = next_border(period, least) - Instant::now();
        assert!(wait <= period + least && wait >= least - Duration::from_millis(5), "{wait:?}");
        let clock = (SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + wait).as_millis() % 2_000;
        assert!(!(20..=1_980).contains(&clock), "{clock}");
    }
}
