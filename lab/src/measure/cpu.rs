//! CPU time of this process, as fine as the kernel tells it.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// What all threads of this process have used, those that have ended included. The kernel's clock of the process is in nanoseconds, where its account
/// in `/proc` is in hundredths of a second.
pub fn of_process() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn work_takes_cpu() {
        let (before, begin, mut sum) = (of_process(), Instant::now(), 0_u64);
        while of_process() < before + Duration::from_millis(20) && begin.elapsed() < Duration::from_secs(10) {
            sum = sum.wrapping_add(std::hint::black_box(1));
        }
        assert!(of_process() >= before + Duration::from_millis(20), "{sum} additions took no CPU");
    }
}
