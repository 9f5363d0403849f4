//! How long work tells what it is doing: the lab here, and in the program seeding and imports, too. The terminal's bars are in its `commands`;
//! everybody else is silent.

/// Something that wants to hear about work.
pub trait Progress: Send + Sync {
    /// Work on `rows` rows of `what` begins. Several pieces of work may run at a time, so each has its own handle.
    fn start(&self, what: &str, rows: u64) -> Box<dyn Step>;
}

/// One piece of work.
pub trait Step: Send + Sync {
    /// `rows` more are done.
    fn advance(&self, rows: u64);

    /// All is done.
    fn finish(&self);
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str, _: u64) -> Box<dyn Step> {
        Box::new(Self)
    }
}

impl Step for Silent {
    fn advance(&self, _: u64) {}

    fn finish(&self) {}
}
