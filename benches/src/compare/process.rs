//! What processes took of the machine, from /proc.

use std::{collections::HashMap, fs, time::Duration};

/// Of a second: `USER_HZ`, which is 100 on every Linux that Rust's servers run on.
const TICKS: u64 = 100;

/// The numbers behind the name in /proc/PID/stat, the state first.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(text.rsplit_once(')')?.1.split_whitespace().map(str::to_owned).collect())
}

fn ticks(fields: &[String], places: std::ops::Range<usize>) -> Duration {
    let sum: u64 = fields.get(places).unwrap_or_default().iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(sum * 1_000 / TICKS)
}

/// CPU time of a process, in user and in kernel mode.
pub fn cpu(pid: u32) -> Duration {
    stat(pid).map(|fields| ticks(&fields, 11..13)).unwrap_or_default()
}

/// CPU time of a process and all its children, those that have ended included.
pub fn cpu_of_tree(root: u32) -> Duration {
    let Some(own) = stat(root) else { return Duration::ZERO };
    let children =
        numbers("/proc").into_iter().filter_map(stat).filter(|fields| fields.get(1).is_some_and(|parent| *parent == root.to_string()));
    children.map(|fields| ticks(&fields, 11..13)).sum::<Duration>() + ticks(&own, 11..15)
}

fn numbers(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The process that started this one.
pub fn parent(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// Most memory that a process had since [`forget_peak`], in kilobytes.
pub fn peak(pid: u32) -> Option<u64> {
    of_status(pid, "VmHWM:")
}

/// Memory that a process has now, in kilobytes.
pub fn memory(pid: u32) -> Option<u64> {
    of_status(pid, "VmRSS:")
}

fn of_status(pid: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name)?.trim().trim_end_matches(" kB").parse().ok())
}

/// Starts the peak anew. Where the kernel does not allow it the peak is that of the whole run.
pub fn forget_peak(pid: u32) {
    drop(fs::write(format!("/proc/{pid}/clear_refs"), "5"));
}

/// Work of one core, and time that the host of a virtual machine took away from it.
#[derive(Clone, Copy, Default)]
pub struct Core {
    pub busy: Duration,
    pub stolen: Duration,
}

/// What this core did since the machine started, interrupts left out.
pub fn core(number: usize) -> Core {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = text.lines().find_map(|line| line.strip_prefix(&format!("cpu{number} ")));
    let fields: Vec<u64> = fields.unwrap_or_default().split_whitespace().filter_map(|field| field.parse().ok()).collect();
    let sum = |places: &[usize]| {
        let ticks: u64 = places.iter().filter_map(|place| fields.get(*place)).sum();
        Duration::from_millis(ticks * 1_000 / TICKS)
    };
    // user, nice, system, idle, iowait, irq, softirq, steal
    Core { busy: sum(&[0, 1, 2]), stolen: sum(&[7]) }
}

/// What the machine is, for the record.
pub fn machine() -> HashMap<&'static str, String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim().to_owned()));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
    let cores = cpu.lines().filter(|line| line.starts_with("processor")).count().to_string();
    HashMap::from([("cpu", model.unwrap_or_default()), ("kernel", kernel), ("cores", cores), ("load", load())])
}

/// The load averages.
pub fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(3).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_takes_time() {
        let own = std::process::id();
        let before = cpu(own);
        let end = std::time::Instant::now() + Duration::from_secs(5);
        while cpu(own) < before + Duration::from_millis(50) && std::time::Instant::now() < end {}
        let after = cpu(own);
        assert!(after >= before + Duration::from_millis(50) && cpu_of_tree(own) >= after);
        assert!(memory(own).is_some_and(|memory| memory > 1_000) && peak(own) >= memory(own));
        assert!(parent(own).is_some());
    }
}
