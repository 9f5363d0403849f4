//! What the machine is, as far as it tells, and what makes its times doubtful.

use crate::result::Environment;
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    time::Instant,
};

fn line(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn field(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| Some(line.strip_prefix(name)?.trim_start_matches([' ', '\t', ':']).trim().to_owned()))
}

fn load() -> Option<f64> {
    line("/proc/loadavg")?.split(' ').next()?.parse().ok()
}

/// The machine before a session; `folder` is on the disk whose syncs are timed.
pub async fn environment(folder: &Path) -> Environment {
    let folder = folder.to_owned();
    // syncs block
    tokio::task::spawn_blocking(move || read(&folder)).await.unwrap_or_default()
}

fn read(folder: &Path) -> Environment {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = field(&memory, "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u32);
    let mut environment = Environment {
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        kernel: line("/proc/sys/kernel/osrelease"),
        cpu: field(&cpu, "model name"),
        cores,
        memory_bytes: kilobytes.map(|kilobytes| kilobytes * 1024),
        governor: line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        virtualisation: virtualisation(&cpu),
        load_before: load(),
        sync_us: sync(folder),
        clock_ns: clock(),
        ..Environment::default()
    };
    if let Some(load) = environment.load_before.filter(|load| *load > f64::from(cores) * 0.7) {
        environment.warnings.push(format!("the machine was busy before the session began: load {load} on {cores} cores"));
    }
    if let Some(governor) = environment.governor.as_ref().filter(|governor| *governor != "performance") {
        environment.warnings.push(format!("the cores' clock changes: governor {governor}"));
    }
    if cfg!(debug_assertions) {
        environment.warnings.push("this is a debug build: its times say nothing about stores, its counters do".to_owned());
    }
    environment
}

fn virtualisation(cpu: &str) -> Option<String> {
    let mut found = Vec::new();
    if Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists() {
        found.push("container".to_owned());
    }
    if field(cpu, "flags").is_some_and(|flags| flags.split(' ').any(|flag| flag == "hypervisor")) {
        let product = line("/sys/class/dmi/id/product_name").unwrap_or_else(|| "virtual machine".to_owned());
        found.push(product);
    }
    (!found.is_empty()).then(|| found.join(", "))
}

/// The median time of an append and a sync of 4 KiB, in microseconds.
fn sync(folder: &Path) -> Option<f64> {
    let path: PathBuf = folder.join("sync-floor");
    let mut file = fs::File::create(&path).ok()?;
    let mut times = Vec::new();
    for _ in 0..21 {
        let begin = Instant::now();
        file.write_all(&[7; 4096]).ok()?;
        file.sync_data().ok()?;
        times.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    // a file that stays is removed with its folder
    let _ = fs::remove_file(path);
    crate::verdict::fit::median(&times)
}

/// The least difference between two readings of the clock that is not zero.
fn clock() -> u64 {
    let differences = (0..1_000).map(|_| {
        let begin = Instant::now();
        loop {
            let passed = begin.elapsed().as_nanos();
            if passed > 0 {
                return u64::try_from(passed).unwrap_or(u64::MAX);
            }
        }
    });
    differences.min().unwrap_or_default()
}

/// What the processors did since the machine started.
#[derive(Clone, Copy, Default)]
pub struct Ticks {
    all: u64,
    stolen: u64,
}

impl Ticks {
    /// Up to now.
    pub fn now() -> Self {
        let text = fs::read_to_string("/proc/stat").unwrap_or_default();
        let numbers: Vec<u64> =
            text.lines().next().unwrap_or_default().split_whitespace().skip(1).take(8).filter_map(|number| number.parse().ok()).collect();
        Self { all: numbers.iter().sum(), stolen: numbers.get(7).copied().unwrap_or_default() }
    }
}

/// What is known only at the end.
pub fn finish(environment: &mut Environment, before: &Ticks) {
    environment.load_after = load();
    let after = Ticks::now();
    let all = after.all.saturating_sub(before.all);
    environment.stolen_share = (all > 0).then(|| after.stolen.saturating_sub(before.stolen) as f64 / all as f64);
    environment.warnings.retain(|warning| !warning.starts_with("the host took"));
    if let Some(share) = environment.stolen_share.filter(|share| *share > 0.02) {
        environment.warnings.push(format!("the host took away {:.0} % of the processors' time", share * 100.0));
    }
}
