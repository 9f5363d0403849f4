//! Tables and sentences of a case, whatever they are printed on.

use crate::{
    counter::{METRICS, Metric},
    result::{ArmRecord, CaseRecord, Fit, FitKind, Pair, Record, Tier, WorkloadRecord},
    verdict::{duration, p50, percent, sentence, times},
};

/// Columns and rows of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Heads of columns.
    pub columns: Vec<String>,
    /// Rows with as many cells.
    pub rows: Vec<Vec<String>>,
}

/// Counters of a table at most: the first ones of [`METRICS`] that arms have.
const COUNTERS: usize = 9;

/// The time that this share of all operations did not exceed, in microseconds.
pub fn quantile(arm: &ArmRecord, share: f64) -> Option<f64> {
    let all: u64 = arm.histogram.iter().map(|(_, count)| count).sum();
    let wanted = (all as f64 * share).ceil() as u64;
    let mut seen = 0;
    let bucket = arm.histogram.iter().find(|(_, count)| {
        seen += count;
        seen >= wanted.max(1)
    });
    bucket.map(|(nanos, _)| *nanos as f64 / 1e3)
}

fn shown(value: f64, unit: &str) -> String {
    match unit {
        "us" => duration(value),
        _ if value >= 1_000.0 => times(value),
        _ if (value - value.round()).abs() < 0.005 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    }
}

/// Counters that a table shows: answers and CPU have columns of their own.
fn metrics(case: &CaseRecord) -> Vec<&'static Metric> {
    let has = |metric: &&Metric| case.arms.iter().any(|arm| arm.counters.contains_key(metric.name));
    let mut metrics: Vec<_> = METRICS.iter().filter(|metric| metric.name != "answer_bytes").filter(has).collect();
    if case.tier != Tier::Read {
        // what a write costs stands ahead of how it was sent
        metrics.sort_by_key(|metric| metric.name != "log_bytes");
    }
    metrics.truncate(COUNTERS);
    metrics
}

/// The arms of a case, the A/A arm left out.
pub fn arms_table(case: &CaseRecord) -> Table {
    let arms: Vec<&ArmRecord> = case.arms.iter().filter(|arm| arm.again_of.is_none()).collect();
    if case.kind == "probe" {
        return facts(&arms);
    }
    let (timed, metrics) = (arms.iter().any(|arm| !arm.blocks.is_empty()), metrics(case));
    let mut columns = vec!["arm".to_owned()];
    if timed {
        columns.extend(["p50", "p99", "client CPU"].map(str::to_owned));
    }
    columns.extend(metrics.iter().map(|metric| metric.title.to_owned()));
    columns.push("answers".to_owned());
    let none = || "-".to_owned();
    let row = |arm: &&ArmRecord| {
        let mut row = vec![arm.name.clone()];
        if timed {
            row.push(p50(arm).map_or_else(none, duration));
            row.push(quantile(arm, 0.99).map_or_else(none, duration));
            let cpu: Vec<f64> = arm.blocks.iter().filter_map(|block| block.client_cpu_us).collect();
            row.push(crate::verdict::fit::median(&cpu).map_or_else(none, duration));
        }
        let counter = |metric: &&Metric| arm.counters.get(metric.name).map_or_else(none, |value| shown(*value, metric.unit));
        row.extend(metrics.iter().map(counter));
        row.push(match (&arm.error, &arm.answers) {
            (Some(error), _) => format!("failed: {error}"),
            (None, Some(answers)) if answers.same => format!("same ({})", answers.draws),
            (None, Some(_)) => "WRONG".to_owned(),
            (None, None) => none(),
        });
        row
    };
    Table { columns, rows: arms.iter().map(row).collect() }
}

fn facts(arms: &[&ArmRecord]) -> Table {
    let mut rows = Vec::new();
    for arm in arms {
        for fact in &arm.facts {
            let expected = fact.expected.map(|expected| {
                let word = if fact.holds() { "as promised" } else { "BROKEN" };
                format!("{} ({word})", shown(expected, &fact.unit))
            });
            rows.push(vec![
                arm.name.clone(),
                fact.name.clone(),
                if fact.unit == "share" { percent(fact.value) } else { shown(fact.value, &fact.unit) },
                if fact.unit == "us" || fact.unit == "share" { String::new() } else { fact.unit.clone() },
                expected.unwrap_or_default(),
                fact.note.clone().unwrap_or_default(),
            ]);
        }
        if let Some(error) = &arm.error {
            rows.push(vec![arm.name.clone(), format!("failed: {error}"), String::new(), String::new(), String::new(), String::new()]);
        }
    }
    Table { columns: ["arm", "what", "found", "unit", "promised", "note"].map(str::to_owned).to_vec(), rows }
}

/// The verdicts that tell the story: each arm against the next slower one, then those that say why an arm takes no part.
pub fn chain(case: &CaseRecord) -> Vec<String> {
    let mut arms: Vec<(&str, f64)> =
        case.arms.iter().filter(|arm| arm.again_of.is_none()).filter_map(|arm| Some((arm.name.as_str(), p50(arm)?))).collect();
    arms.sort_by(|a, b| a.1.total_cmp(&b.1));
    let is = |pair: &&Pair, a: &str, b: &str| (pair.a == a && pair.b == b) || (pair.a == b && pair.b == a);
    let mut lines: Vec<String> =
        arms.windows(2).filter_map(|two| case.verdicts.iter().find(|pair| is(pair, two[0].0, two[1].0))).map(sentence).collect();
    for arm in case.arms.iter().filter(|arm| arm.again_of.is_none() && !arms.iter().any(|(name, _)| *name == arm.name)) {
        let told = case.verdicts.iter().find(|pair| pair.a == arm.name || pair.b == arm.name).map(sentence);
        lines.extend(told.filter(|line| !lines.contains(line)));
    }
    lines
}

/// One line for each exact counter that differs: who has least, who has most.
pub fn counter_lines(case: &CaseRecord) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let told = case.counter_verdicts.iter().filter(|verdict| !matches!(&*verdict.counter, "answer_bytes" | "rows"));
    let mut seen: Vec<(&str, &str)> = Vec::new();
    for verdict in told {
        if seen.contains(&(&verdict.counter, &verdict.less)) {
            continue;
        }
        seen.push((&verdict.counter, &verdict.less));
        let same = case.counter_verdicts.iter().filter(|other| other.counter == verdict.counter && other.less == verdict.less);
        let Some(most) = same.max_by(|a, b| a.times.unwrap_or(f64::INFINITY).total_cmp(&b.times.unwrap_or(f64::INFINITY))) else {
            continue;
        };
        let by = most.times.map_or_else(|| "some, where the first has none".to_owned(), |by| format!("{}x as many", times(by)));
        lines.push(format!("{}: {} least, {} {by}", verdict.counter, verdict.less, most.more));
    }
    lines
}

/// What the A/A arm says.
pub fn noise_line(case: &CaseRecord) -> Option<String> {
    let noise = case.noise?;
    let word = if noise.noisy { "NOISY, only differences beyond it are told" } else { "differences beyond it and 5 % are told" };
    Some(format!("A/A {} [{}, {}]: {word}", times(noise.ratio), times(noise.low), times(noise.high)))
}

fn kind(kind: FitKind, exponent: f64) -> String {
    match kind {
        FitKind::Constant => "does not grow".to_owned(),
        FitKind::Log => "grows with log n".to_owned(),
        FitKind::Power => format!("grows with n^{exponent:.2}"),
        FitKind::NLogN => "grows with n log n".to_owned(),
    }
}

/// How a case's counters and times grow, a line for each arm.
pub fn fit_lines(case: &CaseRecord) -> Vec<String> {
    let Some(sweep) = &case.sweep else { return Vec::new() };
    let one = |fit: &Fit| {
        let or: Vec<String> = fit.or.iter().map(|other| kind(*other, fit.exponent)).collect();
        let or = if or.is_empty() { String::new() } else { format!(" (cannot be told from: {})", or.join(", ")) };
        format!("{} {}{or}", fit.counter, kind(fit.kind, fit.exponent))
    };
    let mut lines: Vec<String> = sweep
        .arms
        .iter()
        .map(|arm| {
            let mut parts: Vec<String> = arm.fits.iter().filter(|fit| fit.counter != "log_bytes").map(one).collect();
            if let Some((slope, low, high)) = arm.time_slope {
                parts.push(format!("time as n^{slope:.2} [{low:.2}, {high:.2}]"));
            }
            format!("{}: {}", arm.name, if parts.is_empty() { "too few sizes".to_owned() } else { parts.join("; ") })
        })
        .collect();
    lines.extend(
        sweep
            .crossovers
            .iter()
            .map(|crossover| format!("{} overtakes {} between {} and {}", crossover.above, crossover.below, crossover.from, crossover.to)),
    );
    lines
}

/// Where, when and how a result was made: names and values.
pub fn provenance(record: &Record) -> Vec<(String, String)> {
    let (session, machine) = (&record.session, &record.environment);
    let mut rows = vec![
        ("session".to_owned(), session.id.clone()),
        ("command".to_owned(), session.command.join(" ")),
        ("when".to_owned(), format!("{} to {}", session.started, session.finished.as_deref().unwrap_or("(cut off)"))),
        ("polystore".to_owned(), format!("{} ({} build)", session.version, session.build)),
        ("program".to_owned(), session.program_sha256.clone().unwrap_or_else(|| "unknown".to_owned())),
        ("seed".to_owned(), session.seed.to_string()),
        ("system".to_owned(), format!("{} {}", machine.system, machine.kernel.as_deref().unwrap_or_default())),
        ("processor".to_owned(), format!("{}, {} cores", machine.cpu.as_deref().unwrap_or("unknown"), machine.cores)),
    ];
    let optional = [
        ("memory", machine.memory_bytes.map(|bytes| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30)))),
        ("governor", machine.governor.clone()),
        ("virtualisation", machine.virtualisation.clone()),
        ("one sync of the disk", machine.sync_us.map(duration)),
        (
            "load before and after",
            machine
                .load_before
                .map(|before| format!("{before} and {}", machine.load_after.map_or_else(|| "?".to_owned(), |l| l.to_string()))),
        ),
        ("taken away by the host", machine.stolen_share.map(percent)),
    ];
    rows.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    for store in &machine.stores {
        let settings: Vec<String> = store.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let version = store.version.as_deref().unwrap_or_default();
        let driver = store.driver.as_ref().map(|driver| format!(", driver {driver}")).unwrap_or_default();
        rows.push((store.name.clone(), format!("{version}{driver}; {}", settings.join(", ")).trim_start_matches(", ").to_owned()));
    }
    rows.extend(machine.warnings.iter().map(|warning| ("warning".to_owned(), warning.clone())));
    if session.partial {
        rows.push(("partial".to_owned(), "this session was interrupted: what is here holds, the rest is missing".to_owned()));
    }
    rows
}

/// A case's first line.
pub fn title(workload: &WorkloadRecord, case: &CaseRecord) -> String {
    format!("{} {} / {}: {}", workload.id, workload.title, case.id, case.title)
}
