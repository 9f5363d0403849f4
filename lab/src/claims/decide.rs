//! One word for each claim, with the figure that decided it.

use super::{Claim, Findings, Ledger, Outcome};
use crate::result::{ClaimFinding, Finding};
use std::fmt::Write;

/// What these results say to all claims.
pub fn decide(ledger: &Ledger, findings: &Findings) -> Vec<ClaimFinding> {
    ledger.claims.iter().map(|claim| one(claim, findings)).collect()
}

/// What these results say to one claim.
pub fn one(claim: &Claim, findings: &Findings) -> ClaimFinding {
    let outcomes: Vec<_> = claim.parts.iter().map(|part| (part.name.as_str(), part.test.outcome(findings))).collect();
    let (finding, mut figure) = weigh(claim, &outcomes);
    if let (Some(untested), true) = (&claim.untested, finding != Finding::NotTestableHere) {
        let _ = write!(figure, "; not tested: {untested}");
    }
    ClaimFinding {
        id: claim.id.clone(),
        claim: claim.sentence.clone(),
        sources: claim.texts.clone(),
        finding,
        figure,
        workloads: claim.workloads.clone(),
    }
}

fn weigh(claim: &Claim, outcomes: &[(&str, Outcome)]) -> (Finding, String) {
    let count = |which: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| which(outcome)).count();
    let holds = count(|outcome| matches!(outcome, Outcome::Holds(_)));
    let fails = count(|outcome| matches!(outcome, Outcome::Fails(_)));
    let open = count(|outcome| matches!(outcome, Outcome::Open(_)));
    let not_run = count(|outcome| matches!(outcome, Outcome::NotRun));
    if claim.parts.is_empty() {
        return (Finding::NotTestableHere, claim.untested.clone().unwrap_or_default());
    }
    if holds + fails == 0 {
        let unrun = unrun(claim, outcomes);
        return match (unrun.is_empty(), open) {
            // what was not run may still tell
            (false, _) => (Finding::NotRun, format!("not run: {}", run(&unrun))),
            (true, 0) => (Finding::NotRun, format!("not run: {}", list(outcomes))),
            (true, _) => (Finding::NotTestableHere, format!("this result cannot tell: {}", list(outcomes))),
        };
    }
    let finding = match (holds, fails) {
        (0, _) => Finding::NotReproduced,
        (_, 0) if open + not_run == 0 => Finding::Reproduced,
        _ => Finding::ReproducedUnderConditions,
    };
    (finding, list(outcomes))
}

/// Workloads that were not run, once each.
fn unrun<'a>(claim: &'a Claim, outcomes: &[(&str, Outcome)]) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for (part, _) in claim.parts.iter().zip(outcomes).filter(|(_, (_, outcome))| *outcome == Outcome::NotRun) {
        let workload = part.test.place().workload.as_str();
        if !found.contains(&workload) {
            found.push(workload);
        }
    }
    found
}

/// The command that runs these workloads.
pub fn run(workloads: &[&str]) -> String {
    format!("compare run {}", workloads.join(" "))
}

fn list(outcomes: &[(&str, Outcome)]) -> String {
    let word = |outcome: &Outcome| match outcome {
        Outcome::Holds(_) => "holds",
        Outcome::Fails(_) => "does not hold",
        Outcome::Open(_) => "open",
        Outcome::Absent(_) => "not there",
        Outcome::NotRun => "not run",
    };
    let said = |(name, outcome): &(&str, Outcome)| match outcome {
        Outcome::NotRun => format!("{name}: not run"),
        outcome => format!("{name}: {} ({})", word(outcome), outcome.figure()),
    };
    outcomes.iter().map(said).collect::<Vec<_>>().join("; ")
}

/// As the command prints it.
pub fn word(finding: Finding) -> &'static str {
    match finding {
        Finding::Reproduced => "reproduced",
        Finding::ReproducedUnderConditions => "reproduced under conditions",
        Finding::NotReproduced => "not reproduced",
        Finding::NotTestableHere => "not testable here",
        Finding::NotRun => "not run",
    }
}

/// All claims as text: a line with the word, the sentence, and the figure.
pub fn text(found: &[ClaimFinding]) -> String {
    let mut text = String::new();
    for claim in found {
        let workloads = if claim.workloads.is_empty() { "-".to_owned() } else { claim.workloads.join(" ") };
        let figure = claim.figure.strip_prefix("not run: ").filter(|_| claim.finding == Finding::NotRun).unwrap_or(&claim.figure);
        let _ = writeln!(text, "{:<4} {} [{workloads}; {}]", claim.id, claim.claim, claim.sources.join(", "));
        let _ = writeln!(text, "     {}: {figure}", word(claim.finding));
    }
    let count = |finding| found.iter().filter(|claim| claim.finding == finding).count();
    let _ = writeln!(
        text,
        "\n{} claims: {} reproduced, {} under conditions, {} not reproduced, {} not testable here, {} not run",
        found.len(),
        count(Finding::Reproduced),
        count(Finding::ReproducedUnderConditions),
        count(Finding::NotReproduced),
        count(Finding::NotTestableHere),
        count(Finding::NotRun)
    );
    text
}
