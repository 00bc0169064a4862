//! Children: each in a process group of its own, so that stopping one stops what it started, too.

use std::{
    ffi::OsString,
    io::{BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::ROOT;

/// How long a child may take to put its things away.
const PATIENCE: Duration = Duration::from_secs(8);

static STOPPING: AtomicBool = AtomicBool::new(false);
static CHILDREN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// What xtask installed for this checkout comes first.
static PATH: LazyLock<OsString> = LazyLock::new(|| {
    let own = [tools().join("bin"), tools().join("npm/node_modules/.bin")];
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = own.into_iter().chain(std::env::split_paths(&inherited)).collect();
    std::env::join_paths(all).unwrap_or(inherited)
});

/// Where tools go that are wanted in this checkout only.
pub(crate) fn tools() -> PathBuf {
    ROOT.join(".kith/tools")
}

/// A command in the repository's root that finds xtask's own tools.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(find(program).unwrap_or_else(|| program.into()));
    command.current_dir(&*ROOT).env("PATH", &*PATH).stdin(Stdio::null());
    // What cargo tells xtask about itself must not reach other builds.
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_PKG_NAME");
    command
}

/// Where a program is, or nothing.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ".bat"] } else { &[""] };
    std::env::split_paths(&*PATH)
        .flat_map(|dir| endings.iter().map(move |ending| dir.join(format!("{program}{ending}"))))
        .find(|path| path.is_file())
}

/// Ctrl-C, `kill` and a closed terminal stop the children first.
pub(crate) fn stop_on_interrupt() -> Result<()> {
    ctrlc::set_handler(|| {
        if STOPPING.swap(true, Ordering::SeqCst) {
            return;
        }
        for id in children().iter() {
            signal(*id, false);
        }
        thread::spawn(|| {
            thread::sleep(PATIENCE);
            for id in children().iter() {
                signal(*id, true);
            }
        });
    })
    .context("cannot watch for Ctrl-C")
}

pub(crate) fn stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

/// A child that ends when this value does.
pub(crate) struct Running {
    pub(crate) child: Child,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        if stopping() {
            bail!("stopped");
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("cannot start {program}"))?;
        children().push(child.id());
        if stopping() {
            signal(child.id(), false);
        }
        Ok(Self { child })
    }

    /// The status, once it has ended.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    fn stop(&mut self) {
        // Without its input the broker ends by itself.
        drop(self.child.stdin.take());
        signal(self.child.id(), false);
        let deadline = Instant::now() + PATIENCE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        signal(self.child.id(), true);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
        children().retain(|id| *id != self.child.id());
    }
}

/// Runs it to its end; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Running::start(command)?.wait()?;
    check(command, status)
}

/// Like [`run`], and returns the lines that `keep` keeps. Everything is shown as it comes.
pub(crate) fn run_keeping(command: &mut Command, keep: fn(&str) -> bool) -> (Result<()>, Vec<String>) {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = match Running::start(command) {
        Ok(running) => running,
        Err(error) => return (Err(error), Vec::new()),
    };
    let (stdout, stderr) = (running.child.stdout.take(), running.child.stderr.take());
    let errors = thread::spawn(move || stderr.map(|pipe| show(pipe, keep)));
    let mut kept = stdout.map(|pipe| show(pipe, keep)).unwrap_or_default();
    kept.extend(errors.join().ok().flatten().unwrap_or_default());
    let outcome = running.wait().and_then(|status| check(command, status));
    (outcome, kept)
}

/// What it prints, if it succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

fn show(pipe: impl Read, keep: fn(&str) -> bool) -> Vec<String> {
    let mut kept = Vec::new();
    for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        let _ = writeln!(std::io::stdout(), "{line}");
        if keep(&line) {
            kept.push(line.trim().to_owned());
        }
    }
    kept
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if stopping() {
        bail!("stopped");
    }
    if status.success() {
        return Ok(());
    }
    bail!("{} failed ({status})", written(command))
}

/// The command as one would type it.
pub(crate) fn written(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut text = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn children() -> MutexGuard<'static, Vec<u32>> {
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn signal(id: u32, kill: bool) {
    use nix::{
        sys::signal::{Signal, killpg},
        unistd::Pid,
    };
    let signal = if kill { Signal::SIGKILL } else { Signal::SIGTERM };
    if let Ok(id) = i32::try_from(id) {
        // A group that is gone needs no signal.
        let _ = killpg(Pid::from_raw(id), signal);
    }
}

#[cfg(not(unix))]
fn signal(id: u32, _kill: bool) {
    let _ = Command::new("taskkill").args(["/T", "/F", "/PID", &id.to_string()]).output();
}
