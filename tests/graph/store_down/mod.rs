//! Every operation, while each store is down and while all three are: it answers as `docs/store-down.md` says.
//!
//! On real stores behind proxies. Each outage is one silence and one cut, and everything is asked during it.

mod changes;
mod door;
mod exam;
mod measured;
mod names;
mod outage;
mod page;
mod questions;
mod streams;
mod town;

use crate::support::wiring::real_engines;
use exam::go_through;
use outage::Outage;
use page::rows;
use std::collections::BTreeSet;
use town::Town;

#[test]
fn every_operation_and_every_root_field_has_a_row_and_every_row_its_operation() {
    // behind the first word a row may say more
    let in_page: BTreeSet<_> = rows().into_iter().map(|row| row.name.split(' ').next().unwrap().to_owned()).collect();
    let there_are = names::names();
    let (new, gone): (Vec<_>, Vec<_>) = (there_are.difference(&in_page).collect(), in_page.difference(&there_are).collect());
    assert!(new.is_empty(), "docs/store-down.md has no row for {new:?}");
    assert!(gone.is_empty(), "docs/store-down.md has rows for {gone:?}, which are not there");
}

#[test]
fn every_operation_answers_every_outage_as_the_page_says() {
    if real_engines().is_none() {
        return;
    }
    let (town, rows) = (Town::new(), rows());
    let wrong: Vec<String> = Outage::ALL.iter().flat_map(|outage| go_through(&town, *outage, &rows)).collect();
    assert!(wrong.is_empty(), "{} wrong cells:\n{}", wrong.len(), wrong.join("\n"));
}
