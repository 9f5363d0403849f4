//! Second step: is a candidate enough for one thing that is done with the data? Told from this machine's results, or not told.

use super::{
    Cited,
    answers::Answers,
    rules::{Candidate, Pattern, SizedCase},
};
use crate::{
    claims::{
        findings::{Findings, Run, arm},
        measured::{digits, mean_us, quantile_us, time},
    },
    result::{ArmRecord, CaseRecord, Tier},
};

/// How many times the stated rate a store must bear: what is a peak today is an average next year.
pub const HEADROOM: f64 = 3.0;

/// Whether it is enough.
#[derive(Clone, Debug, PartialEq)]
pub enum Enough {
    /// It is, with the figure and the answers at which it would no longer be.
    Yes {
        /// The figure.
        figure: Cited,
        /// Where it ends.
        until: Vec<Until>,
    },
    /// It is not, with the figure.
    No(Cited),
    /// Nothing is known here, and why; the workload would tell, if it is named.
    Unknown {
        /// Why not.
        why: String,
        /// The workload that would tell; empty if none would.
        workload: String,
    },
}

/// A bound on an answer: beyond it the advice has to be made again.
#[derive(Clone, Debug, PartialEq)]
pub struct Until {
    /// The answer's path.
    pub path: &'static str,
    /// Whether more than the bound is too much, or less.
    pub above: bool,
    /// The bound.
    pub bound: f64,
}

/// The promise of a durability that was answered.
pub fn tier_of(durability: &str) -> Tier {
    match durability {
        "may-vanish" => Tier::D0,
        "last-moments" => Tier::D1,
        "last-second" => Tier::D2,
        _ => Tier::D3,
    }
}

/// Writes in a second, at the stated rate and ratio.
pub fn writes_per_s(answers: &Answers) -> f64 {
    answers.number("scale.per_s") / (1.0 + answers.number("access.reads_per_write"))
}

/// Looks at one candidate and one pattern.
pub fn enough(candidate: &Candidate, pattern: &Pattern, answers: &Answers, findings: &Findings) -> Enough {
    let unknown = |why: String| Enough::Unknown { why, workload: pattern.workload.clone() };
    // no run would tell
    if !pattern.arms.contains_key(&candidate.id) {
        return Enough::Unknown { why: format!("{} does not measure it", pattern.workload), workload: String::new() };
    }
    let Some(run) = findings.run(&pattern.workload) else {
        return unknown("no result of this machine".to_owned());
    };
    match look(candidate, pattern, answers, run) {
        Ok(enough) => enough,
        Err(why) => unknown(format!("{why} ({})", run.source())),
    }
}

fn look(candidate: &Candidate, pattern: &Pattern, answers: &Answers, run: &Run) -> Result<Enough, String> {
    let (case, size) = case_of(pattern, answers, run)?;
    let name = pattern.arms.get(&candidate.id).ok_or("it is not measured")?;
    let arm = arm(case, name).ok_or_else(|| match run.workload.missing_stores.contains(&candidate.store) {
        true => format!("{name} was not there: its store was not running"),
        false => format!("{} has no arm {name}", pattern.workload),
    })?;
    if let Some(error) = &arm.error {
        return Err(format!("{name} did not end: {error}"));
    }
    if arm.answers.as_ref().is_some_and(|answers| !answers.same) {
        return Err(format!("{name} gave a wrong answer"));
    }
    let told = Told { pattern, run, case, arm };
    let mut enough = match &pattern.counter {
        Some(counter) => told.by_counter(answers, counter)?,
        None => told.by_time(answers)?,
    };
    if let (Enough::Yes { until, .. }, Some(size)) = (&mut enough, size) {
        until.push(size);
    }
    Ok(enough)
}

/// The case that stands for the stated size, and the size up to which it does.
fn case_of<'a>(pattern: &Pattern, answers: &Answers, run: &'a Run) -> Result<(&'a CaseRecord, Option<Until>), String> {
    let wanted = pattern.size.as_ref().map(|path| answers.number(path.name()));
    let reach = |sized: &SizedCase| {
        #[expect(clippy::cast_precision_loss, reason = "sizes of tables")]
        sized.up_to.unwrap_or(run.workload.size as f64)
    };
    let case = match wanted {
        Some(wanted) => pattern.cases.iter().find(|sized| reach(sized) >= wanted).ok_or_else(|| {
            let most = pattern.cases.iter().map(reach).fold(0.0, f64::max);
            format!("the largest size that was measured is {}, and {} is asked", digits(most), digits(wanted))
        })?,
        None => pattern.cases.first().ok_or("it has no case")?,
    };
    let found = run.workload.cases.iter().find(|found| found.id == case.case);
    let found = found.ok_or_else(|| format!("{} has no case {}", run.session.id, case.case))?;
    let until = pattern.size.as_ref().map(|path| Until { path: path.name(), above: true, bound: reach(case) });
    Ok((found, until))
}

/// One arm of one case, ready to be told from.
struct Told<'a> {
    pattern: &'a Pattern,
    run: &'a Run,
    case: &'a CaseRecord,
    arm: &'a ArmRecord,
}

impl Told<'_> {
    fn cited(&self, figure: &str) -> Cited {
        Cited {
            text: format!("{}, {}: {figure} ({})", self.case.title, self.arm.name, self.run.source()),
            workload: self.pattern.workload.clone(),
            claim: self.pattern.claim.clone(),
        }
    }

    /// Bytes that the writes make, against what may be made.
    fn by_counter(&self, answers: &Answers, counter: &str) -> Result<Enough, String> {
        const MIB: f64 = 1_048_576.0;
        let bytes = self.arm.counters.get(counter).ok_or_else(|| format!("{} has no {counter}", self.arm.name))?;
        let (writes, allowed) = (writes_per_s(answers), answers.number("scale.log_mib_s"));
        let made = bytes * writes * HEADROOM / MIB;
        let figure = format!(
            "{} {counter} for a write, at {HEADROOM} times {} writes in a second {} MiB in a second of {} that may be",
            digits(*bytes),
            digits(writes),
            digits(made),
            digits(allowed)
        );
        if made > allowed {
            return Ok(Enough::No(self.cited(&figure)));
        }
        let mut until = vec![Until { path: "scale.log_mib_s", above: false, bound: made }];
        if made > 0.0 {
            until.push(Until { path: "scale.per_s", above: true, bound: answers.number("scale.per_s") * allowed / made });
        }
        Ok(Enough::Yes { figure: self.cited(&figure), until })
    }

    /// The time of 99 of 100 at three times the rate, against what it may be.
    fn by_time(&self, answers: &Answers) -> Result<Enough, String> {
        if let Some(why) = self.run.untimely() {
            return Err(why);
        }
        // a write that promises less takes less time
        let wanted = tier_of(answers.one("consistency.durability"));
        let promised = self.arm.evidence.as_ref().map_or(Tier::Read, |evidence| evidence.tier);
        if self.case.tier != Tier::Read && promised < wanted {
            return Err(format!("{} was measured with the promise {}, and {} is asked", self.arm.name, promised.name(), wanted.name()));
        }
        let (rate, limit) = (answers.number("scale.per_s") * HEADROOM, answers.number("scale.p99_ms") * 1_000.0);
        let noisy = self.case.noise.is_some_and(|noise| noise.noisy);
        let open = self.arm.open.iter().filter(|point| point.void.is_none() && point.per_second >= rate);
        if let Some(point) = open.min_by(|one, other| one.per_second.total_cmp(&other.per_second)) {
            let figure = format!(
                "at {} in a second 99 of 100 took {} from their intended start, {} failed",
                digits(point.per_second),
                time(point.p99_us),
                point.failed
            );
            return self.weighed(point.p99_us <= limit && point.failed == 0, noisy, &figure, point.p99_us, point.per_second);
        }
        let p99 = quantile_us(self.arm, 0.99).ok_or_else(|| format!("{} was not timed", self.arm.name))?;
        let alone = 1_000_000.0 / mean_us(self.arm).ok_or_else(|| format!("{} was not timed", self.arm.name))?;
        let figure = format!("one connection did {} in a second, and 99 of 100 took {}", digits(alone), time(p99));
        // one connection that is alone takes no longer than one of several, so too slow alone is too slow
        if p99 > limit {
            return self.weighed(false, noisy, &figure, p99, alone);
        }
        if alone < rate {
            return Err(format!("{figure}; {HEADROOM} times the stated rate was not measured"));
        }
        self.weighed(true, noisy, &figure, p99, alone)
    }

    /// Noise makes times longer: good times of a noisy session are good, bad ones say nothing.
    fn weighed(&self, well: bool, noisy: bool, figure: &str, p99_us: f64, per_s: f64) -> Result<Enough, String> {
        match (well, noisy) {
            (true, _) => {
                let until = vec![
                    Until { path: "scale.per_s", above: true, bound: per_s / HEADROOM },
                    Until { path: "scale.p99_ms", above: false, bound: p99_us / 1_000.0 },
                ];
                Ok(Enough::Yes { figure: self.cited(figure), until })
            }
            (false, false) => Ok(Enough::No(self.cited(figure))),
            (false, true) => Err(format!("{figure}, in a session that was too noisy to call that too slow")),
        }
    }
}
