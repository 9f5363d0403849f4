//! Decision trees of course texts, held against the advice. Where they disagree the reader sees it.

use super::{
    answers::Answers,
    choose::Choice,
    form::Form,
    rules::{Rules, Tree},
};

/// What a tree says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which kind of text.
    pub text: String,
    /// The question that decided it, and the store; none if no question was met.
    pub answer: Option<(String, String)>,
    /// Whether the advice has that store, as home or as helper.
    pub agrees: bool,
}

/// Walks all trees.
pub fn walk(rules: &Rules, form: &Form, answers: &Answers, choice: Option<&Choice>) -> Vec<Said> {
    rules.trees.iter().map(|tree| one(rules, form, answers, choice, tree)).collect()
}

fn one(rules: &Rules, form: &Form, answers: &Answers, choice: Option<&Choice>, tree: &Tree) -> Said {
    let met = tree.branches.iter().find(|branch| branch.when.iter().all(|condition| condition.holds(form, answers)));
    let store_of = |candidate: &str| rules.candidate(candidate).map(|candidate| candidate.store.clone());
    let advised: Vec<String> = match choice {
        Some(choice) => std::iter::once(&choice.home)
            .chain(choice.helpers.iter().map(|helper| &helper.candidate))
            .filter_map(|id| store_of(id))
            .collect(),
        None => Vec::new(),
    };
    let name = |store: &str| rules.store(store).map_or_else(|| store.to_owned(), |store| store.name.clone());
    Said {
        text: tree.text.clone(),
        answer: met.map(|branch| (branch.asks.clone(), name(&branch.store))),
        agrees: met.is_some_and(|branch| advised.contains(&branch.store)),
    }
}
