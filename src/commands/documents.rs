//! `polystore documents build`: makes the manifest of trusted documents from a folder; and how the server reads it.

use super::Failure;
use crate::{
    config::Config,
    graphql::documents::{
        check::{Checker, Fault},
        document::LONGEST,
        manifest::{self, Manifest},
        trusted::{Mode, Trusted},
    },
};
use clap::{Args, Subcommand};
use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// What to do with documents.
#[derive(Args, Clone, Debug)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    /// Check the documents of folders, and write the manifest that POLYSTORE_TRUSTED_MANIFEST names
    Build {
        /// Folders with files NAME.graphql or NAME.gql, one document each
        #[arg(required = true, value_name = "FOLDER")]
        folders: Vec<PathBuf>,
        /// The manifest [default: standard output]
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Exit code when documents cannot be trusted.
const BAD_DOCUMENTS: u8 = 2;
/// Folders within folders.
const DEEPEST: usize = 16;

/// Builds the manifest, or lists all that is wrong with the documents.
pub async fn run(config: &Config, options: &Options) -> Result<ExitCode, Failure> {
    let What::Build { folders, output } = &options.what;
    let (manifest, wrong) = build(folders, &Checker::new(config.limits)).await?;
    if !wrong.is_empty() {
        let lines: String = wrong.iter().map(|line| format!("error: {line}\n")).collect();
        // whoever started us may have closed stderr: the exit code says it, too
        let _ = io::stderr().lock().write_all(lines.as_bytes());
        return Ok(ExitCode::from(BAD_DOCUMENTS));
    }
    let json = manifest.to_json().map_err(|error| Failure::Told(format!("the manifest cannot be written: {error}")))?;
    match output {
        Some(file) => {
            fs::write(file, json).map_err(|error| Failure::Told(format!("--output: cannot write {}: {error}", file.display())))?;
            super::print(&format!("{} documents in {}\n", manifest.len(), file.display()))?;
        }
        None => super::print(&json)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The trusted documents of the settings, or all that is wrong with them.
pub async fn trusted(config: &Config) -> Result<Trusted, Failure> {
    let Some(file) = config.trusted_manifest.as_deref().filter(|_| config.trusted_documents != Mode::Off) else {
        return Ok(Trusted::default());
    };
    let told = |why: String| Failure::Told(format!("--trusted-manifest / POLYSTORE_TRUSTED_MANIFEST: {}: {why}", file.display()));
    let json = text(file, manifest::MOST_BYTES).map_err(told)?;
    let manifest = Manifest::from_json(&json).map_err(told)?;
    let loaded = Trusted::load(config.trusted_documents, manifest, &Checker::new(config.limits)).await;
    loaded.map_err(|wrong| {
        let lines = wrong.into_iter().map(|(name, fault)| format!("{name}: {fault}"));
        told(lines.collect::<Vec<_>>().join("\nerror: "))
    })
}

/// The manifest of the good documents, and what is wrong with the others.
async fn build(folders: &[PathBuf], checker: &Checker) -> Result<(Manifest, Vec<String>), Failure> {
    let (mut manifest, mut wrong) = (Manifest::default(), Vec::new());
    let mut names = std::collections::HashSet::new();
    for folder in folders {
        let mut files = Vec::new();
        collect(folder, 0, &mut files).map_err(|error| Failure::Told(format!("cannot read {}: {error}", folder.display())))?;
        files.sort();
        if files.is_empty() {
            return Err(Failure::Told(format!("{} has no files .graphql or .gql", folder.display())));
        }
        for file in files {
            let text = match text(&file, LONGEST as u64) {
                Ok(text) => text,
                Err(why) => {
                    wrong.push(format!("{}: {why}", file.display()));
                    continue;
                }
            };
            if let Err(faults) = checker.check(&text).await {
                wrong.extend(faults.iter().map(|fault| line(&file, fault)));
                continue;
            }
            let name = name(folder, &file);
            if !names.insert(name.clone()) {
                wrong.push(format!("{}: there is another document of the name {name:?}", file.display()));
            } else if let Err(why) = manifest.add(name, text) {
                wrong.push(format!("{}: {why}", file.display()));
            }
        }
    }
    Ok((manifest, wrong))
}

fn collect(folder: &Path, depth: usize, into: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // a link to a folder is not followed: it may lead in a circle
        if entry.file_type()?.is_dir() {
            if depth < DEEPEST {
                collect(&path, depth + 1, into)?;
            }
        } else if path.extension().is_some_and(|end| end == "graphql" || end == "gql") {
            into.push(path);
        }
        if into.len() > manifest::MOST {
            return Err(io::Error::other(format!("it has more than {} documents", manifest::MOST)));
        }
    }
    Ok(())
}

/// A file's text; at most so long, whatever the file is.
pub(super) fn text(file: &Path, most: u64) -> Result<String, String> {
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(most.saturating_add(1)).read_to_string(&mut text));
    read.map_err(|error| format!("cannot be read: {error}"))?;
    if text.len() as u64 > most { Err(format!("it is longer than {most} bytes")) } else { Ok(text) }
}

/// The path below the folder, with dots between its parts and without the ending.
fn name(folder: &Path, file: &Path) -> String {
    let below = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(".")
}

/// As compilers write it, so that editors find the place.
fn line(file: &Path, fault: &Fault) -> String {
    match fault.at {
        Some((line, column)) => format!("{}:{line}:{column}: {}", file.display(), fault.message),
        None => format!("{}: {}", file.display(), fault.message),
    }
}
