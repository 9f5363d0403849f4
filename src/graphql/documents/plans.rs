//! The plans of a document: one for each operation, and each combination of what its conditions may be.

use crate::graphql::plan::{Conditions, Plan};
use async_graphql::{
    Name, Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Most plans of a document; beyond that the library executes it.
const MOST: usize = 16;

/// What is known of a document's plans so far.
#[derive(Default)]
pub struct Plans {
    /// The variables that its conditions name.
    conditions: OnceLock<Vec<Name>>,
    known: Mutex<HashMap<Which, Option<Known>>>,
}

/// The name of the operation, and what its conditions are.
type Which = (Option<String>, Conditions);

/// A plan.
#[derive(Clone)]
pub struct Known {
    /// The plan.
    pub plan: Arc<Plan>,
    sound: Arc<AtomicBool>,
}

impl Known {
    /// Whether the library found nothing wrong with the document, with the variables of some request.
    pub fn is_sound(&self) -> bool {
        self.sound.load(Ordering::Relaxed)
    }

    /// The library found nothing wrong with it.
    pub fn found_sound(&self) {
        self.sound.store(true, Ordering::Relaxed);
    }
}

impl Plans {
    /// The plan of an operation, compiled now if it is not known yet; `None` if there is none.
    pub fn get(
        &self,
        document: &ExecutableDocument,
        name: Option<&str>,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Option<Known> {
        let names = self.conditions.get_or_init(|| Conditions::names(document));
        let conditions = Conditions::of(names, operation, variables)?;
        let key = (name.map(str::to_owned), conditions);
        let mut plans = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = plans.get(&key) {
            return known.clone();
        }
        if plans.len() >= MOST {
            return None;
        }
        let plan = Plan::compile(document, operation, &key.1).ok().map(|plan| Known { plan: Arc::new(plan), sound: Arc::default() });
        plans.insert(key, plan.clone());
        plan
    }
}
