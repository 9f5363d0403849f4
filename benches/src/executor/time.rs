//! How long operations take: on the clock, and of the thread that executes. SQLite works on threads of its own, so the second is the
//! executor with what it reads.

use super::{
    Failed, Plans,
    cases::{Case, Sizes, World},
    report::Measured,
};
use std::{
    fs,
    time::{Duration, Instant},
};

/// Operations before anything is measured, and at least in each time.
const LEAST: u32 = 3;

/// One time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Time {
    /// Nanoseconds for each operation, on the clock.
    pub clock: f64,
    /// Of the thread that executes; none where the kernel does not tell.
    pub cpu: Option<f64>,
}

/// Measures a case with plans and without, in turn, the order reversed each time.
pub async fn measure(world: &World, case: &Case, sizes: Sizes, rounds: u16, time: Duration) -> Result<Vec<Measured>, Failed> {
    let mut times: [Vec<Time>; 2] = Default::default();
    for plans in Plans::BOTH {
        for _ in 0..LEAST {
            world.answer(case, plans).await;
        }
    }
    for round in 0..rounds {
        let mut order = [0, 1];
        if round % 2 == 1 {
            order.reverse();
        }
        for place in order {
            times[place].push(once(world, case, Plans::BOTH[place], time).await);
        }
    }
    Ok(Plans::BOTH.into_iter().zip(&times).map(|(plans, times)| Measured::of(&case.name, plans, sizes, times)).collect())
}

async fn once(world: &World, case: &Case, plans: Plans, time: Duration) -> Time {
    let (begin, before) = (Instant::now(), thread_time());
    let mut operations = 0;
    while operations < LEAST || begin.elapsed() < time {
        world.answer(case, plans).await;
        operations += 1;
    }
    let (clock, after) = (begin.elapsed(), thread_time());
    let each = |nanos: f64| nanos / f64::from(operations);
    Time { clock: each(clock.as_nanos() as f64), cpu: before.zip(after).map(|(before, after)| each((after - before) as f64)) }
}

/// Nanoseconds that this thread had a core.
fn thread_time() -> Option<u64> {
    read(&fs::read_to_string("/proc/thread-self/schedstat").ok()?)
}

/// Time on a core, time in the queue, slices.
fn read(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_thread_is_the_first_number() {
        assert_eq!(read("987654 321 12\n"), Some(987_654));
        assert_eq!(read(""), None);
    }

    #[test]
    fn a_thread_that_waits_takes_no_time() {
        let Some(before) = thread_time() else { return };
        std::thread::sleep(Duration::from_millis(50));
        assert!(thread_time().unwrap() - before < 25_000_000);
    }
}
