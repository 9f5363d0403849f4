//! `testbed COMMAND [ARGUMENT…]`: starts the three stores in containers, runs the command against them, removes them.
//!
//! Exits with the command's status; with 125 when the stores could not be started, as container engines do.

mod stores;

use std::{
    env,
    ffi::OsString,
    io,
    process::{ExitStatus, exit},
};
use stores::Stores;
use tokio::{
    process::{Child, Command},
    signal::unix::{Signal, SignalKind, signal},
};

const NOT_STARTED: i32 = 125;

#[tokio::main]
async fn main() {
    let mut arguments = env::args_os().skip(1);
    let Some(command) = arguments.next() else {
        eprintln!("usage: testbed COMMAND [ARGUMENT…]");
        exit(2);
    };
    // leaving by `exit` skips the destructors of the containers: they are removed by their label, whatever happened
    exit(run(command, arguments.collect()).await)
}

async fn run(command: OsString, arguments: Vec<OsString>) -> i32 {
    let mut interrupts = match Interrupts::new() {
        Ok(interrupts) => interrupts,
        Err(error) => {
            eprintln!("testbed: {error}");
            return NOT_STARTED;
        }
    };
    let label = stores::label();
    let status = tokio::select! {
        started = Stores::start(&label) => match started {
            Ok(stores) => watch(command, arguments, &stores, &mut interrupts).await,
            Err(reason) => {
                eprintln!("testbed: {reason}");
                NOT_STARTED
            }
        },
        number = interrupts.next() => 128 + number,
    };
    if let Err(error) = stores::remove(&label).await
        && status != NOT_STARTED
    {
        eprintln!("testbed: containers may be left: {error}; look with: docker ps --filter label={label}");
    }
    status
}

/// Runs the command to its end. An interrupt is handed on to it, so that the containers outlive whoever still uses them.
async fn watch(command: OsString, arguments: Vec<OsString>, stores: &Stores, interrupts: &mut Interrupts) -> i32 {
    let mut child = match Command::new(&command).args(arguments).envs(stores.variables()).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("testbed: {}: {error}", command.display());
            return if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
        }
    };
    let mut interrupted = None;
    loop {
        tokio::select! {
            ended = child.wait() => return interrupted.unwrap_or_else(|| status(ended)),
            number = interrupts.next() => {
                if interrupted.replace(128 + number).is_some() {
                    // asked twice
                    let _ = child.start_kill();
                } else {
                    pass_on(number, &child).await;
                }
            }
        }
    }
}

fn status(ended: io::Result<ExitStatus>) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    match ended {
        Ok(status) => status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()),
        Err(error) => {
            eprintln!("testbed: {error}");
            1
        }
    }
}

async fn pass_on(number: i32, child: &Child) {
    if let Some(id) = child.id() {
        let _ = Command::new("kill").arg(format!("-{number}")).arg(id.to_string()).status().await;
    }
}

/// The signals that ask for an end.
struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Interrupts {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// The number of the next one.
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            _ = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
            _ = self.hangup.recv() => SignalKind::hangup().as_raw_value(),
        }
    }
}
