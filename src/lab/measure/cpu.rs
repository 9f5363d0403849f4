//! CPU time of this process, as fine as the kernel tells it.

use std::{fs, time::Duration};

/// What all threads of this process have used. Their own accounts are in nanoseconds, where the usual one of the process is in hundredths of a
/// second. `None` where there is no such thing.
pub fn of_process() -> Option<Duration> {
    let mut nanos = 0_u64;
    for task in fs::read_dir("/proc/self/task").ok()? {
        // a thread that has just ended has no file any more; those of the runtime stay
        let text = fs::read_to_string(task.ok()?.path().join("schedstat")).unwrap_or_default();
        nanos += text.split_whitespace().next().and_then(|number| number.parse::<u64>().ok()).unwrap_or_default();
    }
    Some(Duration::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn work_takes_cpu() {
        let Some(before) = of_process() else { return };
        let begin = Instant::now();
        let mut sum = 0_u64;
        while begin.elapsed() < Duration::from_millis(40) {
            sum = sum.wrapping_add(std::hint::black_box(1));
        }
        let used = of_process().unwrap().saturating_sub(before);
        assert!(used > Duration::from_millis(2), "{used:?} for {sum} additions");
    }
}
