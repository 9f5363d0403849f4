//! CPU of a server's process on this machine, from the scheduler's own account.

/// Microseconds of CPU of this process so far, over its living threads. `None` if there is no such process here, or if its command line does not
/// hold `name`: the number of a process of another machine or container is somebody else's number here.
pub(super) fn cpu_us(id: i32, name: &str) -> Option<f64> {
    let command = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
    if !String::from_utf8_lossy(&command).contains(name) {
        return None;
    }
    let mut nanoseconds = 0_u64;
    for thread in std::fs::read_dir(format!("/proc/{id}/task")).ok()? {
        // a thread may end in between
        let Ok(account) = std::fs::read_to_string(thread.ok()?.path().join("schedstat")) else { continue };
        nanoseconds += account.split_whitespace().next().and_then(|on_cpu| on_cpu.parse::<u64>().ok()).unwrap_or_default();
    }
    Some(nanoseconds as f64 / 1_000.0)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_and_other_processes_are_not_taken_for_it() {
        let id = i32::try_from(std::process::id()).unwrap();
        let name = std::env::args().next().unwrap();
        let before = cpu_us(id, &name).unwrap();
        let mut sum = 0_u64;
        let begin = std::time::Instant::now();
        while begin.elapsed().as_millis() < 60 {
            sum = sum.wrapping_mul(31).wrapping_add(7);
        }
        assert!(sum != 1 && cpu_us(id, &name).unwrap() - before > 1_000.0);
        assert_eq!(cpu_us(id, "no such name of a database"), None);
    }
}
