use super::*;
use crate::selftest::{Planted, planted};
use std::time::Instant;

fn case() -> Case {
    Case::read("echo", "Echo")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_stands_still_shows_in_times_from_the_intended_start() {
    let arm = planted(Planted::Stall { after: 50, pause: Duration::from_millis(500) });
    let inputs = vec![serde_json::json!({ "n": 1 })];
    let offered = Paced { per_second: 200.0, time: Duration::from_secs(2), share: 0.5 };
    let point = paced(&arm, &case(), &inputs, offered, super::super::draw::Draw::new(1, "stall")).await.unwrap();
    assert!(point.intended > 300, "{point:?}");
    assert!(point.p99_us > 300_000.0, "half a second of standing still is in the tail: {point:?}");
    let calm = planted(Planted::Honest);
    let point = paced(&calm, &case(), &inputs, offered, super::super::draw::Draw::new(1, "stall")).await.unwrap();
    assert!(point.p99_us < 300_000.0 && point.failed == 0, "{point:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupted_session_is_partial_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open("cut", SiteOptions { folder: folder.path().to_owned(), ..SiteOptions::default() }).await.unwrap();
    let cancel = CancellationToken::new();
    let plan = Plan {
        workloads: crate::workloads::all().into_iter().filter(|workload| workload.about().id == "W16").collect(),
        site: &site,
        effort: Effort { size: Some(500), ..Effort::quick() },
        seed: 1,
        command: vec!["polystore".to_owned()],
        id: new_id(),
        progress: &Silent,
        cancel: cancel.clone(),
    };
    let stop = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        cancel.cancel();
    });
    let begin = Instant::now();
    let mut kept = None;
    let record = plan.run(|record| {
        kept = Some(record.to_json()?);
        Ok(())
    });
    let record = record.await.unwrap();
    stop.await.unwrap();
    assert!(record.session.partial && record.session.finished.is_some());
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    assert_eq!(Record::parse(&kept.unwrap()).unwrap(), record, "what was kept is whole and can be read");
    site.close().await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn words_and_signs_are_counted_and_comments_are_not() {
    assert_eq!(tokens("SELECT a_1, b\n-- not this\nFROM t"), 6);
}

#[test]
fn ids_sort_by_time_and_differ() {
    let (one, other) = (new_id(), new_id());
    assert!(one != other && one.len() == "20261127T192105-1a2b3c4d".len(), "{one}");
}
