//! A record as one page that needs nothing else: no script, no network, light and dark.

use super::{
    plot::{dots, escaped, percentiles, sweep_counters, sweep_times},
    table::{Table, arms_table, chain, counter_lines, fit_lines, noise_line, provenance, title},
};
use crate::{
    result::{ArmRecord, CaseRecord, Finding, Record, WorkloadRecord},
    verdict::{duration, sentence},
};
use std::fmt::Write as _;

/// The page.
pub fn html(record: &Record) -> String {
    let mut out = String::with_capacity(128 * 1024);
    let heading = "polystore compare: the same work, side by side";
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{heading}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n<h1>{heading}</h1>\n",
        include_str!("page.css")
    );
    head(&mut out, record);
    for workload in &record.workloads {
        self::workload(&mut out, workload);
    }
    claims(&mut out, record);
    let _ = write!(
        out,
        "<section id=\"made\">\n<h2>How this was made</h2>\n<p>Every verdict can be made again from the raw blocks in the JSON beside this page: \
         <code>polystore compare check FILE</code>.</p>\n{}</section>\n</main>\n</body>\n</html>\n",
        pairs(&provenance(record))
    );
    out
}

fn head(out: &mut String, record: &Record) {
    let (session, machine) = (&record.session, &record.environment);
    let _ = writeln!(
        out,
        "<p class=\"lead\">{} on {}, {} cores. <code>{}</code></p>",
        escaped(&session.started),
        escaped(machine.cpu.as_deref().unwrap_or(&machine.system)),
        machine.cores,
        escaped(&session.command.join(" "))
    );
    for warning in &machine.warnings {
        let _ = writeln!(out, "<p class=\"warning\">{}</p>", escaped(warning));
    }
    if session.partial {
        out.push_str("<p class=\"warning\">This session was interrupted: what is here holds, the rest is missing.</p>\n");
    }
    out.push_str("<nav><ul>\n");
    for workload in &record.workloads {
        let _ = writeln!(out, "<li><a href=\"#{0}\">{0} {1}</a></li>", escaped(&workload.id), escaped(&workload.title));
    }
    out.push_str("</ul></nav>\n");
}

fn workload(out: &mut String, workload: &WorkloadRecord) {
    let _ = writeln!(
        out,
        "<section id=\"{0}\">\n<h2>{0} {1}</h2>\n<p class=\"question\">{2}</p>\n<p>All arms held the same {3} rows of data.</p>",
        escaped(&workload.id),
        escaped(&workload.title),
        escaped(&workload.question),
        workload.size
    );
    if !workload.missing_stores.is_empty() {
        let _ = writeln!(out, "<p>Not here, because no server was named: {}.</p>", workload.missing_stores.join(", "));
    }
    for case in &workload.cases {
        self::case(out, workload, case);
    }
    let _ = writeln!(out, "<p><strong>What would change this:</strong> {}</p>\n</section>", escaped(&workload.would_change));
}

fn case(out: &mut String, workload: &WorkloadRecord, case: &CaseRecord) {
    let _ = writeln!(out, "<article>\n<h3>{}</h3>", escaped(&title(workload, case)));
    list(out, "verdicts", &chain(case));
    figure(
        out,
        dots(case),
        "Dot: median. Thick: medians of blocks. Thin: 5th to 99th of 100 operations. Mark: the driver's round trip without work.",
    );
    out.push_str(&table(&arms_table(case)));
    list(out, "counted", &counter_lines(case));
    if let Some(noise) = noise_line(case) {
        let rounds = format!("{} rounds, paired blocks in shuffled order. {noise}", case.rounds);
        let _ = writeln!(out, "<p class=\"note\">{}</p>", escaped(&rounds));
    }
    for arm in &case.arms {
        if let Some(found) = arm.answers.as_ref().and_then(|answers| answers.difference.as_ref()) {
            let line =
                format!("{} differs at {} ({}): expected {}, found {}", arm.name, found.path, found.seen, found.expected, found.found);
            let _ = writeln!(out, "<p class=\"warning\">{}</p>", escaped(&line));
        }
    }
    if case.sweep.is_some() {
        figure(out, sweep_counters(case), "What the stores counted for one operation, by size; both axes logarithmic.");
        figure(out, sweep_times(case), "Time of one operation by size; both axes logarithmic.");
        list(out, "growth", &fit_lines(case));
    }
    if let Some(plot) = percentiles(case) {
        details(out, "Tails", &format!("<figure>{plot}</figure>"));
    }
    let open = open_loop(case);
    if !open.rows.is_empty() {
        details(out, "Open loop: time from the intended start", &table(&open));
    }
    let all: Vec<String> = case.verdicts.iter().map(sentence).collect();
    if !all.is_empty() {
        let mut text = String::new();
        list(&mut text, "verdicts", &all);
        details(out, &format!("All {} pairs", all.len()), &text);
    }
    details(out, "Code, plans and settings", &code(case));
    out.push_str("</article>\n");
}

fn figure(out: &mut String, plot: Option<String>, caption: &str) {
    if let Some(plot) = plot {
        let _ = writeln!(out, "<figure>{plot}<figcaption>{}</figcaption></figure>", escaped(caption));
    }
}

fn list(out: &mut String, class: &str, lines: &[String]) {
    if !lines.is_empty() {
        let items: String = lines.iter().map(|line| format!("<li>{}</li>", escaped(line))).collect();
        let _ = writeln!(out, "<ul class=\"{class}\">{items}</ul>");
    }
}

fn details(out: &mut String, summary: &str, inner: &str) {
    let _ = writeln!(out, "<details><summary>{}</summary>\n{inner}</details>", escaped(summary));
}

fn table(table: &Table) -> String {
    let heads: String = table.columns.iter().map(|cell| format!("<th scope=\"col\">{}</th>", escaped(cell))).collect();
    let cells = |row: &Vec<String>| -> String { row.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect() };
    let rows: String = table.rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(row))).collect();
    format!("<div class=\"wide\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n")
}

fn pairs(rows: &[(String, String)]) -> String {
    let rows: String = rows.iter().map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value))).collect();
    format!("<dl>\n{rows}</dl>\n")
}

fn open_loop(case: &CaseRecord) -> Table {
    let columns = ["arm", "load", "a second", "p50", "p99", "p99 of service alone", "failed", "note"].map(str::to_owned).to_vec();
    let row = |arm: &ArmRecord, point: &crate::result::OpenPoint| {
        vec![
            arm.name.clone(),
            format!("{:.0} % of the slowest", point.share * 100.0),
            format!("{:.0}", point.per_second),
            duration(point.p50_us),
            duration(point.p99_us),
            duration(point.service_p99_us),
            point.failed.to_string(),
            point.void.clone().map(|why| format!("void: {why}")).unwrap_or_default(),
        ]
    };
    Table { columns, rows: case.arms.iter().flat_map(|arm| arm.open.iter().map(move |point| row(arm, point))).collect() }
}

/// The arms side by side: what they keep, what they run, how their store ran it.
fn code(case: &CaseRecord) -> String {
    let mut out = String::from("<div class=\"side\">\n");
    for arm in case.arms.iter().filter(|arm| arm.again_of.is_none()) {
        let _ = write!(
            out,
            "<div>\n<h4>{}</h4>\n<p>{} ({}); {} tokens of {}</p>\n<pre tabindex=\"0\"><code>{}</code></pre>\n",
            escaped(&arm.name),
            escaped(&arm.model),
            escaped(&arm.variant),
            arm.source.tokens,
            escaped(&arm.source.language),
            escaped(arm.source.text.trim_end())
        );
        if let Some(plan) = &arm.plan {
            let _ = write!(out, "<p>Plan ({:?})</p>\n<pre tabindex=\"0\">{}</pre>\n", plan.class, escaped(&plan.text));
        }
        if let Some(evidence) = &arm.evidence {
            let settings: Vec<String> = evidence.settings.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            let _ = writeln!(out, "<p>Promise: {}. Read back: {}</p>", evidence.tier.name(), escaped(&settings.join(", ")));
        }
        out.push_str("</div>\n");
    }
    out + "</div>\n"
}

fn claims(out: &mut String, record: &Record) {
    if record.claims.is_empty() {
        return;
    }
    let word = |finding| match finding {
        Finding::Reproduced => "reproduced",
        Finding::ReproducedUnderConditions => "reproduced under conditions",
        Finding::NotReproduced => "not reproduced",
        Finding::NotTestableHere => "not testable on one machine",
        Finding::NotRun => "not run",
    };
    let rows = record.claims.iter().map(|claim| {
        let [sources, workloads] = [&claim.sources, &claim.workloads].map(|list| list.join(" "));
        vec![claim.id.clone(), claim.claim.clone(), sources, word(claim.finding).to_owned(), claim.figure.clone(), workloads]
    });
    let columns = ["", "claim", "text", "finding", "figure", "workloads"].map(str::to_owned).to_vec();
    let _ = writeln!(
        out,
        "<section id=\"claims\">\n<h2>What course texts say</h2>\n{}</section>",
        table(&Table { columns, rows: rows.collect() })
    );
}

#[cfg(test)]
mod tests;
