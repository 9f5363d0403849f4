//! Checks a document against the schema and the limits, without any store: all that can be found wrong with it before its variables
//! are known.

use super::{document::Document, hash::Sha};
use crate::graphql::{Library, absent, guard::Refusal, limits::Limits, within};
use async_graphql::{
    Request, Response, ServerError, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Line and column, if there is a place.
    pub at: Option<(usize, usize)>,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// The schema and the limits.
pub struct Checker {
    library: Library,
    limits: Limits,
}

impl Checker {
    /// Within these limits.
    pub fn new(limits: Limits) -> Self {
        Self { library: within(limits).extension(Unexecuted).finish(), limits }
    }

    /// The document of a text, or all that is wrong with it.
    pub async fn check(&self, text: &str) -> Result<Document, Vec<Fault>> {
        let none = Variables::default();
        let document = Document::parse(text, Some(Sha::of(text)), &self.limits).map_err(|problem| vec![problem.fault()])?;
        document.guarded(&none, &self.limits).map_err(refused)?;
        document.settled().map_err(refused)?;
        let mut faults = BTreeSet::new();
        for (name, operation) in document.written().operations.iter() {
            let operation = &operation.node;
            if let Err(refusal) = document.mergeable(operation) {
                faults.extend(refused(refusal));
                continue;
            }
            let mut variables = none.clone();
            absent::complete(document.written(), operation, &mut variables);
            faults.extend(self.faults(text, &document, name.map(|name| name.as_str()), variables).await);
        }
        if faults.is_empty() { Ok(document) } else { Err(faults.into_iter().collect()) }
    }

    /// All that the schema has against one operation of a document that passed the guard, with these variables.
    pub async fn faults(&self, text: &str, document: &Document, name: Option<&str>, variables: Variables) -> Vec<Fault> {
        let settled = match document.settled() {
            Ok(settled) => settled,
            Err(refusal) => return refused(refusal),
        };
        let mut request = Request::new(text).variables(variables);
        request.operation_name = name.map(ToOwned::to_owned);
        request.set_parsed_query((*settled).clone());
        self.library.execute(request).await.errors.iter().map(Fault::from).collect()
    }
}

impl From<&ServerError> for Fault {
    fn from(error: &ServerError) -> Self {
        let at = error.locations.iter().find(|at| at.line > 0).map(|at| (at.line, at.column));
        Self { at, message: error.message.clone() }
    }
}

fn refused(refusal: Refusal) -> Vec<Fault> {
    vec![Fault { at: None, message: refusal.message }]
}

/// Lets the library validate and not execute.
pub struct Unexecuted;

impl ExtensionFactory for Unexecuted {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Unexecuted {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::default()
    }
}
