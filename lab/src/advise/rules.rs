//! The rule table: stores, what they offer, what is asked of them, and which workload and claim each rule rests on. It is one TOML file,
//! `rules.toml`, and holds all that the advisor knows; the code only reads it in order.

use super::{
    answers::Answers,
    form::{Form, Kind, Value},
};
use crate::claims::Ledger;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The table that the program comes with.
const TABLE: &str = include_str!("rules.toml");

/// The whole table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The stores.
    #[serde(rename = "store")]
    pub stores: Vec<Store>,
    /// Stores with a data model, the simplest first: this order is the order of preference where nothing else decides.
    #[serde(rename = "candidate")]
    pub candidates: Vec<Candidate>,
    /// What puts a candidate out, whatever its speed.
    #[serde(rename = "filter")]
    pub filters: Vec<Filter>,
    /// What can be done with data.
    #[serde(rename = "pattern")]
    pub patterns: Vec<Pattern>,
    /// What to do with any store.
    #[serde(rename = "practice")]
    pub practices: Vec<Practice>,
    /// What course texts say, to be held against the advice.
    #[serde(rename = "saying")]
    pub sayings: Vec<Saying>,
    /// What a second store costs, whatever its speed.
    pub second_store: Vec<String>,
    /// What no workload on one machine can tell.
    pub outside: Vec<String>,
}

/// A store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// As in results.
    pub id: String,
    /// As in sentences.
    pub name: String,
    /// Whether somebody has to run a server for it.
    pub server: bool,
}

/// A store with a data model.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Its name in this table.
    pub id: String,
    /// Its store.
    pub store: String,
    /// As in sentences.
    pub name: String,
    /// The most that it offers, by the name of a filter's offer.
    pub offers: BTreeMap<String, String>,
    /// The shapes of data that it can be the only home of.
    pub holds: Vec<String>,
    /// The settings that keep a promise, by the promise.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// What who takes it does without.
    pub gives_up: Vec<String>,
}

/// What puts a candidate out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The answer that asks for it: one choice of an ordered list, or the shape.
    pub answer: String,
    /// The offer that must be as much as the answer; none: the candidate must hold the shape that was answered.
    pub offer: Option<String>,
    /// The workload that tests it; empty where one machine cannot.
    pub workload: String,
    /// The claim that it goes with.
    pub claim: String,
    /// Why.
    pub because: String,
    /// The probe that may contradict what the candidate offers.
    pub probe: Option<Probe>,
}

/// A fact of a stored result that must be nil for a promise to hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// The case, by the promise that was answered.
    pub cases: BTreeMap<String, String>,
    /// The fact's name.
    pub fact: String,
    /// The fact that says how many there were: of none nothing is learned.
    pub of: String,
    /// The arms, by candidate.
    pub arms: BTreeMap<String, String>,
}

/// One thing that can be done with data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Its name in answers.
    pub id: String,
    /// As in questions.
    pub asks: String,
    /// The workload that measures it.
    pub workload: String,
    /// The workload's cases, the smallest first.
    #[serde(default)]
    pub cases: Vec<SizedCase>,
    /// The claim that it goes with.
    pub claim: String,
    /// The answer that sizes stand for; none: size does not matter.
    pub size: Option<Size>,
    /// The counter of bytes that decides, where no time does.
    pub counter: Option<String>,
    /// The arms, by candidate. A candidate without one is not measured. None at all: no store is chosen by it.
    #[serde(default)]
    pub arms: BTreeMap<String, String>,
    /// Candidates that have no way to do it.
    #[serde(default)]
    pub cannot: Vec<String>,
    /// Candidates whose arm stands beside one store only, and helps no other.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
}

/// A case, and the size up to which it stands for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizedCase {
    /// The case.
    pub case: String,
    /// The size; none: that of the workload.
    pub up_to: Option<f64>,
}

/// An answer that sizes of workloads stand for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Size {
    /// How many there are.
    #[serde(rename = "scale.members")]
    Members,
    /// How large one is.
    #[serde(rename = "shape.size_kib")]
    Kib,
}

impl Size {
    /// The answer's path.
    pub fn name(self) -> &'static str {
        match self {
            Self::Members => "scale.members",
            Self::Kib => "shape.size_kib",
        }
    }
}

/// What to do with any store.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// When it matters: all of these.
    pub when: Vec<Condition>,
    /// The workload that tests it.
    pub workload: String,
    /// The claim that it goes with.
    pub claim: String,
    /// The part of the claim that decides it, by name.
    pub part: String,
    /// What it is about, in a few words.
    pub about: String,
    /// What to do if that part holds.
    pub say: String,
    /// What to do if it does not hold.
    pub otherwise: String,
}

/// Which store a sentence of a course text asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// The sentence's claim.
    pub claim: String,
    /// When the sentence is about what was answered: all of these.
    pub when: Vec<Condition>,
    /// The stores that it asks for: one of them.
    pub stores: Vec<String>,
}

/// A condition on one answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The answer's path.
    pub answer: String,
    /// It is this choice.
    pub is: Option<String>,
    /// This is among its choices.
    pub has: Option<String>,
    /// It is this choice of an ordered list or a stronger one, or this number or more.
    pub at_least: Option<toml::Value>,
    /// It is this choice of an ordered list or a weaker one, or this number or less.
    pub at_most: Option<toml::Value>,
}

impl Rules {
    /// The table that the program comes with.
    pub fn own() -> Result<Self, String> {
        Self::parse(TABLE, &Ledger::own()?)
    }

    /// Reads a table; the error names what does not fit together.
    pub fn parse(text: &str, ledger: &Ledger) -> Result<Self, String> {
        let rules: Self = toml::from_str(text).map_err(|error| format!("the rule table: {error}"))?;
        rules.check(ledger).map_err(|wrong| format!("the rule table: {wrong}"))?;
        Ok(rules)
    }

    /// The store of this name.
    pub fn store(&self, id: &str) -> Option<&Store> {
        self.stores.iter().find(|store| store.id == id)
    }

    /// The candidate of this name.
    pub fn candidate(&self, id: &str) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.id == id)
    }

    /// A candidate's name in sentences.
    pub fn name_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.candidate(id).map_or(id, |candidate| &candidate.name)
    }

    fn check(&self, ledger: &Ledger) -> Result<(), String> {
        let form = Form::new(self);
        let cited = |claim: &str, workload: &str| match ledger.claim(claim) {
            None => Err(format!("{claim} is no claim of the ledger")),
            // what no workload tests is said to be so by the claim
            Some(found) if workload.is_empty() && found.workloads.is_empty() => Ok(()),
            Some(found) if !found.workloads.iter().any(|id| id == workload) => Err(format!("{claim} is not tested by {workload}")),
            Some(_) => Ok(()),
        };
        let candidates = |arms: &BTreeMap<String, String>| match arms.keys().find(|id| self.candidate(id).is_none()) {
            Some(unknown) => Err(format!("{unknown} is no candidate")),
            None => Ok(()),
        };
        for candidate in &self.candidates {
            let shapes = form.field("shape.kind").map_or(&[][..], |field| field.choices());
            if self.store(&candidate.store).is_none() {
                return Err(format!("{}: {} is no store", candidate.id, candidate.store));
            }
            if let Some(unknown) = candidate.holds.iter().find(|id| !shapes.iter().any(|shape| shape.id == **id)) {
                return Err(format!("{}: {unknown} is no shape", candidate.id));
            }
        }
        for filter in &self.filters {
            cited(&filter.claim, &filter.workload)?;
            let Some(Kind::One(choices)) = form.field(&filter.answer).map(|field| &field.kind) else {
                return Err(format!("a filter asks for {}, which is no field of one choice", filter.answer));
            };
            let Some(offer) = &filter.offer else { continue };
            for candidate in &self.candidates {
                let offered = candidate.offers.get(offer).ok_or_else(|| format!("{} does not say its {offer}", candidate.id))?;
                if !choices.iter().any(|choice| choice.id == *offered) {
                    return Err(format!("{}: {offered} is not known as {offer}", candidate.id));
                }
            }
            if let Some(probe) = &filter.probe {
                candidates(&probe.arms)?;
                if let Some(unknown) = probe.cases.keys().find(|level| !choices.iter().any(|choice| choice.id == **level)) {
                    return Err(format!("{unknown} is not known as {offer}"));
                }
            }
        }
        for pattern in &self.patterns {
            cited(&pattern.claim, &pattern.workload)?;
            candidates(&pattern.arms)?;
            candidates(&pattern.beside)?;
            if let Some(unknown) = pattern.cannot.iter().find(|id| self.candidate(id).is_none()) {
                return Err(format!("{unknown} is no candidate"));
            }
            if pattern.cases.is_empty() != pattern.arms.is_empty() {
                return Err(format!("{}: expected cases and arms, or neither", pattern.id));
            }
            if let Some(unknown) = pattern.counter.iter().find(|name| crate::counter::metric_of(name).is_none()) {
                return Err(format!("{}: {unknown} is no counter", pattern.id));
            }
        }
        for practice in &self.practices {
            cited(&practice.claim, &practice.workload)?;
            if ledger.claim(&practice.claim).and_then(|claim| claim.part(&practice.part)).is_none() {
                return Err(format!("{} has no part {:?}", practice.claim, practice.part));
            }
        }
        for saying in &self.sayings {
            if ledger.claim(&saying.claim).is_none() {
                return Err(format!("{} is no claim of the ledger", saying.claim));
            }
            if let Some(unknown) = saying.stores.iter().find(|id| self.store(id).is_none()) {
                return Err(format!("{unknown} is no store"));
            }
        }
        let practices = self.practices.iter().flat_map(|practice| &practice.when);
        let sayings = self.sayings.iter().flat_map(|saying| &saying.when);
        practices.chain(sayings).try_for_each(|condition| condition.check(&form))
    }
}

impl Condition {
    /// Whether the answers meet it.
    pub fn holds(&self, form: &Form, answers: &Answers) -> bool {
        let Some((field, value)) = form.field(&self.answer).zip(answers.value(&self.answer)) else { return false };
        let bound = |bound: &Option<toml::Value>| bound.as_ref().and_then(|bound| field.from_toml(bound).ok());
        let order = |value: &Value| match value {
            Value::Number(number) => Some(*number),
            #[expect(clippy::cast_precision_loss, reason = "places in a list of a few choices")]
            Value::One(id) => field.choices().iter().position(|choice| choice.id == *id).map(|place| place as f64),
            _ => None,
        };
        let compared = |limit: &Option<toml::Value>, well: fn(f64, f64) -> bool| match bound(limit) {
            Some(limit) => order(value).zip(order(&limit)).is_some_and(|(value, limit)| well(value, limit)),
            None => true,
        };
        let is = self.is.as_ref().is_none_or(|id| answers.one(&self.answer) == id);
        let has = self.has.as_ref().is_none_or(|id| answers.some(&self.answer).contains(id));
        is && has && compared(&self.at_least, |value, limit| value >= limit) && compared(&self.at_most, |value, limit| value <= limit)
    }

    fn check(&self, form: &Form) -> Result<(), String> {
        let field = form.field(&self.answer).ok_or_else(|| format!("a condition asks for {}, which is no field", self.answer))?;
        for bound in [&self.at_least, &self.at_most].into_iter().flatten() {
            field.from_toml(bound)?;
        }
        if let Some(unknown) = self.is.iter().chain(&self.has).find(|id| !field.choices().iter().any(|choice| choice.id == **id)) {
            return Err(format!("{}: {unknown} is no choice", self.answer));
        }
        let fits = match field.kind {
            Kind::One(_) => self.has.is_none() && (self.is.is_some() || self.at_least.is_some() || self.at_most.is_some()),
            Kind::Some { .. } => self.has.is_some() && self.is.is_none() && self.at_least.is_none() && self.at_most.is_none(),
            Kind::Number { .. } => self.has.is_none() && self.is.is_none() && (self.at_least.is_some() || self.at_most.is_some()),
            Kind::Name => false,
        };
        if fits { Ok(()) } else { Err(format!("{}: such a condition does not fit the field", self.answer)) }
    }
}
