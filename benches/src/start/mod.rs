//! Start and size: how long a process takes from its first moment to its first good answer, how large the program is, and how much memory it
//! keeps. Once on the embedded stores, once on the servers.

mod memory;
mod times;

use crate::{
    compare::{
        polystore, process, samples,
        servers::{Kind, Server, command, embed, free_address},
    },
    raw::{Failed, Stores, Urls},
};
use memory::Memory;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use times::Spread;

/// How thoroughly to measure.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    #[command(flatten)]
    stores: Urls,
    /// The program to measure; by default the one beside this program
    #[arg(long)]
    polystore: Option<PathBuf>,
    /// How often the server is started for each of the times
    #[arg(long, default_value = "10", value_parser = clap::value_parser!(u16).range(1..=1000))]
    starts: u16,
    /// A first look: three starts, and five seconds of rest in place of thirty
    #[arg(long, conflicts_with = "starts")]
    quick: bool,
    /// Write everything that was measured to this file, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// One kind of stores.
#[derive(Serialize)]
struct Measured {
    stores: &'static str,
    /// Milliseconds from the start of the process to the answer of /readyz, and to that of a query.
    ready: Spread,
    query: Spread,
    memory: Memory,
}

#[derive(Serialize)]
struct Report {
    machine: HashMap<&'static str, String>,
    /// Bytes of the program, and without the names of its functions where that could be tried.
    program: u64,
    stripped: Option<u64>,
    stores: Vec<Measured>,
}

/// How a server of one kind is started.
struct Launch<'a> {
    name: &'static str,
    program: &'a Path,
    /// The folder of embedded stores; none: what the environment names.
    data: Option<&'a Path>,
}

impl Launch<'_> {
    /// The process, from which nothing was heard yet.
    fn spawn(&self) -> Result<Server, Failed> {
        let address = free_address()?;
        // of all cores: this is not the bench of an operation
        let mut command = command(Kind::Polystore, self.program, false, address);
        if let Some(data) = self.data {
            embed(&mut command, data);
        }
        Server::spawn(self.name, Kind::Polystore, command, address)
    }
}

/// The `start` command.
pub async fn run(options: &Options) -> Result<(), Failed> {
    let program = polystore(options.polystore.as_ref())?;
    let machine = process::machine();
    let (starts, rest) = if options.quick { (3, 5) } else { (options.starts.into(), 30) };
    let data = std::env::temp_dir().join(format!("polystore-bench-start-{}", std::process::id()));
    std::fs::create_dir_all(&data)?;
    let outcome = async {
        let embedded = Launch { name: "embedded", program: &program, data: Some(&data) };
        eprintln!("bench: filling embedded stores with the demo");
        times::of_query(&embedded).await?;
        let variables = vec![json!({ "first": 50 })];
        let first = of(&embedded, &variables, starts, rest).await?;
        let real = Launch { name: "real", program: &program, data: None };
        let variables: Vec<Value> = samples::order_feed(&Stores::connect(&options.stores).await?).await?;
        Ok::<_, Failed>(vec![first, of(&real, &variables, starts, rest).await?])
    };
    let stores = outcome.await;
    drop(std::fs::remove_dir_all(&data));
    let report = Report { machine, program: std::fs::metadata(&program)?.len(), stripped: stripped(&program), stores: stores? };
    print!("{}", report.text(starts, rest));
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

async fn of(launch: &Launch<'_>, variables: &[Value], starts: usize, rest: u64) -> Result<Measured, Failed> {
    let (mut ready, mut query) = (Vec::new(), Vec::new());
    for _ in 0..starts {
        ready.push(times::of_ready(launch).await?);
        query.push(times::of_query(launch).await?);
    }
    eprintln!("bench: {}: {starts} starts", launch.name);
    let memory = memory::of(launch, variables, rest).await?;
    Ok(Measured { stores: launch.name, ready: Spread::of(ready), query: Spread::of(query), memory })
}

/// Size without the names of functions.
fn stripped(program: &Path) -> Option<u64> {
    let copy = std::env::temp_dir().join(format!("polystore-bench-stripped-{}", std::process::id()));
    let done = Command::new("strip").arg("-o").arg(&copy).arg(program).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    let size = std::fs::metadata(&copy).ok().filter(|_| done).map(|file| file.len());
    drop(std::fs::remove_file(&copy));
    size
}

impl Report {
    fn text(&self, starts: usize, rest: u64) -> String {
        let told = |key: &str| self.machine.get(key).map(String::as_str).unwrap_or_default();
        let mut text = format!("{}, {} cores, Linux {}; load {}\n", told("cpu"), told("cores"), told("kernel"), told("load"));
        let _ = writeln!(text, "{starts} starts for each time, median (least to most); memory is what is resident");
        let _ = write!(text, "the program has {:.1} MB", megabytes(self.program));
        if let Some(stripped) = self.stripped {
            let _ = write!(text, ", {:.1} MB without symbols", megabytes(stripped));
        }
        let _ = writeln!(
            text,
            "\n\n{:<9} {:>24} {:>24} {:>8} {:>12} {:>8} {:>12}",
            "stores",
            "/readyz ms",
            "query ms",
            "idle MB",
            "after load",
            "peak",
            format!("{rest} s later")
        );
        for Measured { stores, ready, query, memory } in &self.stores {
            let kilobytes = |kilobytes: u64| format!("{:.1}", megabytes(kilobytes * 1_024));
            let _ = writeln!(
                text,
                "{stores:<9} {:>24} {:>24} {:>8} {:>12} {:>8} {:>12}",
                ready.to_string(),
                query.to_string(),
                kilobytes(memory.idle),
                kilobytes(memory.loaded),
                kilobytes(memory.peak),
                kilobytes(memory.rested)
            );
        }
        text
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_for_each_kind_of_stores() {
        let memory = Memory { idle: 20_480, requests: 1_000, loaded: 40_960, peak: 51_200, rested: 30_720 };
        let spread = || Spread::of(vec![30.0, 10.0, 20.0]);
        let measured = Measured { stores: "embedded", ready: spread(), query: spread(), memory };
        let report = Report { machine: HashMap::new(), program: 10_485_760, stripped: None, stores: vec![measured] };
        let text = report.text(3, 30);
        let line = text.lines().last().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(line, "embedded 20.0 (10.0 to 30.0) 20.0 (10.0 to 30.0) 20.0 40.0 50.0 30.0");
        assert!(text.contains("the program has 10.0 MB\n") && text.contains("30 s later"));
    }

    #[test]
    fn the_size_without_symbols_is_told_only_of_programs() {
        assert_eq!(stripped(Path::new("/dev/null/nothing")), None);
    }
}
