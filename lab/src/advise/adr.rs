//! The advice as a decision record in Markdown: what, why, at what price, until when.

use super::{
    Advice, Cited, Flip,
    answers::Answers,
    choose::{Choice, Standing, asked},
    enough::{Enough, HEADROOM, Until},
    form::{Form, QUESTIONS},
    rules::Rules,
    sayings,
};
use crate::claims::{Findings, Ledger, decide::run, measured::digits};
use std::fmt::Write;

/// All that goes into a record.
pub struct Adr<'a> {
    /// The table.
    pub rules: &'a Rules,
    /// What course texts say.
    pub ledger: &'a Ledger,
    /// What this machine's results say.
    pub findings: &'a Findings,
    /// The form.
    pub form: &'a Form,
    /// The answers.
    pub answers: &'a Answers,
    /// The advice.
    pub advice: &'a Advice,
    /// The day, as 2026-01-31.
    pub day: &'a str,
}

impl Adr<'_> {
    /// The record.
    pub fn text(&self) -> String {
        let mut text = format!("# Where `{}` is kept\n\n", self.answers.one("entity").replace('`', "'"));
        let _ = writeln!(text, "Proposed on {} by `polystore advise`, from five answers and the results of this machine.", self.day);
        for (title, body) in [
            ("Decision", self.decision()),
            ("How it was found", self.steps()),
            ("Evidence", self.evidence()),
            ("Not known", self.not_known()),
            ("What is given up", self.given_up()),
            ("Whatever the store", list(&self.advice.practices.iter().map(cited).collect::<Vec<_>>())),
            ("Reconsider when", self.reconsider()),
            ("Which answers matter", self.sensitivity()),
            ("What course texts say", self.sayings()),
            ("Outside the evidence", list(&self.rules.outside)),
            ("The answers", self.given()),
        ] {
            if !body.is_empty() {
                let _ = write!(text, "\n## {title}\n\n{body}");
            }
        }
        text
    }

    fn name<'b>(&'b self, candidate: &'b str) -> &'b str {
        self.rules.name_of(candidate)
    }

    fn asks<'b>(&'b self, pattern: &'b str) -> &'b str {
        self.rules.patterns.iter().find(|found| found.id == pattern).map_or(pattern, |found| &found.asks)
    }

    fn choice(&self) -> Option<&Choice> {
        self.advice.chosen.choice.as_ref()
    }

    /// The choice in one sentence.
    fn said(&self, choice: Option<&Choice>) -> String {
        let Some(choice) = choice else { return "no store of the table".to_owned() };
        let mut said = self.name(&choice.home).to_owned();
        for helper in &choice.helpers {
            let _ = write!(said, ", with a copy in {} for {}", self.name(&helper.candidate), helper.pattern);
        }
        said + match choice.standing {
            Standing::Enough => "",
            Standing::NotKnown => " (whether it is enough is not known here)",
            Standing::NotEnough if choice.helpers.is_empty() => " (which is not enough)",
            Standing::NotEnough => "",
            Standing::NotAsked => " (nothing that is asked chooses a store)",
        }
    }

    fn decision(&self) -> String {
        let Some(choice) = self.choice() else {
            return "No store of the table can give what is asked. The reasons stand below; one of the answers has to change.\n".to_owned();
        };
        let home = self.name(&choice.home);
        let mut text = match choice.standing {
            Standing::Enough => {
                format!("**{home}.** It gives the guarantees and is enough for all that is asked. No second store is needed.\n")
            }
            Standing::NotKnown => format!(
                "**{home}, until more is known.** It is the simplest store that gives the guarantees. Whether it is enough is not known on this machine; \
                 nothing that is known speaks against it.\n"
            ),
            Standing::NotAsked => {
                format!("**{home}.** It is the simplest store that gives the guarantees; nothing else that is asked chooses a store.\n")
            }
            Standing::NotEnough => format!("**{home}** is the home of the data. It is not enough for all that is asked.\n"),
        };
        for helper in &choice.helpers {
            let _ = write!(text, "\n**{}, as a copy**, for this: {}.\n", self.name(&helper.candidate), self.asks(&helper.pattern));
        }
        for unhelped in &self.advice.chosen.unhelped {
            let _ = write!(text, "\nNothing is advised for this: {}. {}.\n", self.asks(&unhelped.pattern), capital(&unhelped.why));
        }
        if let Some(beaten) = &self.advice.chosen.beaten {
            let _ = write!(
                text,
                "\n{} would be taken first. {home} costs no more to run and was better at everything that is asked.\n",
                self.name(beaten)
            );
        }
        let durability = self.answers.one("consistency.durability");
        if let Some(settings) = self.rules.candidate(&choice.home).and_then(|candidate| candidate.settings.get(durability)) {
            let _ = write!(text, "\nSettings that keep `{durability}`: {settings}.\n");
        }
        text
    }

    fn steps(&self) -> String {
        let mut text = String::from("1. Who cannot give what is asked is out, whatever its speed.\n");
        for out in &self.advice.out {
            let because: Vec<_> = out.because.iter().map(cited).collect();
            let _ = writeln!(text, "   - {} is out: {}", self.name(&out.candidate), because.join("; "));
        }
        if self.advice.out.is_empty() {
            text.push_str("   - Nobody is.\n");
        }
        let _ = writeln!(
            text,
            "2. The simplest that remains, and that the team runs already if there is one, is taken if it is enough at {HEADROOM} times the stated rate; each pattern is held against the whole rate."
        );
        for judged in &self.advice.chosen.judged {
            let word = match judged.enough {
                Enough::Yes { .. } => "enough",
                Enough::No(_) => "not enough",
                Enough::Unknown { .. } => "not known",
            };
            let _ = writeln!(text, "   - {}, {}: {word}", self.name(&judged.candidate), judged.pattern);
        }
        text.push_str("3. A second store is added only where the first was measured and is not enough, the other one was measured, is enough and faster, and copies may be late.\n");
        text
    }

    fn evidence(&self) -> String {
        let judged = self.advice.chosen.judged.iter().filter_map(|judged| match &judged.enough {
            Enough::Yes { figure, .. } => {
                Some(format!("{} is enough for {}: {}", self.name(&judged.candidate), judged.pattern, cited(figure)))
            }
            Enough::No(figure) => Some(format!("{} is not enough for {}: {}", self.name(&judged.candidate), judged.pattern, cited(figure))),
            Enough::Unknown { .. } => None,
        });
        let lines: Vec<String> = judged.chain(self.advice.promises.iter().map(cited)).collect();
        if lines.is_empty() { "None: no result of this machine bears on it.\n".to_owned() } else { list(&lines) }
    }

    fn not_known(&self) -> String {
        let line = |(why, workload): &(String, String)| match workload.as_str() {
            "" => format!("Not known: {why}"),
            workload => format!("Not known: {why}: run `{}`", run(&[workload])),
        };
        list(&self.advice.unknown.iter().map(line).collect::<Vec<_>>())
    }

    fn given_up(&self) -> String {
        let Some(choice) = self.choice() else { return String::new() };
        let mut lines = Vec::new();
        for id in std::iter::once(&choice.home).chain(choice.helpers.iter().map(|helper| &helper.candidate)) {
            let Some(candidate) = self.rules.candidate(id) else { continue };
            for line in candidate.gives_up.iter().map(|given_up| format!("{}: {given_up}", candidate.name)) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        if !choice.helpers.is_empty() {
            lines.extend(self.rules.second_store.iter().map(|cost| format!("A second store: {cost}")));
        }
        list(&lines)
    }

    /// Bounds on the answers, the tightest of each, as something that a program can read.
    fn reconsider(&self) -> String {
        let Some(choice) = self.choice() else { return String::new() };
        let mut bounds: Vec<&Until> = Vec::new();
        for pattern in asked(self.rules, self.answers) {
            let helper = choice.helpers.iter().find(|helper| helper.pattern == pattern.id);
            let candidate = helper.map_or(&choice.home, |helper| &helper.candidate);
            let Some(Enough::Yes { until, .. }) = self.advice.chosen.found(candidate, &pattern.id) else { continue };
            for bound in until {
                match bounds.iter_mut().find(|other| other.path == bound.path && other.above == bound.above) {
                    Some(other) if bound.above == (bound.bound < other.bound) => *other = bound,
                    Some(_) => {}
                    None => bounds.push(bound),
                }
            }
        }
        let mut text = String::new();
        if !bounds.is_empty() {
            let terms: Vec<_> = bounds
                .iter()
                .map(|until| format!("{} {} {}", until.path, if until.above { ">" } else { "<" }, plain(until.bound)))
                .collect();
            let _ = write!(text, "```text\nreconsider_if: {}\n```\n\n", terms.join(" || "));
        }
        let known = ["An answer below changes the advice and has come true."];
        let mut lines: Vec<String> = known.iter().map(|line| (*line).to_owned()).collect();
        if !self.advice.unknown.is_empty() {
            lines.push("What is not known has been run.".to_owned());
        }
        text + &list(&lines)
    }

    fn sensitivity(&self) -> String {
        if self.advice.flips.is_empty() {
            return "None: each answer was changed, one at a time, and the advice stayed.\n".to_owned();
        }
        let line = |flip: &Flip| format!("`{} = {}`: {}", flip.path, flip.value, self.said(flip.choice.as_ref()));
        let lines: Vec<_> = self.advice.flips.iter().map(line).collect();
        let mut questions: Vec<&str> = Vec::new();
        for question in self.advice.flips.iter().filter_map(|flip| flip.path.split_once('.')).map(|(question, _)| question) {
            if !questions.contains(&question) {
                questions.push(question);
            }
        }
        let still: Vec<_> = QUESTIONS.iter().map(|(question, _)| *question).filter(|question| !questions.contains(question)).collect();
        let still = if still.is_empty() { String::new() } else { format!(" No other answer to these does: {}.", still.join(", ")) };
        format!("Each answer was changed, one at a time. These change the advice.{still}\n\n{}", list(&lines))
    }

    fn sayings(&self) -> String {
        let lines = sayings::hold(self.rules, self.ledger, self.form, self.answers, self.findings, self.choice()).into_iter().map(|said| {
            let agrees = if said.agrees { "has it, too" } else { "does not have it" };
            format!(
                "{} [{}; {}] That is {}; this advice {agrees}. The claim is {} here.",
                said.sentence, said.claim, said.texts, said.stores, said.finding
            )
        });
        list(&lines.collect::<Vec<_>>())
    }

    fn given(&self) -> String {
        let mut text = String::from("| answer | value | |\n|---|---|---|\n");
        for field in &self.form.fields {
            let Some(value) = self.answers.value(field.path) else { continue };
            let assumed = if self.answers.is_assumed(field.path) { "assumed" } else { "" };
            let _ = writeln!(text, "| {} | {value} | {assumed} |", field.path);
        }
        text
    }
}

fn cited(sentence: &Cited) -> String {
    match (sentence.workload.as_str(), sentence.claim.as_str()) {
        ("", "") => sentence.text.clone(),
        ("", claim) => format!("{} [{claim}]", sentence.text),
        (workload, claim) => format!("{} [{workload}, {claim}]", sentence.text),
    }
}

fn list<T: AsRef<str>>(lines: &[T]) -> String {
    lines.iter().map(|line| format!("- {}\n", line.as_ref())).collect()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number that a program can read: three digits, no commas.
fn plain(number: f64) -> String {
    digits(number).replace(',', "")
}
