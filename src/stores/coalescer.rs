//! Where the loaders of one program keep what waits for a common call: with the stores, since those who share calls share them. How calls are shared
//! is in [`crate::loaders::coalesce`].

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// A call that takes longer does not hold up the batches that wait for it: the next one is sent beside it. A store that is well answers
/// most calls in a tenth of it.
const PATIENCE: Duration = Duration::from_millis(10);

/// What joins batches of several requests.
pub struct Coalescer {
    /// Batches of a viewer who may read past a cache join those of the same viewer only.
    pub by_viewer: bool,
    /// How long a call may hold up those that wait; none: each batch is sent on its own.
    pub patience: Option<Duration>,
    /// One of each type.
    kept: RwLock<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

impl Coalescer {
    /// With `by_viewer` a customer's batches join their own only: for stores behind a cache that those who just wrote read past.
    pub fn new(by_viewer: bool) -> Self {
        Self { by_viewer, patience: Some(PATIENCE), kept: RwLock::default() }
    }

    /// The same with calls that may hold up others for so long.
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience: Some(patience), ..self }
    }

    /// One that sends each batch on its own.
    pub fn off() -> Self {
        Self { by_viewer: false, patience: None, kept: RwLock::default() }
    }

    /// The one value of this type that is kept here.
    pub fn of<T: Any + Default + Send + Sync>(&self) -> Arc<T> {
        let known = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&TypeId::of::<T>()).cloned();
        let kept = known.unwrap_or_else(|| {
            let mut all = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            all.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default())).clone()
        });
        // by its type: it cannot be another
        kept.downcast().unwrap_or_default()
    }
}
