//! A folder to run the program in, and what becomes of a run.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// The password in all URLs of these tests: it must not be printed.
pub const PASSWORD: &str = "hunter2";
/// What no run of any test may print: passwords of its stores and of its people, and the hashes of these.
const SECRETS: [&str; 4] = [PASSWORD, "a long password", "correct horse battery", "$argon2"];
/// Longest that a run may take that is to end by itself, and a start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The folder that a user stands in: `.env` and `./data` are there.
pub struct Home(tempfile::TempDir);

/// A run that is over.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
    pub took: Duration,
}

/// A run that goes on.
pub struct Running {
    child: Child,
    start: Instant,
    out: Stream,
    err: Stream,
}

/// What was printed so far.
struct Stream {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// Whatever a run was about, it told none of the [`SECRETS`].
pub fn tells_no_secret(out: &str, err: &str) {
    for secret in SECRETS {
        assert!(!out.contains(secret) && !err.contains(secret), "{secret:?} was told: {out:?} {err:?}");
    }
}

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path().join(name), bytes).unwrap();
    }

    /// Every file and folder in it, with its length.
    pub fn content(&self) -> Vec<(String, u64)> {
        let (mut found, mut folders) = (Vec::new(), vec![self.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let length = if path.is_dir() { 0 } else { path.metadata().unwrap().len() };
                found.push((path.strip_prefix(self.path()).unwrap().display().to_string(), length));
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }

    /// Begins a run with these variables and no others.
    pub fn start(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Running {
        let mut command = Command::new(env!("CARGO_BIN_EXE_polystore"));
        command.env_clear().envs(variables.iter().copied()).args(arguments).current_dir(self.path());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, err) = (Stream::of(child.stdout.take().unwrap()), Stream::of(child.stderr.take().unwrap()));
        Running { child, start: Instant::now(), out, err }
    }

    /// A run to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.start(&[], arguments).end()
    }

    /// The same with variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
        self.start(variables, arguments).end()
    }

    /// A server on a free port.
    pub fn serve(&self, arguments: &[&str]) -> Running {
        self.start(&[("POLYSTORE_LISTEN", "127.0.0.1:0")], arguments)
    }
}

impl Ended {
    /// Ended well.
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// Refused with this many messages, and each of these texts in them: told on stderr alone, without panic or password.
    pub fn refused(&self, messages: usize, holding: &[&str]) {
        assert!(self.code.is_some_and(|code| code != 0), "{self:?}");
        assert_eq!(self.out, "", "{self:?}");
        assert!(self.err.starts_with("error: "), "{self:?}");
        assert_eq!(self.err.lines().filter(|line| line.starts_with("error: ")).count(), messages, "{self:?}");
        for text in holding {
            assert!(self.err.contains(text), "no {text:?} in {self:?}");
        }
        self.is_clean();
    }

    /// Neither a panic nor a password nor colours for a terminal that is not there.
    pub fn is_clean(&self) {
        for text in ["panicked", PASSWORD, "\u{1b}["] {
            assert!(!self.err.contains(text) && !self.out.contains(text), "{text:?} in {self:?}");
        }
    }

    /// The value of a line `NAME=value`.
    pub fn setting(&self, name: &str) -> &str {
        let line = self.out.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

impl Running {
    /// The address that the server tells; it has to come.
    pub fn address(&mut self) -> String {
        self.wait_for("the address", |run| run.printed().contains("endpoint  http"));
        let printed = self.printed();
        let line = printed.lines().find_map(|line| line.trim().strip_prefix("endpoint  ")).unwrap();
        line.split_once("://").unwrap().1.trim_end_matches("/graphql").to_owned()
    }

    pub fn wait_for(&mut self, what: &str, mut come: impl FnMut(&Self) -> bool) {
        while !come(self) {
            // what it printed last may arrive after its end
            let over = self.child.try_wait().unwrap();
            if over.is_some() {
                self.join();
            }
            let told = || format!("{what} did not come ({over:?}): {:?} {:?}", self.printed(), self.complained());
            assert!(come(self) || (over.is_none() && self.start.elapsed() < PATIENCE), "{}", told());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn printed(&self) -> String {
        self.out.text.lock().unwrap().clone()
    }

    pub fn complained(&self) -> String {
        self.err.text.lock().unwrap().clone()
    }

    pub fn since_start(&self) -> Duration {
        self.start.elapsed()
    }

    /// Of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends a signal: `-TERM`, `-KILL`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end that is to come by itself.
    pub fn end(mut self) -> Ended {
        let begun = Instant::now();
        while self.is_running() {
            assert!(begun.elapsed() < PATIENCE, "still running: {:?} {:?}", self.printed(), self.complained());
            std::thread::sleep(Duration::from_millis(5));
        }
        let took = self.start.elapsed();
        let code = self.child.wait().unwrap().code();
        self.join();
        tells_no_secret(&self.printed(), &self.complained());
        Ended { code, out: self.printed(), err: self.complained(), took }
    }

    /// Stops it as a service manager does.
    pub fn stop(self) -> Ended {
        self.signal("-TERM");
        self.end()
    }

    fn join(&mut self) {
        for stream in [&mut self.out, &mut self.err] {
            if let Some(reader) = stream.reader.take() {
                reader.join().unwrap();
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _over_already = self.child.kill();
        let _ = self.child.wait();
        if !std::thread::panicking() {
            tells_no_secret(&self.printed(), &self.complained());
        }
    }
}

impl Stream {
    fn of(source: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let into = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            let (mut source, mut line) = (BufReader::new(source), Vec::new());
            while source.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                into.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { text, reader: Some(reader) }
    }
}
