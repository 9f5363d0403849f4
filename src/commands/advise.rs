//! `polystore advise`: five questions, and a decision record from the rule table and this machine's results. Asks no store.

use super::{Failure, compare::claims::of_this_machine, print};
use crate::config::Config;
use clap::Args;
use polystore_lab::{
    advise::{Answers, Form, Rules, adr::Adr, advise},
    claims::{Findings, Ledger},
};
use std::{
    fs,
    io::{IsTerminal, stderr, stdin},
    path::{Path, PathBuf},
};

/// Longest file of answers that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Where the answers come from.
#[derive(Args, Debug)]
pub struct Options {
    /// Answers in TOML, as docs/lab/advise.example.toml [default: ask on the terminal]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
}

/// Prints the record in Markdown.
pub fn run(config: &Config, options: &Options) -> Result<(), Failure> {
    let ledger = Ledger::own().map_err(Failure::Told)?;
    let rules = Rules::own().map_err(Failure::Told)?;
    let form = Form::new(&rules);
    let answers = match &options.from {
        Some(file) => from_file(&form, file)?,
        None if stdin().is_terminal() => {
            Answers::ask(&form, &mut stdin().lock(), &mut stderr().lock()).map_err(|error| Failure::Told(error.to_string()))?
        }
        None => {
            let message = "there is no terminal to ask on: give --from FILE, as docs/lab/advise.example.toml";
            return Err(Failure::Told(message.to_owned()));
        }
    };
    let findings = Findings::newest(&of_this_machine(config));
    let advice = advise(&rules, &ledger, &form, &answers, &findings);
    let day = chrono::Utc::now().format("%Y-%m-%d").to_string();
    let adr = Adr { rules: &rules, ledger: &ledger, findings: &findings, form: &form, answers: &answers, advice: &advice, day: &day };
    print(&adr.text())
}

fn from_file(form: &Form, file: &Path) -> Result<Answers, Failure> {
    let failed = |error: std::io::Error| Failure::Told(format!("cannot read {}: {error}", file.display()));
    if fs::metadata(file).map_err(failed)?.len() > LONGEST {
        return Err(Failure::Told(format!("{} is longer than {LONGEST} bytes", file.display())));
    }
    let text = fs::read_to_string(file).map_err(failed)?;
    let told =
        |wrong: Vec<String>| wrong.iter().map(|sentence| format!("{}: {sentence}", file.display())).collect::<Vec<_>>().join("\nerror: ");
    Answers::from_toml(form, &text).map_err(|wrong| Failure::Told(told(wrong)))
}
