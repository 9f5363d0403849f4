//! The executor alone: the same operations by compiled plans and by the library, over SQLite in memory and process memory. No network, no HTTP;
//! what remains beside the executor is the same on both sides: parsing of variables, loaders, layers, reading rows.

mod cases;
mod instructions;
mod report;
mod stores;
mod time;

use cases::{Case, World};
use report::{Measured, Report};
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, process::Command, time::Duration};

/// Anything that went wrong.
pub type Failed = Box<dyn std::error::Error + Send + Sync>;

/// The program beside this one that counts.
const COUNTING: &str = "polystore-bench-allocations";
/// Operations whose allocations are counted.
const COUNTED: u32 = 20;

/// By whom operations are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Plans {
    /// Compiled
    On,
    /// By the library, field by field
    Off,
}

impl Plans {
    const BOTH: [Self; 2] = [Self::On, Self::Off];

    fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// What to measure, and how thoroughly.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Only this case; may be given several times
    #[arg(long, value_name = "NAME")]
    case: Vec<String>,
    /// How often each is measured
    #[arg(long, default_value = "7", value_parser = clap::value_parser!(u16).range(1..=1000))]
    rounds: u16,
    /// Seconds of each time
    #[arg(long, default_value = "0.5")]
    seconds: f64,
    /// A first look: two rounds of a tenth of a second, fewer sizes
    #[arg(long, conflicts_with_all = ["rounds", "seconds"])]
    quick: bool,
    /// The size of the shop; the longest list needs 0.1
    #[arg(long, default_value = "0.1")]
    scale: f64,
    /// Count instructions with valgrind in place of taking the time
    #[arg(long)]
    instructions: bool,
    /// Write everything that was measured to this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A file of SQLite to use, filled if it is empty; by default memory
    #[arg(long, hide = true)]
    data: Option<PathBuf>,
    /// Only answer so often: what valgrind looks at
    #[arg(long, hide = true, requires_all = ["case", "plans"])]
    operations: Option<u32>,
    #[arg(long, hide = true)]
    plans: Option<Plans>,
}

/// What was allocated: since the program started, or for each operation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allocated {
    pub allocations: f64,
    pub bytes: f64,
}

/// The same of a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct CountedCase {
    case: String,
    plans: Plans,
    each: Allocated,
}

/// The `executor` command.
pub async fn run(options: &Options) -> Result<(), Failed> {
    if options.instructions {
        return instructions::run(options).await;
    }
    let world = World::open(options.data.as_deref(), options.scale).await?;
    let cases = cases::chosen(&world, &options.case, options.quick).await?;
    if let Some(times) = options.operations {
        let case = cases.first().ok_or("no case")?;
        return repeat(&world, case, options.plans.unwrap_or(Plans::On), times).await;
    }
    let (rounds, seconds) = if options.quick { (2, 0.1) } else { (options.rounds, options.seconds) };
    let time = Duration::try_from_secs_f64(seconds).map_err(|error| format!("--seconds {seconds}: {error}"))?;
    let mut measured: Vec<Measured> = Vec::new();
    for case in &cases {
        let sizes = world.prove(case).await?;
        measured.extend(time::measure(&world, case, sizes, rounds, time).await?);
        eprintln!("bench: {}", case.name);
    }
    world.close().await;
    let counted = counted(options)?;
    let report = Report::new(format!("{rounds} rounds of {seconds} s, in turn"), measured, counted);
    print!("{}", report.text());
    report.save(options.json.as_deref())
}

/// Answers a case so often, and nothing else.
async fn repeat(world: &World, case: &Case, plans: Plans, times: u32) -> Result<(), Failed> {
    for _ in 0..times {
        world.answer(case, plans).await;
    }
    world.close().await;
    Ok(())
}

/// What the program beside this one counts; nothing where there is none.
fn counted(options: &Options) -> Result<Option<Vec<CountedCase>>, Failed> {
    let program = std::env::current_exe()?.with_file_name(COUNTING);
    if !program.exists() {
        eprintln!("bench: there is no {}: allocations are not counted", program.display());
        return Ok(None);
    }
    let mut command = Command::new(program);
    command.args(["--scale", &options.scale.to_string()]).args(options.quick.then_some("--quick"));
    command.args(options.case.iter().flat_map(|name| ["--case", name.as_str()]));
    let output = command.stderr(std::process::Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{COUNTING} ended with {}", output.status).into());
    }
    Ok(Some(serde_json::from_slice(&output.stdout)?))
}

/// Counts what the cases allocate, with a counter of everything so far; JSON.
pub async fn count(options: &Options, counter: fn() -> Allocated) -> Result<String, Failed> {
    let world = World::open(None, options.scale).await?;
    let mut all = Vec::new();
    for case in cases::chosen(&world, &options.case, options.quick).await? {
        for plans in Plans::BOTH {
            // what is made once is made
            for _ in 0..3 {
                world.answer(&case, plans).await;
            }
            let before = counter();
            for _ in 0..COUNTED {
                world.answer(&case, plans).await;
            }
            all.push(CountedCase { case: case.name.clone(), plans, each: each(before, counter(), COUNTED) });
        }
    }
    world.close().await;
    Ok(serde_json::to_string(&all)?)
}

fn each(before: Allocated, after: Allocated, operations: u32) -> Allocated {
    let of = |before: f64, after: f64| (after - before) / f64::from(operations);
    Allocated { allocations: of(before.allocations, after.allocations), bytes: of(before.bytes, after.bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_allocated_before_is_not_counted() {
        let at = |allocations, bytes| Allocated { allocations, bytes };
        assert_eq!(each(at(10.0, 1_000.0), at(30.0, 5_000.0), 10), at(2.0, 400.0));
    }
}
