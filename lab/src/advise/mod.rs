//! The advisor: five questions, a rule table, this machine's results, and out comes a decision record.
//!
//! In reading order: [`form`] is what is asked, [`answers`] what was answered, [`rules`] the table that all advice comes from; [`filter`],
//! [`enough`] and [`choose`] are the steps; [`sayings`] holds the advice against what course texts say; [`adr`] writes it down.

pub mod adr;
pub mod answers;
pub mod choose;
pub mod enough;
pub mod filter;
pub mod form;
#[cfg(test)]
mod properties_tests;
pub mod rules;
pub mod sayings;
#[cfg(test)]
mod tests;

pub use answers::{Answers, AskError};
pub use form::Form;
pub use rules::Rules;

use super::claims::{Ledger, Outcome, findings::Findings};
use choose::{Choice, Chosen};
use filter::Out;
use form::Value;

/// A sentence and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited {
    /// The sentence.
    pub text: String,
    /// The workload; empty if it rests on an answer alone.
    pub workload: String,
    /// The claim; empty if it rests on an answer alone.
    pub claim: String,
}

impl Cited {
    /// A sentence that rests on an answer alone.
    pub fn plain(text: String) -> Self {
        Self { text, workload: String::new(), claim: String::new() }
    }
}

/// An answer that would have changed the advice.
#[derive(Clone, Debug, PartialEq)]
pub struct Flip {
    /// The answer's path.
    pub path: &'static str,
    /// What might have been answered.
    pub value: Value,
    /// What would have been advised; none: nothing at all.
    pub choice: Option<Choice>,
}

/// An advice, before it is written down.
#[derive(Clone, Debug)]
pub struct Advice {
    /// Candidates that are out.
    pub out: Vec<Out>,
    /// The choice and what was looked at.
    pub chosen: Chosen,
    /// What is known of the home's promises.
    pub promises: Vec<Cited>,
    /// What to do with any store, as far as this machine tells.
    pub practices: Vec<Cited>,
    /// What is not known: why, and the workload that would tell.
    pub unknown: Vec<(String, String)>,
    /// Answers that would have changed it.
    pub flips: Vec<Flip>,
}

/// Makes an advice.
pub fn advise(rules: &Rules, ledger: &Ledger, form: &Form, answers: &Answers, findings: &Findings) -> Advice {
    let (_, out) = filter::sort_out(rules, form, answers, findings);
    let chosen = choose::choose(rules, form, answers, findings);
    let home = chosen.choice.as_ref().and_then(|choice| rules.candidate(&choice.home));
    let (promises, untested) = home.map(|home| filter::promises(rules, answers, findings, home)).unwrap_or_default();
    let mut unknown: Vec<(String, String)> = Vec::new();
    for judged in &chosen.judged {
        if let enough::Enough::Unknown { why, workload } = &judged.enough {
            let asks = rules.patterns.iter().find(|pattern| pattern.id == judged.pattern).map_or("", |pattern| &pattern.asks);
            unknown.push((format!("whether {} is enough for this: {asks}: {why}", rules.name_of(&judged.candidate)), workload.clone()));
        }
    }
    unknown
        .extend(untested.into_iter().map(|workload| ("whether its promise holds when it is killed: not tested here".to_owned(), workload)));
    let (practices, silent) = practices(rules, ledger, form, answers, findings);
    unknown.extend(silent);
    let flips = flips(rules, form, answers, findings, chosen.choice.as_ref());
    Advice { out, chosen, promises, practices, unknown, flips }
}

/// What to do with any store: a sentence only where a result of this machine says so.
fn practices(rules: &Rules, ledger: &Ledger, form: &Form, answers: &Answers, findings: &Findings) -> (Vec<Cited>, Vec<(String, String)>) {
    let (mut told, mut silent) = (Vec::new(), Vec::new());
    for practice in rules.practices.iter().filter(|practice| practice.when.iter().all(|condition| condition.holds(form, answers))) {
        let Some(part) = ledger.claim(&practice.claim).and_then(|claim| claim.part(&practice.part)) else { continue };
        let mut tell = |sentence: &str, figure: &str| {
            let text = format!("{sentence} {}: {figure}.", part.name);
            told.push(Cited { text, workload: practice.workload.clone(), claim: practice.claim.clone() });
        };
        match part.test.outcome(findings) {
            Outcome::Holds(figure) => tell(&practice.say, &figure),
            Outcome::Fails(figure) => tell(&practice.otherwise, &figure),
            Outcome::Open(why) | Outcome::Absent(why) => {
                silent.push((format!("{} ({}): {why}", practice.about, part.name), practice.workload.clone()))
            }
            Outcome::NotRun => silent.push((format!("{}: no result of this machine", practice.about), practice.workload.clone())),
        }
    }
    (told, silent)
}

/// Every answer is changed, one at a time; those that change the advice are told.
fn flips(rules: &Rules, form: &Form, answers: &Answers, findings: &Findings, choice: Option<&Choice>) -> Vec<Flip> {
    let mut flips = Vec::new();
    for field in &form.fields {
        let Some(value) = answers.value(field.path) else { continue };
        for other in field.others(value) {
            let mut flipped = answers.clone();
            flipped.set(field.path, other.clone());
            let found = choose::choose(rules, form, &flipped, findings).choice;
            if found.as_ref() != choice {
                flips.push(Flip { path: field.path, value: other, choice: found });
            }
        }
    }
    flips
}
