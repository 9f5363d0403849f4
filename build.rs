//! Builds the console in `web/` and writes the table of files that `src/http/assets.rs` embeds.
//!
//! With Node and npm the console is GraphiQL, built inside `OUT_DIR`, so that neither the source tree nor a read-only
//! checkout is written to. Without them, or when npm fails (offline, too old), the plain page of `web/fallback` takes its
//! place and one warning says so: a console must never be the reason that a server cannot be built.
//! `POLYSTORE_WEB=off` chooses the plain page without asking npm.

use std::error::Error;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fmt::Write as _, io, thread};

type Outcome<T> = Result<T, Box<dyn Error>>;

const SOURCES: [&str; 6] = ["package.json", "package-lock.json", ".npmrc", "vite.config.js", "index.html", "src"];
/// Reads with their budgets, then changes and subscriptions.
const SAMPLES: [&str; 2] = ["graphql/operations", "graphql/changes"];
const SHARED: [&str; 4] = ["operations.js", "receipt.js", "receipt.css", "transport.js"];

fn main() -> Outcome<()> {
    for source in SOURCES.iter().chain(&["fallback"]) {
        println!("cargo:rerun-if-changed=web/{source}");
    }
    for folder in SAMPLES {
        println!("cargo:rerun-if-changed={folder}");
    }
    println!("cargo:rerun-if-env-changed=POLYSTORE_WEB");

    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let wanted = env::var("POLYSTORE_WEB").map_or(true, |choice| choice != "off");
    let built = if wanted { graphiql(&out.join("web")) } else { Err("switched off".into()) };
    if let (true, Err(reason)) = (wanted, &built) {
        println!("cargo:warning=the binary gets the plain console instead of GraphiQL: {reason}");
    }
    let dist = if built.is_ok() { out.join("web/dist") } else { plain(&out.join("plain"))? };
    let page = fs::read_to_string(dist.join("index.html"))?;
    let block = r#"<script type="application/json" id="operations">"#;
    fs::write(out.join("index.html"), page.replace(&format!("{block}[]"), &format!("{block}{}", operations()?)))?;
    fs::write(out.join("assets.rs"), table(&out, &dist, built.is_ok())?)?;
    Ok(())
}

/// Builds `web/` in `work`, or finds there what an earlier run built from the same files.
fn graphiql(work: &Path) -> Outcome<()> {
    let mut fingerprint = DefaultHasher::new();
    let mut files = Vec::new();
    for source in SOURCES {
        let path = Path::new("web").join(source);
        files.extend(if path.is_dir() { list(&path)? } else { vec![path] });
    }
    for file in &files {
        fingerprint.write(file.to_string_lossy().as_bytes());
        fingerprint.write(&fs::read(file)?);
    }
    let stamp = format!("{:016x}", fingerprint.finish());
    if fs::read_to_string(work.join("stamp")).is_ok_and(|known| known == stamp) && work.join("dist/index.html").exists() {
        return Ok(());
    }
    let _ = fs::remove_file(work.join("stamp"));
    let _ = fs::remove_dir_all(work.join("src"));
    for file in &files {
        let copy = work.join(file.strip_prefix("web")?);
        fs::create_dir_all(copy.parent().unwrap_or(work))?;
        fs::write(copy, fs::read(file)?)?;
    }
    let lock = fs::read(work.join("package-lock.json"))?;
    if !fs::read(work.join("node_modules/installed-lock")).is_ok_and(|installed| installed == lock) {
        // Few and short retries: offline, npm would otherwise wait for minutes before it says so.
        let patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=30000"];
        npm(work, &[&["ci", "--include=dev", "--no-audit", "--no-fund", "--ignore-scripts"][..], &patience].concat())?;
        fs::write(work.join("node_modules/installed-lock"), lock)?;
    }
    npm(work, &["run", "build"])?;
    fs::write(work.join("stamp"), stamp)?;
    Ok(())
}

/// Runs npm to its end, at most three minutes; its output goes to a file beside the build.
fn npm(work: &Path, arguments: &[&str]) -> Outcome<()> {
    let log = work.join("npm.log");
    let output = File::create(&log)?;
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(arguments).current_dir(work).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let mut child = npm.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "npm is not installed".to_owned(),
        _ => format!("npm does not start: {error}"),
    })?;
    let deadline = Instant::now() + Duration::from_secs(180);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > deadline {
            child.kill()?;
            break child.wait()?;
        }
        thread::sleep(Duration::from_millis(50));
    };
    if status.success() {
        return Ok(());
    }
    let said = fs::read_to_string(&log).unwrap_or_default();
    let line = said.lines().find(|line| line.to_lowercase().contains("error")).unwrap_or("no error text");
    Err(format!("npm {} failed ({status}): {line}; all of it is in {}", arguments[0], log.display()).into())
}

/// Lays out the page that needs no build, together with the modules it shares with GraphiQL.
fn plain(site: &Path) -> Outcome<PathBuf> {
    fs::create_dir_all(site.join("assets"))?;
    fs::write(site.join("index.html"), fs::read("web/fallback/index.html")?)?;
    let own = ["plain.js", "plain.css"].map(|name| Path::new("web/fallback").join(name));
    for file in own.into_iter().chain(SHARED.map(|name| Path::new("web/src").join(name))) {
        fs::write(site.join("assets").join(file.file_name().ok_or("no file name")?), fs::read(&file)?)?;
    }
    Ok(site.to_owned())
}

/// The sample operations as JSON that may stand inside a script element.
fn operations() -> Outcome<String> {
    let mut items = Vec::new();
    let files = SAMPLES.map(|folder| list(Path::new(folder))).into_iter().collect::<Outcome<Vec<_>>>()?.concat();
    for file in files.iter().filter(|file| file.extension().is_some_and(|kind| kind == "graphql")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let variables = fs::read_to_string(file.with_extension("variables.json")).map_or("null".to_owned(), |text| quoted(text.trim_end()));
        items.push(format!(r#"{{"name":{},"query":{},"variables":{variables}}}"#, quoted(&name), quoted(&fs::read_to_string(file)?)));
    }
    Ok(format!("[{}]", items.join(",")))
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        '<' | '\u{0}'..='\u{1f}' => format!("\\u{:04x}", u32::from(c)),
        _ => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// The Rust text of `PAGE` and `ASSETS`; a file `NAME.gz` is the compressed form of `NAME`.
fn table(out: &Path, dist: &Path, hashed_names: bool) -> Outcome<String> {
    let entry = |file: &Path, immutable: bool| -> Outcome<String> {
        let (mut hash, bytes) = (DefaultHasher::new(), fs::read(file)?);
        hash.write(&bytes);
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let embed = |path: &Path| format!("include_bytes!({:?})", path.display().to_string());
        let gz = file.with_file_name(format!("{name}.gz"));
        let gzip = if gz.exists() { format!("Some({})", embed(&gz)) } else { "None".to_owned() };
        let (tag, bytes) = (format!("W/\"{:016x}\"", hash.finish()), embed(file));
        Ok(format!("Asset {{ name: {name:?}, etag: {tag:?}, immutable: {immutable}, bytes: {bytes}, gzip: {gzip} }}"))
    };
    let mut text = format!("static PAGE: Asset = {};\nstatic ASSETS: &[Asset] = &[\n", entry(&out.join("index.html"), false)?);
    for file in list(&dist.join("assets"))?.iter().filter(|file| file.extension().is_none_or(|kind| kind != "gz")) {
        writeln!(text, "    {},", entry(file, hashed_names)?)?;
    }
    Ok(text + "];\n")
}

/// The files of a folder by name, so that two builds of the same sources agree.
fn list(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}
