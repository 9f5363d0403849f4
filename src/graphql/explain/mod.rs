//! What an operation will do, for those who ask: the questions of its plan as a tree of levels, with what each is predicted to come to; or why
//! there is no plan. [`Graph::analyze`](super::Graph::analyze) runs it and puts what it did beside that.

mod check;
mod measure;
mod told;

pub use check::explain;
pub use measure::{Beside, Measured, Ran};

use super::{
    cost::{Predicted, by_path},
    documents::document::Document,
    limits::Limits,
    plan::{Conditions, Plan, Step, Unplanned},
};
use crate::{error::Engine, loaders::Asks, receipt::Role, stores::Stores};
use async_graphql::{
    Name, Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};

/// Which engine plays each role.
#[derive(Clone, Copy, Debug)]
pub struct Engines {
    /// Of the relational role.
    pub relational: Engine,
    /// Of documents.
    pub documents: Engine,
    /// Of the hot role.
    pub hot: Engine,
}

impl Engines {
    /// Those of connected stores.
    pub fn of(stores: &Stores) -> Self {
        Self { relational: stores.relational.engine(), documents: stores.documents.engine(), hot: stores.hot.engine() }
    }

    /// That of a role.
    pub fn play(self, role: Role) -> Engine {
        match role {
            Role::Relational => self.relational,
            Role::Documents => self.documents,
            Role::Hot => self.hot,
        }
    }
}

/// An operation, explained.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// `query`, `mutation` or `subscription`.
    pub kind: &'static str,
    /// Why the library executes it, field by field; none if it is compiled.
    pub why: Option<String>,
    /// The price that the front door reckons with.
    pub points: u64,
    /// The plan's questions; of an operation without a plan the fields that cost something, without what they ask.
    pub levels: Vec<Level>,
    /// Fields that cost something by their names, and ask nothing of themselves here.
    pub free: Vec<(String, Predicted)>,
    /// What became of it, if it was run.
    pub ran: Option<Ran>,
}

/// A field that asks, and what follows from its answer. All levels beside each other ask at the same time.
#[derive(Clone, Debug)]
pub struct Level {
    /// Where it stands in the answer.
    pub path: String,
    /// The end of that, from the level above.
    pub field: String,
    /// Its calls; none if only the library knows.
    pub asks: Vec<Asked>,
    /// What it is predicted to come to.
    pub predicted: Predicted,
    /// What asks for its rows.
    pub below: Vec<Level>,
}

/// A call of a level.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Of which role what is asked.
    pub asks: Asks,
    /// Who answers.
    pub engine: Engine,
    /// What it came to, if the operation was run and this was asked.
    pub measured: Option<Measured>,
    /// The path of the level that asked for this one, too: equal questions that are put at the same time are one call.
    pub with: Option<String>,
}

impl Level {
    /// How many calls the plan makes here at most.
    pub fn calls(&self) -> Option<u64> {
        (!self.asks.is_empty()).then_some(self.asks.len() as u64)
    }

    fn new(path: &str, predicted: Predicted) -> Self {
        Self { path: path.to_owned(), field: path.to_owned(), asks: Vec::new(), predicted, below: Vec::new() }
    }

    /// Puts a level below those that it depends on, which are there already.
    fn insert(self, levels: &mut Vec<Self>) {
        let is_above = |known: &&mut Self| self.path.strip_prefix(&known.path).is_some_and(|rest| rest.starts_with('.'));
        match levels.iter_mut().find(is_above) {
            Some(above) => {
                let field = self.path[above.path.len() + 1..].to_owned();
                Self { field, ..self }.insert(&mut above.below);
            }
            None => levels.push(self),
        }
    }
}

impl Explained {
    /// An operation of a document that passed the guard, with the price that it found.
    pub(super) fn of(
        (document, settled): (&Document, &ExecutableDocument),
        (name, operation): (Option<&str>, &OperationDefinition),
        variables: &Variables,
        (limits, engines): (&Limits, Engines),
        points: u64,
    ) -> Self {
        let named = |known: Option<&Name>| name.is_none() || known.map(Name::as_str) == name;
        let written = document.written().operations.iter().find(|(known, _)| named(*known));
        let mut predicted = written.map_or_else(Vec::new, |(_, written)| by_path(document.written(), &written.node, variables, limits));
        let conditions = Conditions::of(&Conditions::names(settled), operation, variables);
        let plan = conditions.ok_or(Unplanned::Conditions).and_then(|conditions| Plan::compile(settled, operation, &conditions));
        let mut levels = Vec::new();
        let why = match &plan {
            Ok(plan) => {
                steps(plan.steps(), engines, &mut predicted, &mut levels);
                None
            }
            Err(why) => {
                // what it asks is found out field by field
                predicted.drain(..).for_each(|(path, predicted)| Level::new(&path, predicted).insert(&mut levels));
                Some(why.to_string())
            }
        };
        let kind = match operation.ty {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
        Self { name: name.map(str::to_owned), kind, why, points, levels, free: predicted, ran: None }
    }

    /// How many levels there are at most from the first question to the last: so often it waits for stores.
    pub fn depth(&self) -> usize {
        fn depth(levels: &[Level]) -> usize {
            levels.iter().map(|level| 1 + depth(&level.below)).max().unwrap_or_default()
        }
        depth(&self.levels)
    }

    /// How many calls the plan makes at most.
    pub fn calls(&self) -> u64 {
        fn calls(levels: &[Level]) -> u64 {
            levels.iter().map(|level| level.calls().unwrap_or_default() + calls(&level.below)).sum()
        }
        calls(&self.levels)
    }
}

/// The tree of a plan's questions. Takes what is predicted of them.
fn steps(steps: Vec<Step>, engines: Engines, predicted: &mut Vec<(String, Predicted)>, into: &mut Vec<Level>) {
    let mut flat: Vec<Level> = Vec::new();
    for Step { path, asks } in steps {
        let place = flat.iter().position(|level| level.path == path).unwrap_or_else(|| {
            let place = predicted.iter().position(|(known, _)| *known == path);
            let predicted = place.map_or_else(Predicted::default, |place| predicted.remove(place).1);
            flat.push(Level::new(&path, predicted));
            flat.len() - 1
        });
        // one field of two types asks the same once
        let level = &mut flat[place];
        if level.asks.iter().all(|asked| asked.asks != asks) {
            level.asks.push(Asked { asks, engine: engines.play(asks.role), measured: None, with: None });
        }
    }
    flat.into_iter().for_each(|level| level.insert(into));
}
