//! The ledger and the advisor's table against the catalogue: what they look for is what workloads have.

use polystore_lab::{
    advise::Rules,
    claims::Ledger,
    counter,
    measure::new_id,
    result::Tier,
    site::{Site, SiteOptions},
};
use std::collections::BTreeMap;

#[test]
fn what_the_ledger_decides_by_is_in_the_catalogue_and_the_catalogue_names_its_claims() {
    let ledger = Ledger::own().unwrap();
    for workload in super::all() {
        let about = workload.about();
        let decided: Vec<&str> = ledger
            .claims
            .iter()
            .filter(|claim| claim.parts.iter().any(|part| part.test.place().workload == about.id))
            .map(|claim| claim.id.as_str())
            .collect();
        for claim in &decided {
            let known = ledger.claim(claim).unwrap();
            assert!(known.workloads.iter().any(|id| id == about.id));
        }
        for claim in about.claims {
            let named = ledger.claim(claim).is_some_and(|claim| claim.workloads.iter().any(|id| id == about.id));
            assert!(named, "{} says that it tests {claim}, and the ledger does not", about.id);
        }
    }
    let known: BTreeMap<_, Vec<_>> = super::all()
        .iter()
        .map(|workload| (workload.about().id, workload.cases().into_iter().map(|case| (case.id, case.sweep)).collect()))
        .collect();
    for claim in &ledger.claims {
        for part in &claim.parts {
            let place = part.test.place();
            let cases =
                known.get(place.workload.as_str()).unwrap_or_else(|| panic!("{}: {} is not in the catalogue", claim.id, place.workload));
            let case = cases.iter().find(|(id, _)| *id == place.case);
            let case = case.unwrap_or_else(|| panic!("{} {:?}: {} has no case {}", claim.id, part.name, place.workload, place.case));
            assert!(case.1 || !part.test.is_of_a_sweep(), "{} {:?}: {} is not swept", claim.id, part.name, place.case);
        }
    }
    // what is said not to be in the lab is not in it
    for claim in ledger.claims.iter().filter(|claim| claim.untested.as_ref().is_some_and(|text| text.contains("in the lab yet"))) {
        let absent = claim.workloads.iter().filter(|id| !known.contains_key(id.as_str()));
        assert!(absent.count() > 0, "{}: its workloads are all there", claim.id);
    }
}

#[tokio::test]
async fn arms_of_the_embedded_stores_have_the_names_that_are_looked_for() {
    let (ledger, rules) = (Ledger::own().unwrap(), Rules::own().unwrap());
    let folder = std::env::temp_dir().join(format!("polystore-lab-{}", new_id()));
    let site = Site::open(&new_id().to_lowercase().replace('-', ""), SiteOptions { folder: folder.clone(), ..SiteOptions::default() })
        .await
        .unwrap();
    let mut looked = 0;
    for workload in super::all() {
        let id = workload.about().id;
        let arms = workload.arms(&site).await.unwrap();
        let names: Vec<&str> = arms.iter().map(|arm| arm.about().name).collect();
        let stores = ["postgres", "mongodb", "redis", "graphql"];
        let parts = ledger.claims.iter().flat_map(|claim| &claim.parts).filter(|part| part.test.place().workload == id);
        let wanted = parts.flat_map(|part| part.test.arms()).map(str::to_owned);
        let patterns = rules.patterns.iter().filter(|pattern| pattern.workload == id).flat_map(|pattern| pattern.arms.values().cloned());
        for name in wanted.chain(patterns).filter(|name| !stores.iter().any(|store| name.starts_with(store))) {
            assert!(names.contains(&name.as_str()), "{id} has no arm {name:?}: {names:?}");
            looked += 1;
        }
        for pattern in rules.patterns.iter().filter(|pattern| pattern.workload == id) {
            for sized in &pattern.cases {
                let case = workload.cases().into_iter().find(|case| case.id == sized.case);
                let case = case.unwrap_or_else(|| panic!("{}: {id} has no case {}", pattern.id, sized.case));
                // a time is wanted of the case that is read; bytes are those of a write
                assert_eq!(case.tier != Tier::Read, pattern.counter.is_some(), "{}", pattern.id);
                assert!(pattern.counter.as_ref().is_none_or(|name| counter::metric_of(name).is_some()));
            }
        }
        for arm in arms {
            arm.unload().await.unwrap();
        }
    }
    site.close().await.unwrap();
    let _ = std::fs::remove_dir_all(folder);
    assert!(looked > 40, "only {looked} names were looked for");
}
