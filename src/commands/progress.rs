//! Progress on stderr: bars on a terminal, plain lines anywhere else.

use crate::progress::{Progress, Step};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal, Write},
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Shows work to the person at the terminal, or to the log that stderr goes to.
pub struct Stderr {
    bars: Option<MultiProgress>,
}

impl Stderr {
    /// Looks at stderr once: a terminal gets bars.
    pub fn new() -> Self {
        Self { bars: std::io::stderr().is_terminal().then(MultiProgress::new) }
    }
}

impl Default for Stderr {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Stderr {
    fn start(&self, what: &str, rows: u64) -> Box<dyn Step> {
        let Some(bars) = &self.bars else {
            return Box::new(Line { what: what.to_owned(), done: AtomicU64::new(0), since: Instant::now() });
        };
        let bar = bars.add(ProgressBar::new(rows));
        if let Ok(style) = ProgressStyle::with_template("{msg:>14} {bar:30} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        Box::new(Bar(bar))
    }
}

struct Bar(ProgressBar);

impl Step for Bar {
    fn advance(&self, rows: u64) {
        self.0.inc(rows);
    }

    fn finish(&self) {
        self.0.finish();
    }
}

struct Line {
    what: String,
    done: AtomicU64,
    since: Instant,
}

impl Step for Line {
    fn advance(&self, rows: u64) {
        self.done.fetch_add(rows, Ordering::Relaxed);
    }

    fn finish(&self) {
        let (done, seconds) = (self.done.load(Ordering::Relaxed), self.since.elapsed().as_secs_f64());
        // a closed stderr is no reason to stop the work
        let _ = writeln!(std::io::stderr(), "{}: {done} rows in {seconds:.1} s", self.what);
    }
}
