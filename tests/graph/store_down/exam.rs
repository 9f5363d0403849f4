//! One outage from its beginning to its end.

use super::{
    changes::Change,
    door::{Answer, Question, Tokens, get},
    measured,
    outage::Outage,
    page::{Outcome, Row, Shown},
    streams,
    town::{Town, person},
};
use crate::support::{shop::As, wiring::block_on};
use std::collections::BTreeMap;

/// A question in one of its ways, and its answer when all stores are there.
struct Read<'t> {
    row: &'t Row,
    shown: Shown,
    question: Question,
    tokens: Tokens,
    before: Answer,
}

/// What was not as the page says.
struct Wrong {
    outage: Outage,
    cells: Vec<String>,
}

impl Wrong {
    fn note(&mut self, when: &str, row: &Row, shown: Shown, why: &str) {
        self.cells.push(format!("{} {when}: {} as {} ({shown:?}): {why}", self.outage, row.name, row.who));
    }

    fn check(&mut self, row: &Row, shown: Shown, found: Result<Outcome, String>) {
        let expected = row.expected(self.outage, shown);
        match found {
            Ok(found) if found == *expected => {}
            Ok(found) => self.note("down", row, shown, &format!("{found}, not {expected}")),
            Err(why) => self.note("down", row, shown, &why),
        }
    }
}

/// The rows whose names begin so, each in all its ways.
fn ways(rows: &[Row], wanted: fn(&str) -> bool) -> impl Iterator<Item = (&Row, Shown)> {
    rows.iter().filter(move |row| wanted(&row.name)).flat_map(|row| row.ways().iter().map(move |shown| (row, *shown)))
}

/// The same work for many, by a few at once; the answers in the order of the items.
fn at_once<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    const HANDS: usize = 3;
    let (part, work) = (items.len().div_ceil(HANDS).max(1), &work);
    std::thread::scope(|scope| {
        let hands: Vec<_> = items.chunks(part).map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<_>>())).collect();
        hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect()
    })
}

/// The questions in all their ways, with what they are answered while all stores are there, which no way changes.
fn reads<'t>(town: &Town, rows: &'t [Row], tokens: &BTreeMap<As, Tokens>) -> Vec<Read<'t>> {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.name.ends_with(".graphql") || row.name.starts_with("Query.")).collect();
    let reads = at_once(&rows, |&row| {
        let (question, tokens) = (town.question(&row.name), &tokens[&person(&row.who)]);
        let before = town.ask(&question, tokens, row.ways()[0]);
        assert!(before.status == 200 && before.body.get("errors").is_none(), "{} as {}: {before:?}", row.name, row.who);
        let read = |shown: &Shown| Read { row, shown: *shown, question: question.clone(), tokens: tokens.clone(), before: before.clone() };
        row.ways().iter().map(read).collect::<Vec<_>>()
    });
    reads.into_iter().flatten().collect()
}

/// One outage; gives what was not as the page says.
pub fn go_through(town: &Town, outage: Outage, rows: &[Row]) -> Vec<String> {
    let (tag, tokens) = (outage.to_string().replace(' ', "-"), town.tokens());
    let mutations: Vec<_> = ways(rows, |name| name.starts_with("Mutation.")).collect();
    let changes: Vec<Change> = at_once(&mutations, |way| Change::new(town, &tokens, *way, &tag));
    let reads = reads(town, rows, &tokens);
    // reports are kept for a while: those of before would answer
    block_on(async { town.shop.stores.invalidate(&[]).await.unwrap() });

    town.lines.silence(outage);
    let first = measured::first_failures(town, outage);
    town.lines.cut(outage);
    the_server_lives_and_says_which_stores_are_gone(town, outage);

    let secrets = &town.lines.secrets;
    let mut wrong = Wrong { outage, cells: Vec::new() };
    let streams = streams::begin_all(town, ways(rows, |name| name.starts_with("Subscription.")), &tokens);
    let mut refusals = Vec::new();
    for Read { row, shown, question, tokens, before } in &reads {
        let answer = town.ask(question, tokens, *shown);
        refusals.extend((answer.status == 503).then_some(answer.took));
        wrong.check(row, *shown, answer.outcome(Some(before), outage, secrets));
    }
    let mut done = Vec::new();
    for change in &changes {
        let outcome = town.ask(&change.question, &change.tokens, change.shown).outcome(None, outage, secrets);
        done.push(!matches!(outcome, Ok(Outcome::Refused)));
        wrong.check(change.row, change.shown, outcome);
    }
    for stream in streams {
        wrong.check(stream.row, stream.shown, stream.outcome(outage, secrets));
    }

    town.lines.bring_back(outage);
    let back = measured::back(town, outage);
    let done: Vec<_> = changes.into_iter().zip(done).collect();
    for ((change, _), told) in done.iter().zip(at_once(&done, |(change, done)| change.afterwards(town, *done))) {
        if let Err(why) = told {
            wrong.note("back", change.row, change.shown, &why);
        }
    }
    let again: Vec<&Read> = reads.iter().filter(|read| read.shown == read.row.ways()[0]).collect();
    let answers = at_once(&again, |read| town.ask_as_clients_do(&read.question, &read.tokens, read.shown));
    for (read, answer) in again.into_iter().zip(answers).filter(|(_, answer)| answer.body.get("errors").is_some()) {
        wrong.note("back", read.row, read.shown, &answer.body.to_string());
    }
    measured::tell(outage, &first, refusals, back);
    wrong.cells
}

fn the_server_lives_and_says_which_stores_are_gone(town: &Town, outage: Outage) {
    assert_eq!(get(&town.door, "/livez"), (200, "ok\n".to_owned()), "{outage} down");
    let (status, ready) = get(&town.door, "/readyz");
    assert!(status == 200 && ready.matches("\"ok\":false").count() == outage.stores().len(), "{outage} down: {ready}");
}
