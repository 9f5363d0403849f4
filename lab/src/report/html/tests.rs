use super::*;
use crate::{result::SCHEMA_VERSION, workloads};

/// A result of a session with all passes, small and quick: see `docs/lab/`.
fn record() -> Record {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/sample.json");
    Record::parse(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_no_script() {
    let page = html(&record());
    for foreign in ["http://", "https://", "<script", "<link", "@import", "url(", "<img"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(page.len() < 400 * 1024, "{} bytes", page.len());
    assert!(page.contains("prefers-color-scheme: dark"));
}

#[test]
fn every_plot_has_a_text_and_every_case_its_verdicts_code_and_provenance() {
    let record = record();
    assert_eq!(record.schema_version, SCHEMA_VERSION);
    let page = html(&record);
    assert_eq!(page.matches("<svg").count(), page.matches("<desc>").count());
    assert!(page.matches("<svg").count() >= 4);
    for workload in &record.workloads {
        assert!(workloads::all().iter().any(|known| known.about().id == workload.id));
        for case in &workload.cases {
            for line in chain(case).iter().chain(&fit_lines(case)) {
                assert!(page.contains(&escaped(line)), "{line}");
            }
            for arm in case.arms.iter().filter(|arm| arm.again_of.is_none()) {
                assert!(page.contains(&escaped(arm.source.text.trim_end())), "{}", arm.name);
            }
        }
    }
    for (name, value) in provenance(&record) {
        assert!(page.contains(&format!("<dt>{}</dt><dd>{}</dd>", escaped(&name), escaped(&value))), "{name}");
    }
}

#[test]
fn text_of_a_store_is_text_and_not_markup() {
    let mut record = record();
    record.workloads[0].cases[0].arms[0].source.text = "SELECT '<b>\"&' < 1".to_owned();
    record.session.command.push("<i>".to_owned());
    let page = html(&record);
    assert!(page.contains("SELECT '&lt;b&gt;&quot;&amp;' &lt; 1") && !page.contains("<b>") && !page.contains("<i>"));
}

#[test]
fn the_sample_is_whole_and_its_verdicts_follow_from_its_blocks() {
    assert_eq!(crate::check::problems(&record()), [""; 0]);
}

#[test]
fn markdown_and_terminal_tell_the_same_verdicts() {
    let record = record();
    let (markdown, terminal) = (crate::report::markdown(&record), crate::report::terminal(&record));
    for case in record.workloads.iter().flat_map(|workload| &workload.cases) {
        for line in chain(case) {
            assert!(markdown.contains(&line) && terminal.contains(&line), "{line}");
        }
    }
}
