//! Instructions for each operation, as `valgrind --tool=callgrind` counts them: they hardly differ from run to run, so a change of a hundredth is one,
//! on a busy machine, too. A run is started twice with different numbers of operations; the difference has no start in it.

use super::{
    Failed, Options, Plans,
    cases::{self, Case, Sizes, World},
};
use serde::Serialize;
use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Operations of the short run: documents are known and plans compiled by then.
const FEW: u32 = 5;

/// A case, with plans or without.
#[derive(Debug, Serialize)]
struct Counted {
    case: String,
    plans: Plans,
    sizes: Sizes,
    each: Instructions,
}

/// Instructions of a run, or of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
struct Instructions {
    /// Of the thread that executes.
    own: f64,
    /// Of all threads: SQLite has some.
    all: f64,
}

impl Instructions {
    fn less(self, other: Self, operations: u32) -> Self {
        let each = |more: f64, fewer: f64| (more - fewer) / f64::from(operations);
        Self { own: each(self.own, other.own), all: each(self.all, other.all) }
    }
}

/// Counts all cases that were asked for, with plans and without.
pub async fn run(options: &Options) -> Result<(), Failed> {
    let folder = std::env::temp_dir().join(format!("polystore-bench-callgrind-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let counted = counted(options, &folder).await;
    drop(fs::remove_dir_all(&folder));
    let counted = counted?;
    print!("{}", text(&counted));
    if let Some(path) = &options.json {
        let json = serde_json::to_string_pretty(&counted)? + "\n";
        fs::write(path, json).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

async fn counted(options: &Options, folder: &Path) -> Result<Vec<Counted>, Failed> {
    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).status().is_err() {
        return Err("there is no valgrind here".into());
    }
    // filled here: under valgrind it would take minutes each time
    let data = folder.join("shop.db");
    let world = World::open(Some(&data), options.scale).await?;
    let mut cases = cases::chosen(&world, &options.case, options.quick).await?;
    if options.quick && options.case.is_empty() {
        // a start takes ten seconds under valgrind, and each case has four
        cases.truncate(2);
    }
    let mut sizes = Vec::new();
    for case in &cases {
        sizes.push(world.prove(case).await?);
    }
    world.close().await;
    let mut counted = Vec::new();
    for (case, sizes) in cases.iter().zip(sizes) {
        let many = more(sizes.nodes);
        for plans in Plans::BOTH {
            let fewer = of_run(folder, &data, case, plans, FEW)?;
            let each = of_run(folder, &data, case, plans, FEW + many)?.less(fewer, many);
            eprintln!("bench: {} plans {}: {:.0} instructions", case.name, plans.name(), each.own);
            counted.push(Counted { case: case.name.clone(), plans, sizes, each });
        }
    }
    Ok(counted)
}

/// Operations by which the long run is longer: more where they are small.
fn more(nodes: usize) -> u32 {
    let operations = 5_000 / nodes.max(1);
    u32::try_from(operations).unwrap_or(u32::MAX).clamp(3, 50)
}

/// Instructions of a whole process.
fn of_run(folder: &Path, data: &Path, case: &Case, plans: Plans, operations: u32) -> Result<Instructions, Failed> {
    let own = std::env::current_exe()?;
    let out = folder.join("out");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--separate-threads=yes", "--quiet"])
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(own)
        .args(["executor", "--case", &case.name, "--plans", plans.name(), "--operations", &operations.to_string()])
        .arg("--data")
        .arg(data)
        .stdout(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(format!("valgrind ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr)).into());
    }
    let mut sum = Instructions::default();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // out-01 is the first thread
        let Some(thread) = path.file_name().and_then(|name| name.to_str()?.strip_prefix("out-")).map(str::to_owned) else { continue };
        let total = total(&fs::read_to_string(&path)?).ok_or_else(|| format!("{} has no total", path.display()))?;
        sum.all += total;
        if thread.trim_start_matches('0') == "1" {
            sum.own = total;
        }
        fs::remove_file(path)?;
    }
    if sum.own == 0.0 {
        return Err("valgrind wrote nothing of the first thread".into());
    }
    Ok(sum)
}

/// The number behind `totals:` of a file of callgrind.
fn total(text: &str) -> Option<f64> {
    text.lines().rev().find_map(|line| line.strip_prefix("totals:")?.trim().parse().ok())
}

fn text(counted: &[Counted]) -> String {
    let mut text = String::from("instructions for each operation: of the executing thread, and of all\n");
    let _ = writeln!(text, "{:<12} {:>7} {:<5} {:>14} {:>10} {:>14} {:>9}", "case", "nodes", "plans", "own", "own/node", "all", "off/on");
    for Counted { case, plans, sizes, each } in counted {
        let on = counted.iter().find(|other| other.case == *case && other.plans == Plans::On).map(|on| on.each.own);
        let ratio = on.filter(|_| *plans == Plans::Off).map_or_else(String::new, |on| format!("{:.2}", each.own / on));
        let (nodes, name) = (sizes.nodes.max(1) as f64, plans.name());
        let _ = writeln!(
            text,
            "{case:<12} {:>7} {name:<5} {:>14.0} {:>10.0} {:>14.0} {ratio:>9}",
            sizes.nodes,
            each.own,
            each.own / nodes,
            each.all
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_the_process_is_not_in_the_difference() {
        let (short, long) = (Instructions { own: 1_000.0, all: 1_500.0 }, Instructions { own: 3_000.0, all: 4_500.0 });
        assert_eq!(long.less(short, 10), Instructions { own: 200.0, all: 300.0 });
    }

    #[test]
    fn the_total_of_a_file_is_its_last_line_of_that_name() {
        let file = "version: 1\nevents: Ir\nsummary: 12\n\nfn=(1) main\n1 12\ntotals: 123456\n";
        assert_eq!(total(file), Some(123_456.0));
        assert_eq!(total("events: Ir\n"), None);
    }

    #[test]
    fn small_operations_are_run_more_often() {
        assert_eq!([more(1), more(500), more(10_000), more(0)], [50, 10, 3, 50]);
    }

    #[test]
    fn the_table_has_the_ratio_beside_what_is_not_compiled() {
        let counted = |plans, own| Counted {
            case: "list".to_owned(),
            plans,
            sizes: Sizes { nodes: 10, bytes: 1 },
            each: Instructions { own, all: own * 2.0 },
        };
        let text = text(&[counted(Plans::On, 100.0), counted(Plans::Off, 550.0)]);
        assert!(text.lines().last().unwrap().ends_with("5.50") && text.lines().nth(2).unwrap().trim_end().ends_with("200"), "{text}");
    }
}
