//! A list of hostile requests, sent to the real program one after the other. Each is refused as it says here; then the program still
//! answers. At the end it has not panicked, and its memory has not grown.

mod bodies;
pub mod case;
mod documents;
mod frames;
mod heads;
mod slow;
mod variables;

use crate::home::{Home, Running};
use case::Case;
use std::time::{Duration, Instant};

/// Most that the memory of the program may grow over the whole list, in kilobytes.
const GROWTH: u64 = 32 * 1024;
/// No refusal takes longer, except those that end with a time-out of the program. Generous: machines are busy, and this is no benchmark.
const LONGEST: Duration = Duration::from_secs(10);

/// What the kernel has given the program, in kilobytes.
fn resident(run: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The whole list.
pub fn all() -> Vec<Case> {
    let lists = [documents::cases(), variables::cases(), bodies::cases(), heads::cases()];
    lists.into_iter().flatten().collect()
}

#[test]
fn hostile_requests_are_refused_as_written_and_leave_no_trace() {
    let cases = all();
    assert!(cases.len() >= 60, "{}", cases.len());
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false"]);
    let address = run.address();
    // what the first requests set up for good is not growth
    for _ in 0..3 {
        case::alive(&address, "at the start");
        cases.iter().take(10).for_each(|case| drop(case.answer(&address)));
    }
    let before = resident(&run);
    let (mut slowest, mut wrong) = ((Duration::ZERO, ""), Vec::new());
    for case in &cases {
        let start = Instant::now();
        wrong.extend(case.wrong(&address));
        let took = start.elapsed();
        slowest = slowest.max((took, case.what));
        if took > LONGEST {
            wrong.push(format!("{}: took {took:?}", case.what));
        }
        case::alive(&address, case.what);
    }
    let flooded = frames::flood(&address, &mut wrong);
    let grown = resident(&run).saturating_sub(before);
    println!(
        "{} requests and {flooded} sockets, the slowest {:?} ({}), memory grew by {grown} kB from {before} kB",
        cases.len(),
        slowest.0,
        slowest.1
    );
    let ended = run.stop().ok();
    ended.is_clean();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(grown < GROWTH, "memory grew by {grown} kB");
}

#[test]
fn slow_senders_are_hung_up_on_while_others_are_served() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false"]);
    let address = run.address();
    let wrong = slow::all_at_once(&address);
    run.stop().ok().is_clean();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_connection_too_many_is_told_so_and_the_others_go_on() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false", "--max-sockets", "1"]);
    let address = run.address();
    let wrong = slow::too_many(&address);
    run.stop().ok().is_clean();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
