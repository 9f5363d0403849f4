//! How a part of a claim is decided: a closed set of tests over stored results. Each ends in a sentence with the figure that decided it.

use super::{
    findings::{Findings, Run, arm, swept},
    measured::{digits, mean_us, median, quantile_us, time},
};
use crate::result::{ArmRecord, CaseRecord, FitKind, PlanClass, Verdict};
use serde::Deserialize;

/// What a test comes to, with its figure as a phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds(String),
    /// It does not hold.
    Fails(String),
    /// It was run and cannot be told, and why.
    Open(String),
    /// A store that it needs was not there.
    Absent(String),
    /// Its workload was not run.
    NotRun,
}

impl Outcome {
    /// The figure, or why there is none.
    pub fn figure(&self) -> &str {
        match self {
            Self::Holds(text) | Self::Fails(text) | Self::Open(text) | Self::Absent(text) => text,
            Self::NotRun => "not run",
        }
    }
}

/// A workload's case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// As `W16`.
    pub workload: String,
    /// As `rank`.
    pub case: String,
}

/// What a number must be. Both ends belong to it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// At least this.
    pub from: Option<f64>,
    /// At most this.
    pub to: Option<f64>,
}

impl Bounds {
    fn hold(self, number: f64) -> bool {
        self.from.is_none_or(|from| number >= from) && self.to.is_none_or(|to| number <= to)
    }

    fn text(self, write: fn(f64) -> String) -> String {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from.total_cmp(&to).is_eq() => write(from),
            (Some(from), Some(to)) => format!("{} to {}", write(from), write(to)),
            (Some(from), None) => format!("at least {}", write(from)),
            (None, Some(to)) => format!("at most {}", write(to)),
            (None, None) => "anything".to_owned(),
        }
    }
}

/// Which time of an arm.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Statistic {
    /// The median.
    P50,
    /// Nine of ten.
    P90,
    /// 99 of 100.
    P99,
    /// The mean.
    Mean,
}

impl Statistic {
    fn of(self, arm: &ArmRecord) -> Option<f64> {
        match self {
            Self::P50 => quantile_us(arm, 0.5),
            Self::P90 => quantile_us(arm, 0.9),
            Self::P99 => quantile_us(arm, 0.99),
            Self::Mean => mean_us(arm),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P90 => "p90",
            Self::P99 => "p99",
            Self::Mean => "mean",
        }
    }
}

/// The closed set of tests.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "form", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Test {
    /// One arm is faster than another by this factor or more, by the case's verdict and its interval.
    Faster {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// The other arm.
        than: String,
        /// This factor.
        times: f64,
    },
    /// The quotient of a statistic of time of two arms, without an interval.
    TimeRatio {
        /// The case.
        at: Place,
        /// Which time.
        statistic: Statistic,
        /// The one.
        of: String,
        /// The other.
        over: String,
        /// What it must be.
        is: Bounds,
    },
    /// The quotient of the medians of two arms at one size of a sweep; its range is that of the blocks.
    FasterAt {
        /// The case.
        at: Place,
        /// The size.
        size: u64,
        /// The arm.
        arm: String,
        /// The other arm.
        than: String,
        /// This factor.
        times: f64,
    },
    /// A statistic of time of one arm, in milliseconds; at one size of a sweep, or of the case itself.
    Time {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// Which time.
        statistic: Statistic,
        /// The size.
        size: Option<u64>,
        /// What it must be, in milliseconds.
        ms: Bounds,
    },
    /// A counter of one operation of an arm.
    Counter {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// The counter.
        counter: String,
        /// What it must be.
        is: Bounds,
    },
    /// The quotient of a counter of two arms.
    CounterRatio {
        /// The case.
        at: Place,
        /// The counter.
        counter: String,
        /// The one.
        of: String,
        /// The other.
        over: String,
        /// What it must be.
        is: Bounds,
    },
    /// A fact that a probe found.
    Fact {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// The fact.
        fact: String,
        /// What it must be.
        is: Bounds,
    },
    /// The quotient of two facts of a probe of one arm.
    FactRatio {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// The one.
        of: String,
        /// The other.
        over: String,
        /// What it must be.
        is: Bounds,
    },
    /// The exponent with which a counter grows over a sweep.
    Growth {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// The counter.
        counter: String,
        /// What it must be.
        exponent: Bounds,
    },
    /// The shape with which a counter grows over a sweep, if it can be told from the others.
    Shape {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// The counter.
        counter: String,
        /// The shape.
        shape: FitKind,
    },
    /// All arms answered the same.
    SameAnswers {
        /// The case.
        at: Place,
    },
    /// The plan that ran was of this class.
    PlanIs {
        /// The case.
        at: Place,
        /// The arm.
        arm: String,
        /// The class.
        class: PlanClass,
    },
}

/// Why there is no figure.
enum Missing {
    Absent(String),
    Open(String),
}

type Looked<T> = Result<T, Missing>;

impl Test {
    /// The case that it looks at.
    pub fn place(&self) -> &Place {
        match self {
            Self::Faster { at, .. }
            | Self::TimeRatio { at, .. }
            | Self::FasterAt { at, .. }
            | Self::Time { at, .. }
            | Self::Counter { at, .. }
            | Self::CounterRatio { at, .. }
            | Self::Fact { at, .. }
            | Self::FactRatio { at, .. }
            | Self::Growth { at, .. }
            | Self::Shape { at, .. }
            | Self::SameAnswers { at }
            | Self::PlanIs { at, .. } => at,
        }
    }

    /// The arms that it looks at; none: all of them.
    pub fn arms(&self) -> Vec<&str> {
        match self {
            Self::Faster { arm, than, .. } | Self::FasterAt { arm, than, .. } => vec![arm, than],
            Self::TimeRatio { of, over, .. } | Self::CounterRatio { of, over, .. } => vec![of, over],
            Self::Time { arm, .. }
            | Self::Counter { arm, .. }
            | Self::Fact { arm, .. }
            | Self::FactRatio { arm, .. }
            | Self::Growth { arm, .. }
            | Self::Shape { arm, .. }
            | Self::PlanIs { arm, .. } => vec![arm],
            Self::SameAnswers { .. } => Vec::new(),
        }
    }

    /// The counter that it looks at.
    pub fn counter(&self) -> Option<&str> {
        match self {
            Self::Counter { counter, .. }
            | Self::CounterRatio { counter, .. }
            | Self::Growth { counter, .. }
            | Self::Shape { counter, .. } => Some(counter),
            _ => None,
        }
    }

    /// Whether it looks at a sweep over sizes.
    pub fn is_of_a_sweep(&self) -> bool {
        matches!(self, Self::FasterAt { .. } | Self::Growth { .. } | Self::Shape { .. } | Self::Time { size: Some(_), .. })
    }

    /// Whether it can hold and can fail.
    pub(super) fn check(&self) -> Result<(), String> {
        let bounds = match self {
            Self::TimeRatio { is, .. }
            | Self::Counter { is, .. }
            | Self::CounterRatio { is, .. }
            | Self::Fact { is, .. }
            | Self::FactRatio { is, .. } => *is,
            Self::Time { ms, .. } => *ms,
            Self::Growth { exponent, .. } => *exponent,
            Self::Faster { times, .. } | Self::FasterAt { times, .. } if *times < 1.0 => return Err("times: expected 1 or more".to_owned()),
            _ => return Ok(()),
        };
        match (bounds.from, bounds.to) {
            (None, None) => Err("expected a bound: without one it always holds".to_owned()),
            (Some(from), Some(to)) if from > to => Err("its bounds leave nothing".to_owned()),
            _ => match self.counter() {
                Some(name) if crate::counter::metric_of(name).is_none() => Err(format!("{name} is no counter")),
                _ => Ok(()),
            },
        }
    }

    /// Looks into the results.
    pub fn outcome(&self, findings: &Findings) -> Outcome {
        let place = self.place();
        let Some(run) = findings.run(&place.workload) else { return Outcome::NotRun };
        match self.look(run) {
            Ok((true, figure)) => Outcome::Holds(figure),
            Ok((false, figure)) => Outcome::Fails(figure),
            Err(Missing::Absent(why)) => Outcome::Absent(why),
            Err(Missing::Open(why)) => Outcome::Open(why),
        }
    }

    fn look(&self, run: &Run) -> Looked<(bool, String)> {
        let case = self.case(run)?;
        for name in self.arms() {
            self.arm(run, case, name)?;
        }
        match self {
            Self::Faster { arm: name, than, times, .. } => self.faster(run, case, name, than, *times),
            Self::TimeRatio { statistic, of, over, is, .. } => {
                let (one, other) = (self.time(run, case, of, *statistic)?, self.time(run, case, over, *statistic)?);
                let ratio = quotient(one, other, "nothing was timed")?;
                let figure = format!("{} of {of} {} over {} of {over}: {}x", statistic.name(), time(one), time(other), digits(ratio));
                Ok((is.hold(ratio), wanted(figure, &is.text(|number| format!("{}x", digits(number))))))
            }
            Self::FasterAt { size, arm: name, than, times, .. } => self.faster_at(run, case, *size, name, than, *times),
            Self::Time { arm: name, statistic, size, ms, .. } => {
                let (us, at) = match size {
                    None => (self.time(run, case, name, *statistic)?, String::new()),
                    Some(size) => (median(&self.blocks(run, case, name, *size)?).unwrap_or_default(), format!(" at {}", whole(*size))),
                };
                let figure = format!("{name}{at}: {} {}", statistic.name(), time(us));
                Ok((ms.hold(us / 1_000.0), wanted(figure, &ms.text(|number| time(number * 1_000.0)))))
            }
            Self::Counter { arm: name, counter, is, .. } => {
                let value = self.count(self.arm(run, case, name)?, counter)?;
                Ok((is.hold(value), wanted(format!("{name}: {} {counter}", digits(value)), &is.text(digits))))
            }
            Self::CounterRatio { counter, of, over, is, .. } => {
                let (one, other) = (self.count(self.arm(run, case, of)?, counter)?, self.count(self.arm(run, case, over)?, counter)?);
                let ratio = quotient(one, other, &format!("{over} has no {counter}"))?;
                let figure = format!("{counter}: {of} {} over {over} {} = {}x", digits(one), digits(other), digits(ratio));
                Ok((is.hold(ratio), wanted(figure, &is.text(|number| format!("{}x", digits(number))))))
            }
            Self::Fact { arm: name, fact, is, .. } => {
                let value = self.fact(self.arm(run, case, name)?, fact)?;
                Ok((is.hold(value), wanted(format!("{name}: {} {fact}", digits(value)), &is.text(digits))))
            }
            Self::FactRatio { arm: name, of, over, is, .. } => {
                let found = self.arm(run, case, name)?;
                let (one, other) = (self.fact(found, of)?, self.fact(found, over)?);
                let ratio = quotient(one, other, &format!("{name} has no {over}"))?;
                let figure = format!("{name}: {} {of} over {} {over} = {}", digits(one), digits(other), digits(ratio));
                Ok((is.hold(ratio), wanted(figure, &is.text(digits))))
            }
            Self::Growth { arm: name, counter, exponent, .. } => {
                let fit = self.fit(run, case, name, counter)?;
                let figure = format!("{name}: {counter} grow with n^{}", digits(fit.exponent));
                Ok((exponent.hold(fit.exponent), wanted(figure, &exponent.text(|number| format!("n^{}", digits(number))))))
            }
            Self::Shape { arm: name, counter, shape, .. } => {
                let fit = self.fit(run, case, name, counter)?;
                if fit.or.contains(shape) || (fit.kind == *shape && !fit.or.is_empty()) {
                    let others: Vec<_> = std::iter::once(&fit.kind).chain(&fit.or).map(|kind| shape_name(*kind)).collect();
                    return Err(Missing::Open(format!("{name}: these sizes cannot tell {} apart for {counter}", others.join(" and "))));
                }
                let figure = format!("{name}: {counter} are {}", shape_name(fit.kind));
                Ok((fit.kind == *shape, wanted(figure, shape_name(*shape))))
            }
            Self::SameAnswers { .. } => same_answers(case),
            Self::PlanIs { arm: name, class, .. } => {
                let plan = self.arm(run, case, name)?.plan.as_ref();
                let plan = plan.ok_or_else(|| Missing::Open(format!("{name} has no plan in this result")))?;
                Ok((plan.class == *class, wanted(format!("{name}: {}", plan_name(plan.class)), plan_name(*class))))
            }
        }
    }

    fn case<'a>(&self, run: &'a Run) -> Looked<&'a CaseRecord> {
        let Place { workload, case } = self.place();
        let found = run.workload.cases.iter().find(|found| found.id == *case);
        found.ok_or_else(|| Missing::Open(format!("{} has no case {case} of {workload}", run.session.id)))
    }

    fn arm<'a>(&self, run: &Run, case: &'a CaseRecord, name: &str) -> Looked<&'a ArmRecord> {
        match arm(case, name) {
            Some(found) => match (&found.error, &found.answers) {
                (Some(error), _) => Err(Missing::Open(format!("{name} did not end: {error}"))),
                (None, Some(answers)) if !answers.same => Err(Missing::Open(format!("{name} gave a wrong answer"))),
                _ => Ok(found),
            },
            // an arm begins with its store's name
            None if run.workload.missing_stores.iter().any(|store| name.starts_with(store.as_str())) => {
                Err(Missing::Absent(format!("{name} was not there")))
            }
            None => Err(Missing::Open(format!("{} has no arm {name} in {}", run.session.id, case.id))),
        }
    }

    /// Times are told only of builds for release in sessions that were quiet enough.
    fn timely(&self, run: &Run, case: &CaseRecord) -> Looked<()> {
        if let Some(why) = run.untimely() {
            return Err(Missing::Open(why));
        }
        match case.noise {
            Some(noise) if noise.noisy => Err(Missing::Open(format!(
                "noisy: the same arm twice differs by {} [{}, {}]",
                digits(noise.ratio),
                digits(noise.low),
                digits(noise.high)
            ))),
            _ => Ok(()),
        }
    }

    fn time(&self, run: &Run, case: &CaseRecord, name: &str, statistic: Statistic) -> Looked<f64> {
        let found = self.arm(run, case, name)?;
        self.timely(run, case)?;
        statistic.of(found).ok_or_else(|| Missing::Open(format!("{name} was not timed")))
    }

    fn count(&self, found: &ArmRecord, counter: &str) -> Looked<f64> {
        found.counters.get(counter).copied().ok_or_else(|| Missing::Open(format!("{} has no {counter} in this result", found.name)))
    }

    fn fact(&self, found: &ArmRecord, name: &str) -> Looked<f64> {
        let fact = found.facts.iter().find(|fact| fact.name == name);
        fact.map(|fact| fact.value).ok_or_else(|| Missing::Open(format!("the probe of {} did not tell {name:?}", found.name)))
    }

    fn fit<'a>(&self, run: &Run, case: &'a CaseRecord, name: &str, counter: &str) -> Looked<&'a crate::result::Fit> {
        let arm = swept(case, name).ok_or_else(|| Missing::Open(format!("{} has no sweep of {name}", run.session.id)))?;
        let fit = arm.fits.iter().find(|fit| fit.counter == counter);
        fit.ok_or_else(|| Missing::Open(format!("the sweep of {name} has no {counter}")))
    }

    fn blocks(&self, run: &Run, case: &CaseRecord, name: &str, size: u64) -> Looked<Vec<f64>> {
        if let Some(why) = run.untimely() {
            return Err(Missing::Open(why));
        }
        let arm = swept(case, name).ok_or_else(|| Missing::Open(format!("{} has no sweep of {name}", run.session.id)))?;
        let point = arm.points.iter().find(|point| point.size == size && !point.blocks_p50_us.is_empty());
        point.map(|point| point.blocks_p50_us.clone()).ok_or_else(|| Missing::Open(format!("{name} was not timed at {}", whole(size))))
    }

    fn faster(&self, run: &Run, case: &CaseRecord, name: &str, than: &str, times: f64) -> Looked<(bool, String)> {
        let named = |one: &str, other: &str| (one == name && other == than) || (one == than && other == name);
        let pair = case.verdicts.iter().find(|pair| named(&pair.a, &pair.b));
        let pair = pair.ok_or_else(|| Missing::Open(format!("{} says nothing about {name} and {than}", run.session.id)))?;
        if let Some(why) = run.untimely() {
            return Err(Missing::Open(why));
        }
        let wish = if times > 1.0 { format!("at least {}x", digits(times)) } else { "faster".to_owned() };
        let told = |holds, figure: String| Ok((holds, wanted(figure, &wish)));
        match &pair.verdict {
            Verdict::Faster { faster, times: found, low, high } => {
                let other = if faster == name { than } else { name };
                let figure = format!("{faster} faster than {other} {}x [{}, {}]", digits(*found), digits(*low), digits(*high));
                match faster == name {
                    true if *low >= times => told(true, figure),
                    true if *high >= times => Err(Missing::Open(format!("{figure}, and the interval holds {}x", digits(times)))),
                    _ => told(false, figure),
                }
            }
            Verdict::Equivalent { within } => told(false, format!("{name} and {than} are equivalent within {} %", digits(within * 100.0))),
            Verdict::NoDifference { would_have_seen } => {
                let figure =
                    format!("no difference found between {name} and {than} (would have seen {} %)", digits(would_have_seen * 100.0));
                // what would have been missed may be what is claimed
                if 1.0 + would_have_seen <= times { told(false, figure) } else { Err(Missing::Open(figure)) }
            }
            Verdict::Noisy { apart } => Err(Missing::Open(format!("noisy: the same arm twice is {} % apart", digits(apart * 100.0)))),
            Verdict::WrongAnswer { arm } => Err(Missing::Open(format!("{arm} gave a wrong answer"))),
            Verdict::DifferentPromises { why } => Err(Missing::Open(format!("different promises: {why}"))),
            Verdict::ClientBound { why } => Err(Missing::Open(format!("client-bound: {why}"))),
            Verdict::Unsupported { why } => Err(Missing::Open(format!("unsupported: {why}"))),
        }
    }

    fn faster_at(&self, run: &Run, case: &CaseRecord, size: u64, name: &str, than: &str, times: f64) -> Looked<(bool, String)> {
        let (fast, slow) = (self.blocks(run, case, name, size)?, self.blocks(run, case, than, size)?);
        let (least, most) =
            (|of: &[f64]| of.iter().copied().fold(f64::INFINITY, f64::min), |of: &[f64]| of.iter().copied().fold(0.0, f64::max));
        let (one, other) = (median(&fast).unwrap_or_default(), median(&slow).unwrap_or_default());
        let ratio = quotient(other, one, "nothing was timed")?;
        let (low, high) = (least(&slow) / most(&fast), most(&slow) / least(&fast));
        let figure = format!(
            "at {}: {than} {} over {name} {} = {}x (blocks {} to {})",
            whole(size),
            time(other),
            time(one),
            digits(ratio),
            digits(low),
            digits(high)
        );
        match () {
            () if low >= times => Ok((true, wanted(figure, &format!("at least {}x", digits(times))))),
            () if high < times => Ok((false, wanted(figure, &format!("at least {}x", digits(times))))),
            () => Err(Missing::Open(format!("{figure}, on both sides of {}x", digits(times)))),
        }
    }
}

fn same_answers(case: &CaseRecord) -> Looked<(bool, String)> {
    let compared: Vec<_> = case.arms.iter().filter(|arm| arm.again_of.is_none() && arm.error.is_none()).collect();
    let answers: Vec<_> = compared.iter().filter_map(|arm| arm.answers.as_ref().map(|answers| (&arm.name, answers))).collect();
    if answers.len() < 2 {
        return Err(Missing::Open("fewer than two arms answered".to_owned()));
    }
    let wrong: Vec<_> = answers.iter().filter(|(_, answers)| !answers.same).map(|(name, _)| name.as_str()).collect();
    let names: Vec<_> = answers.iter().map(|(name, _)| name.as_str()).collect();
    match wrong.is_empty() {
        true => Ok((true, format!("{}: the same answers of {}", case.id, names.join(", ")))),
        false => Ok((false, format!("{}: other answers of {}", case.id, wrong.join(", ")))),
    }
}

fn quotient(one: f64, other: f64, nothing: &str) -> Looked<f64> {
    if other == 0.0 { Err(Missing::Open(nothing.to_owned())) } else { Ok(one / other) }
}

/// A figure, and what the text says that it is.
fn wanted(figure: String, wish: &str) -> String {
    format!("{figure}; claimed: {wish}")
}

fn whole(number: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "sizes of tables")]
    digits(number as f64)
}

fn shape_name(kind: FitKind) -> &'static str {
    match kind {
        FitKind::Constant => "constant",
        FitKind::Log => "log n",
        FitKind::Power => "a power of n",
        FitKind::NLogN => "n log n",
    }
}

fn plan_name(class: PlanClass) -> &'static str {
    match class {
        PlanClass::Index => "by an index",
        PlanClass::Scan => "by a scan",
        PlanClass::IndexScan => "by a scan of an index",
        PlanClass::Other => "in another way",
    }
}
