//! `vestibule-fuzz`: tries hostile input on every target, two at a time, and keeps the input that broke a promise.
//!
//! ```text
//! vestibule-fuzz [--seconds N] [--seed N] [--found FOLDER] [TARGET...]
//! vestibule-fuzz --replay FILE TARGET
//! ```
//!
//! The last line is `N passed, N failed`; the exit status is 0 only when nothing failed.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints what it found"
)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::time::Duration;

use fuzz::{Target, campaign, find, targets};

/// Campaigns at the same time: as many as a small machine has cores.
const TOGETHER: usize = 2;

struct Options {
    seconds: u64,
    seed: u64,
    found: PathBuf,
    replay: Option<PathBuf>,
    targets: Vec<&'static Target>,
    /// The file for the current input: this process is one campaign.
    current: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Expressions run in this program too.
    if arguments.first().is_some_and(|first| first == "worker") {
        return script::worker::main();
    }
    let options = match read(&arguments) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("vestibule-fuzz: {wrong}");
            return ExitCode::from(2);
        }
    };
    let done = match (&options.replay, &options.current) {
        (Some(file), _) => replay(file, &options),
        (None, Some(current)) => one(current, &options),
        (None, None) => all(&options),
    };
    done.unwrap_or_else(|error| {
        eprintln!("vestibule-fuzz: {error}");
        ExitCode::FAILURE
    })
}

fn read(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options {
        seconds: 20,
        seed: 1,
        found: PathBuf::from("test-output/fuzz"),
        replay: None,
        targets: Vec::new(),
        current: None,
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{argument} needs a value"));
        let number = |text: &String| text.parse().map_err(|_| format!("{text} is no number"));
        match argument.as_str() {
            "--seconds" => options.seconds = number(value()?)?,
            "--seed" => options.seed = number(value()?)?,
            "--found" => options.found = value()?.into(),
            "--replay" => options.replay = Some(value()?.into()),
            "--current" => options.current = Some(value()?.into()),
            name => options.targets.push(find(name).ok_or_else(|| {
                let known: Vec<&str> = targets().iter().map(|target| target.name).collect();
                format!("there is no target {name}; there are {}", known.join(" "))
            })?),
        }
    }
    if options.targets.is_empty() {
        options.targets = targets().iter().collect();
    }
    Ok(options)
}

fn replay(file: &Path, options: &Options) -> std::io::Result<ExitCode> {
    let input = std::fs::read(file)?;
    for target in &options.targets {
        println!("{}: {:016x}", target.name, (target.run)(&input));
    }
    Ok(ExitCode::SUCCESS)
}

fn one(current: &Path, options: &Options) -> std::io::Result<ExitCode> {
    for target in &options.targets {
        let time = Duration::from_secs(options.seconds);
        let report = campaign::run(target, options.seed, time, current)?;
        println!(
            "{:<24} {:>9} inputs {:>6} places",
            target.name, report.runs, report.places
        );
    }
    Ok(ExitCode::SUCCESS)
}

struct Running {
    target: &'static Target,
    child: Child,
    current: PathBuf,
}

fn all(options: &Options) -> std::io::Result<ExitCode> {
    std::fs::create_dir_all(&options.found)?;
    let (mut passed, mut failed) = (0, 0);
    let mut waiting = options.targets.iter();
    let mut running: Vec<Running> = Vec::new();
    loop {
        while running.len() < TOGETHER
            && let Some(target) = waiting.next()
        {
            running.push(start(target, options)?);
        }
        let mut ended = None;
        for (index, campaign) in running.iter_mut().enumerate() {
            if let Some(status) = campaign.child.try_wait()? {
                ended = Some((index, status));
                break;
            }
        }
        let Some((index, status)) = ended else {
            if running.is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let campaign = running.swap_remove(index);
        if status.success() {
            passed += 1;
            std::fs::remove_file(&campaign.current)?;
            continue;
        }
        failed += 1;
        let kept = options.found.join(format!("{}.input", campaign.target.name));
        std::fs::write(&kept, campaign::current(&campaign.current)?)?;
        std::fs::remove_file(&campaign.current)?;
        let why = match status.code() {
            Some(campaign::SLOW_EXIT) => "an input took too long".to_owned(),
            _ => format!("ended with {status}"),
        };
        eprintln!(
            "{}: {why}\n    vestibule-fuzz --replay {} {}",
            campaign.target.name,
            kept.display(),
            campaign.target.name
        );
    }
    println!("{passed} passed, {failed} failed");
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn start(target: &'static Target, options: &Options) -> std::io::Result<Running> {
    let current = options.found.join(format!("{}.current", target.name));
    let child = Command::new(std::env::current_exe()?)
        .arg("--current")
        .arg(&current)
        .args([
            "--seconds",
            &options.seconds.to_string(),
            "--seed",
            &options.seed.to_string(),
        ])
        .arg(target.name)
        .spawn()?;
    Ok(Running { target, child, current })
}
