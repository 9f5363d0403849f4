//! A document that was parsed, and what is found out about it once, whatever its variables are.
//!
//! What depends on variables (how many rows are asked for, which variables are missing) is found out for each request anew, and in the
//! same order as if nothing were known: so a document that is known is answered as one that is not.

use super::{
    hash::Sha,
    plans::{Known, Plans},
};
use crate::graphql::{
    error::Code,
    guard::{self, Costs, Refusal},
    limits::{Limits, NAME_BYTES},
    merge,
    reply::Problem,
    selection, single_root, tokens,
};
use async_graphql::{
    Positioned, Variables,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition, Selection},
    },
};
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

/// Bytes of the longest text that is kept, parsed or not; a longer one is parsed each time.
pub const LONGEST: usize = 64 * 1024;
/// What a token costs at most (an estimate): a selection in each of the two forms, in lists that grow by doubling, and its name.
const PER_TOKEN: usize = 4 * size_of::<Positioned<Selection>>() + 64;
/// What a document costs beside its tokens (an estimate).
const OVERHEAD: usize = 2 * 1024;

/// A parsed document.
pub struct Document {
    /// None if it is too long to be kept.
    hash: Option<Sha>,
    /// What it takes in memory, about.
    weight: u32,
    /// Not kept anywhere yet.
    new: AtomicBool,
    /// As the client wrote it.
    written: ExecutableDocument,
    /// Within which limits it is with any variables, and what its operations cost then.
    passed: OnceLock<(Limits, Costs)>,
    /// For each operation, whether its fields can be merged.
    mergeable: Vec<OnceLock<Result<(), Refusal>>>,
    /// As it is executed without the library.
    plans: Plans,
    /// As the library takes it.
    settled: OnceLock<Result<Arc<ExecutableDocument>, Refusal>>,
}

impl Document {
    /// Reads a text.
    pub fn parse(text: &str, hash: Option<Sha>, limits: &Limits) -> Result<Self, Problem> {
        let tokens = tokens::check(text, limits.tokens).map_err(|too_much| match too_much {
            tokens::TooMuch::Tokens => Problem::new(Code::QueryTooComplex, format!("the document has more than {} tokens", limits.tokens)),
            tokens::TooMuch::Name => Problem::new(Code::QueryTooComplex, format!("a name has more than {NAME_BYTES} letters")),
            tokens::TooMuch::Nesting => Problem::new(Code::QueryTooDeep, "the document's brackets are nested too deeply"),
        })?;
        let written = parse_query(text).map_err(|error| {
            let at = error.positions().next().map(|at| (at.line, at.column));
            // the library's message repeats the line; the position says the same in a few bytes
            let message = match at {
                Some((line, column)) => format!("the document cannot be parsed: unexpected text at line {line}, column {column}"),
                None => "the document cannot be parsed".to_owned(),
            };
            Problem::new(Code::GraphqlParseFailed, message).at(at)
        })?;
        let tokens = usize::try_from(tokens).unwrap_or(usize::MAX);
        let weight = tokens.saturating_mul(PER_TOKEN).saturating_add(OVERHEAD + text.len());
        Ok(Self {
            hash,
            weight: u32::try_from(weight).unwrap_or(u32::MAX),
            new: AtomicBool::new(true),
            mergeable: written.operations.iter().map(|_| OnceLock::new()).collect(),
            written,
            passed: OnceLock::new(),
            plans: Plans::default(),
            settled: OnceLock::new(),
        })
    }

    /// The hash of its text; none if it is too long to be kept.
    pub fn hash(&self) -> Option<Sha> {
        self.hash
    }

    /// What it takes in memory, about.
    pub(super) fn weight(&self) -> u32 {
        self.weight
    }

    /// Under which hash it is to be kept; none if it is kept already, or too long.
    pub(super) fn to_be_kept(&self) -> Option<Sha> {
        self.hash.filter(|_| self.new.swap(false, Ordering::Relaxed))
    }

    /// As the client wrote it.
    pub fn written(&self) -> &ExecutableDocument {
        &self.written
    }

    /// The guard's verdict, and what each operation costs. One that does not depend on variables is remembered.
    pub fn guarded(&self, variables: &Variables, limits: &Limits) -> Result<Costs, Refusal> {
        if let Some((within, costs)) = self.passed.get()
            && within == limits
        {
            return Ok(costs.clone());
        }
        let verdict = guard::check(&self.written, variables, limits)?;
        if !verdict.by_variables {
            let _passed_before = self.passed.set((*limits, verdict.costs.clone()));
        }
        Ok(verdict.costs)
    }

    /// Whether the fields of one of its operations can be merged. Only behind the guard.
    pub fn mergeable(&self, operation: &OperationDefinition) -> Result<(), Refusal> {
        let place = self.written.operations.iter().position(|(_, other)| std::ptr::eq(&raw const other.node, operation));
        let check = || merge::check(&self.written, operation);
        place.and_then(|place| self.mergeable.get(place)).map_or_else(check, |known| known.get_or_init(check).clone())
    }

    /// The plan of an operation of the settled document, and whether the library found nothing wrong with it. Only behind the guard.
    pub fn plan(
        &self,
        settled: &ExecutableDocument,
        name: Option<&str>,
        operation: &OperationDefinition,
        variables: &Variables,
    ) -> Option<Known> {
        self.plans.get(settled, name, operation, variables)
    }

    /// As the library takes it. Only behind the guard.
    pub fn settled(&self) -> Result<Arc<ExecutableDocument>, Refusal> {
        let settle = || {
            let mut document = self.written.clone();
            single_root::settle(&mut document)?;
            selection::add_hidden_types(&mut document);
            Ok(Arc::new(document))
        };
        self.settled.get_or_init(settle).clone()
    }
}
