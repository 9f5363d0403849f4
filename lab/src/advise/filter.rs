//! First step: a candidate that cannot give what is asked is out, whatever its speed.

use super::{
    Cited,
    answers::Answers,
    form::Form,
    rules::{Candidate, Filter, Rules},
};
use crate::claims::{
    findings::{Findings, arm},
    measured::digits,
};

/// A candidate that is out, and all reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Out {
    /// The candidate.
    pub candidate: String,
    /// Why, a sentence each.
    pub because: Vec<Cited>,
}

/// What is known about a promise.
enum Known {
    /// A result of this machine bears it out, with the figure.
    Kept(String),
    /// A result of this machine contradicts it.
    Broken(String),
    /// It was not tested here.
    Untested,
}

/// The candidates that remain, in the table's order, and those that are out.
pub fn sort_out<'a>(rules: &'a Rules, form: &Form, answers: &Answers, findings: &Findings) -> (Vec<&'a Candidate>, Vec<Out>) {
    let (mut remain, mut out) = (Vec::new(), Vec::new());
    for candidate in &rules.candidates {
        let because = reasons(rules, form, answers, findings, candidate);
        if because.is_empty() {
            remain.push(candidate);
        } else {
            out.push(Out { candidate: candidate.id.clone(), because });
        }
    }
    (remain, out)
}

/// Whether a candidate's store would be one more server to run.
pub fn is_new(rules: &Rules, answers: &Answers, candidate: &Candidate) -> bool {
    let server = rules.store(&candidate.store).is_some_and(|store| store.server);
    server && !answers.some("team.runs").contains(&candidate.store)
}

fn reasons(rules: &Rules, form: &Form, answers: &Answers, findings: &Findings, candidate: &Candidate) -> Vec<Cited> {
    let mut reasons = Vec::new();
    if is_new(rules, answers, candidate) && answers.number("team.more") < 1.0 {
        reasons.push(Cited::plain("the team does not run it and can run no other server".to_owned()));
    }
    reasons.extend(rules.filters.iter().filter_map(|filter| refused(filter, form, answers, findings, candidate)));
    let asked = answers.some("access.patterns");
    for pattern in rules.patterns.iter().filter(|pattern| asked.contains(&pattern.id)) {
        if pattern.cannot.contains(&candidate.id) {
            let text = format!("it has no way to do this: {}", pattern.asks);
            reasons.push(Cited { text, workload: pattern.workload.clone(), claim: pattern.claim.clone() });
        }
    }
    reasons
}

/// Why a filter puts the candidate out, if it does.
fn refused(filter: &Filter, form: &Form, answers: &Answers, findings: &Findings, candidate: &Candidate) -> Option<Cited> {
    let wanted = answers.one(&filter.answer);
    let cited = |text: String| Some(Cited { text, workload: filter.workload.clone(), claim: filter.claim.clone() });
    let Some(offer) = &filter.offer else {
        let holds = candidate.holds.iter().any(|shape| shape == wanted);
        return if holds { None } else { cited(format!("{}: {} = {wanted}", filter.because, filter.answer)) };
    };
    let offered = candidate.offers.get(offer).map_or("", String::as_str);
    let place = |id: &str| form.field(&filter.answer).and_then(|field| field.choices().iter().position(|choice| choice.id == id));
    if place(offered) < place(wanted) {
        return cited(format!("{}: it offers {offered} at most, and {} is {wanted}", filter.because, filter.answer));
    }
    match tested(filter, wanted, findings, candidate) {
        Known::Broken(figure) => cited(format!("it offers {wanted}, and a result of this machine contradicts it: {figure}")),
        Known::Kept(_) | Known::Untested => None,
    }
}

fn tested(filter: &Filter, wanted: &str, findings: &Findings, candidate: &Candidate) -> Known {
    let found = filter.probe.as_ref().and_then(|probe| {
        let run = findings.run(&filter.workload)?;
        let case = run.workload.cases.iter().find(|case| Some(&case.id) == probe.cases.get(wanted))?;
        let arm = arm(case, probe.arms.get(&candidate.id)?)?;
        let fact = |name: &String| arm.facts.iter().find(|fact| fact.name == *name).map(|fact| fact.value).filter(|_| arm.error.is_none());
        let (broken, all) = (fact(&probe.fact)?, fact(&probe.of).filter(|all| *all > 0.0)?);
        let figure = format!("{}, {}: {} {} of {} {}", case.title, arm.name, digits(broken), probe.fact, digits(all), probe.of);
        Some((figure, broken, run.source()))
    });
    match found {
        Some((figure, value, source)) if value > 0.0 => Known::Broken(format!("{figure} ({source})")),
        Some((figure, _, source)) => Known::Kept(format!("{figure} ({source})")),
        None => Known::Untested,
    }
}

/// What is known of the promises that a candidate was let through with: sentences, and workloads that would tell more.
pub fn promises(rules: &Rules, answers: &Answers, findings: &Findings, candidate: &Candidate) -> (Vec<Cited>, Vec<String>) {
    let (mut told, mut missing) = (Vec::new(), Vec::new());
    for filter in rules.filters.iter().filter(|filter| filter.probe.is_some()) {
        let wanted = answers.one(&filter.answer);
        let asked = filter.probe.as_ref().is_some_and(|probe| probe.cases.contains_key(wanted) && probe.arms.contains_key(&candidate.id));
        match tested(filter, wanted, findings, candidate) {
            Known::Kept(figure) | Known::Broken(figure) => told.push(Cited {
                text: format!("{wanted} was tested: {figure}"),
                workload: filter.workload.clone(),
                claim: filter.claim.clone(),
            }),
            Known::Untested if asked => missing.push(filter.workload.clone()),
            Known::Untested => {}
        }
    }
    (told, missing)
}
