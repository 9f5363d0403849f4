//! What course texts say, held against the advice. Where they disagree the reader sees it, and what came of the claim on this machine.

use super::{answers::Answers, choose::Choice, form::Form, rules::Rules};
use crate::claims::{
    Findings, Ledger,
    decide::{one, word},
};

/// A sentence that is about what was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The sentence.
    pub sentence: String,
    /// Its claim.
    pub claim: String,
    /// Which kinds of text say it.
    pub texts: String,
    /// The stores that it asks for.
    pub stores: String,
    /// Whether the advice has one of them, as home or as helper.
    pub agrees: bool,
    /// What came of the claim on this machine.
    pub finding: &'static str,
}

/// All sentences that are about what was answered.
pub fn hold(rules: &Rules, ledger: &Ledger, form: &Form, answers: &Answers, findings: &Findings, choice: Option<&Choice>) -> Vec<Said> {
    let advised: Vec<&str> = choice
        .map(|choice| std::iter::once(&choice.home).chain(choice.helpers.iter().map(|helper| &helper.candidate)))
        .into_iter()
        .flatten()
        .filter_map(|id| rules.candidate(id))
        .map(|candidate| candidate.store.as_str())
        .collect();
    let name = |id: &String| rules.store(id).map_or(id.clone(), |store| store.name.clone());
    let said = rules.sayings.iter().filter(|saying| saying.when.iter().all(|condition| condition.holds(form, answers)));
    said.filter_map(|saying| {
        let claim = ledger.claim(&saying.claim)?;
        Some(Said {
            sentence: claim.sentence.clone(),
            claim: claim.id.clone(),
            texts: claim.texts.join(", "),
            stores: saying.stores.iter().map(name).collect::<Vec<_>>().join(" or "),
            agrees: saying.stores.iter().any(|store| advised.contains(&store.as_str())),
            finding: word(one(claim, findings).finding),
        })
    })
    .collect()
}
