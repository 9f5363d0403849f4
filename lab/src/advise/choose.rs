//! The choice: the simplest store that can give the guarantees and is enough. No score is made, nothing is weighed; the steps are an order.

use super::{
    answers::Answers,
    enough::{Enough, enough},
    filter::{is_new, sort_out},
    form::Form,
    rules::{Candidate, Pattern, Rules},
};
use crate::{
    claims::findings::{Findings, arm},
    result::{CaseRecord, Verdict},
};

/// What was found about a candidate and a pattern.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The candidate.
    pub candidate: String,
    /// The pattern.
    pub pattern: String,
    /// What was found.
    pub enough: Enough,
}

/// How sure the choice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is enough for all that is asked, as far as this machine tells.
    Enough,
    /// Nothing speaks against it, and something is not known here.
    NotKnown,
    /// No candidate alone is enough; helpers may be.
    NotEnough,
    /// Nothing that is asked chooses a store.
    NotAsked,
}

/// A second store for one pattern, beside the home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helper {
    /// The pattern.
    pub pattern: String,
    /// The candidate.
    pub candidate: String,
}

/// The home of the data and its helpers. Two choices that are equal are the same advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Where the data live.
    pub home: String,
    /// How sure that is.
    pub standing: Standing,
    /// Copies for patterns that the home is not enough for.
    pub helpers: Vec<Helper>,
}

/// The choice, and all that was looked at on the way.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The choice; none if all candidates are out.
    pub choice: Option<Choice>,
    /// What was found, in the order in which it was looked at.
    pub judged: Vec<Judged>,
    /// The candidate that was passed over for another one that costs no more to run and is better at everything that is asked.
    pub beaten: Option<String>,
    /// Patterns that the home is not enough for and that nothing here is known to help with.
    pub unhelped: Vec<Unhelped>,
}

/// A pattern that stays slow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unhelped {
    /// The pattern.
    pub pattern: String,
    /// Why.
    pub why: String,
}

/// Patterns that were asked for and that choose a store.
pub fn asked<'a>(rules: &'a Rules, answers: &Answers) -> Vec<&'a Pattern> {
    let asked = answers.some("access.patterns");
    rules.patterns.iter().filter(|pattern| asked.contains(&pattern.id) && !pattern.arms.is_empty()).collect()
}

/// Chooses.
pub fn choose(rules: &Rules, form: &Form, answers: &Answers, findings: &Findings) -> Chosen {
    let (mut remain, _) = sort_out(rules, form, answers, findings);
    // a server that the team does not run yet has to be needed; else the table's order holds
    remain.sort_by_key(|candidate| is_new(rules, answers, candidate));
    let patterns = asked(rules, answers);
    let mut chosen = Chosen { choice: None, judged: Vec::new(), beaten: None, unhelped: Vec::new() };
    let Some(first) = remain.first() else { return chosen };
    let mut home = None;
    // the simplest first: who is enough is taken, who is not known is not passed over, who is not enough is
    for candidate in &remain {
        let standing = chosen.judge(candidate, &patterns, answers, findings);
        if standing != Standing::NotEnough {
            home = Some((*candidate, standing));
            break;
        }
    }
    let (mut home, mut standing) = home.unwrap_or((first, Standing::NotEnough));
    // once for each candidate at most: measured orders need not be transitive
    for _ in &remain {
        let Some(better) = remain.iter().find(|other| beats(rules, answers, findings, &patterns, other, home)) else { break };
        let found = chosen.judge(better, &patterns, answers, findings);
        if found == Standing::NotEnough && standing != Standing::NotEnough {
            break;
        }
        chosen.beaten = Some(home.id.clone());
        (home, standing) = (better, found);
    }
    let helpers = if standing == Standing::NotEnough { chosen.help(rules, answers, findings, &patterns, home) } else { Vec::new() };
    chosen.choice = Some(Choice { home: home.id.clone(), standing, helpers });
    chosen
}

impl Chosen {
    /// What was found about a candidate and a pattern.
    pub fn found(&self, candidate: &str, pattern: &str) -> Option<&Enough> {
        self.judged.iter().find(|judged| judged.candidate == candidate && judged.pattern == pattern).map(|judged| &judged.enough)
    }

    fn look(&mut self, candidate: &Candidate, pattern: &Pattern, answers: &Answers, findings: &Findings) -> Enough {
        if let Some(found) = self.found(&candidate.id, &pattern.id) {
            return found.clone();
        }
        let enough = enough(candidate, pattern, answers, findings);
        self.judged.push(Judged { candidate: candidate.id.clone(), pattern: pattern.id.clone(), enough: enough.clone() });
        enough
    }

    fn judge(&mut self, candidate: &Candidate, patterns: &[&Pattern], answers: &Answers, findings: &Findings) -> Standing {
        let found: Vec<_> = patterns.iter().map(|pattern| self.look(candidate, pattern, answers, findings)).collect();
        match () {
            () if found.is_empty() => Standing::NotAsked,
            () if found.iter().any(|found| matches!(found, Enough::No(_))) => Standing::NotEnough,
            () if found.iter().all(|found| matches!(found, Enough::Yes { .. })) => Standing::Enough,
            () => Standing::NotKnown,
        }
    }

    /// For each pattern that the home is not enough for, the simplest store that is, if copies may be late and the team can run it.
    fn help(&mut self, rules: &Rules, answers: &Answers, findings: &Findings, patterns: &[&Pattern], home: &Candidate) -> Vec<Helper> {
        let mut helpers: Vec<Helper> = Vec::new();
        for pattern in patterns {
            if !matches!(self.look(home, pattern, answers, findings), Enough::No(_)) {
                continue;
            }
            match self.helper(rules, answers, findings, pattern, home, &helpers) {
                Ok(candidate) => helpers.push(Helper { pattern: pattern.id.clone(), candidate }),
                Err(why) => self.unhelped.push(Unhelped { pattern: pattern.id.clone(), why }),
            }
        }
        helpers
    }

    fn helper(
        &mut self,
        rules: &Rules,
        answers: &Answers,
        findings: &Findings,
        pattern: &Pattern,
        home: &Candidate,
        helpers: &[Helper],
    ) -> Result<String, String> {
        if answers.number("consistency.stale_s") <= 0.0 {
            return Err("a second store holds a copy, copies are late, and none may be".to_owned());
        }
        if pattern.counter.is_some() {
            return Err("a copy does not make the writes of its source fewer".to_owned());
        }
        let mut unknown = Vec::new();
        for candidate in
            rules.candidates.iter().filter(|candidate| candidate.store != home.store && pattern.arms.contains_key(&candidate.id))
        {
            if !can_run(rules, answers, candidate, home, helpers) {
                continue;
            }
            match self.look(candidate, pattern, answers, findings) {
                Enough::Yes { .. } if faster(pattern, findings, &candidate.id, &home.id) == Some(true) => return Ok(candidate.id.clone()),
                Enough::Yes { .. } => unknown.push(format!("{} is enough, and it was not told that it is faster", candidate.name)),
                Enough::Unknown { why, .. } => unknown.push(format!("{}: {why}", candidate.name)),
                Enough::No(_) => {}
            }
        }
        if unknown.is_empty() {
            Err("no store that may hold a copy was found to be enough".to_owned())
        } else {
            Err(format!("not known which store helps: {}", unknown.join("; ")))
        }
    }
}

/// Whether a helper can be run: in this process only if it is the only one, and as one more server only if the team can run one more.
fn can_run(rules: &Rules, answers: &Answers, candidate: &Candidate, home: &Candidate, helpers: &[Helper]) -> bool {
    let server = rules.store(&candidate.store).is_some_and(|store| store.server);
    if !server {
        // a copy in each process is another copy for each
        return answers.one("scale.processes") == "one";
    }
    let mut new: Vec<&str> = Vec::new();
    let helping = helpers.iter().filter_map(|helper| rules.candidate(&helper.candidate));
    for candidate in helping.chain([home, candidate]).filter(|candidate| is_new(rules, answers, candidate)) {
        if !new.contains(&candidate.store.as_str()) {
            new.push(&candidate.store);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of stores")]
    let needed = new.len() as f64;
    needed <= answers.number("team.more")
}

/// Whether a candidate that costs no more to run is better at everything that is asked, as far as this machine tells. What is told about
/// both must be told by the same cases.
fn beats(rules: &Rules, answers: &Answers, findings: &Findings, patterns: &[&Pattern], other: &Candidate, home: &Candidate) -> bool {
    let costs_no_more = other.store == home.store || !is_new(rules, answers, other);
    let better = |pattern: &&Pattern| match &pattern.counter {
        Some(counter) => less(pattern, findings, counter, &other.id, &home.id),
        None => faster(pattern, findings, &other.id, &home.id) == Some(true),
    };
    other.id != home.id && costs_no_more && !patterns.is_empty() && patterns.iter().all(better)
}

/// Whether all cases of a pattern that tell both arms found the one faster; none if there is no such case.
fn faster(pattern: &Pattern, findings: &Findings, one: &str, other: &str) -> Option<bool> {
    let run = findings.run(&pattern.workload).filter(|run| run.untimely().is_none())?;
    let (one, other) = (pattern.arms.get(one)?, pattern.arms.get(other)?);
    let mut found = None;
    for case in cases(pattern, &run.workload.cases) {
        let both = |a: &str, b: &str| (a == one && b == other) || (a == other && b == one);
        let pair = case.verdicts.iter().find(|pair| both(&pair.a, &pair.b))?;
        let faster = matches!(&pair.verdict, Verdict::Faster { faster, .. } if faster == one);
        found = Some(faster && found != Some(false));
    }
    found
}

/// Whether the one has less of a counter in all cases of a pattern, by more than the margin.
fn less(pattern: &Pattern, findings: &Findings, counter: &str, one: &str, other: &str) -> bool {
    let arms = pattern.arms.get(one).zip(pattern.arms.get(other));
    let Some((run, (one, other))) = findings.run(&pattern.workload).zip(arms) else { return false };
    let count = |case: &CaseRecord, name: &str| arm(case, name).and_then(|arm| arm.counters.get(counter)).copied();
    let margin = 1.0 + run.session.rules.margin;
    let mut cases = cases(pattern, &run.workload.cases).peekable();
    cases.peek().is_some() && cases.all(|case| count(case, one).zip(count(case, other)).is_some_and(|(one, other)| one * margin < other))
}

fn cases<'a>(pattern: &'a Pattern, cases: &'a [CaseRecord]) -> impl Iterator<Item = &'a CaseRecord> {
    cases.iter().filter(|case| pattern.cases.iter().any(|sized| sized.case == case.id))
}
