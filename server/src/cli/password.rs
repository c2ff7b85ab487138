//! Reading a password or another secret: asked for twice on a terminal without showing it, otherwise one line of the standard input. It is never an argument,
//! which other users of the machine could read.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};
use std::process::{Command, Stdio};

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroize as _;

use super::{Failure, output};

/// The longest line that is read, in bytes; above what a password may have.
const LONGEST: u64 = 4096;

/// Reads a secret. `what`: what it is called.
///
/// # Errors
/// Wrong use when nothing comes, or the two do not agree; a failure when the terminal would show it.
pub(super) async fn read(what: &'static str) -> Result<SecretString, Failure> {
    if !io::stdin().is_terminal() {
        return line(what).await;
    }
    let _hidden = Hidden::begin()?;
    output::prompt(&format!("The {what}: "));
    let first = line(what).await?;
    output::prompt("\nOnce more: ");
    let second = line(what).await?;
    output::prompt("\n");
    if first.expose_secret() == second.expose_secret() {
        Ok(first)
    } else {
        Err(Failure::wrong_use(format!("they are not the same {what}")))
    }
}

/// One line. On a thread of its own, so that Ctrl+C ends the command and the terminal shows again what is typed.
async fn line(what: &'static str) -> Result<SecretString, Failure> {
    let (send, receive) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = send.send(read_line(what));
    });
    tokio::select! {
        line = receive => line.map_err(Failure::failed)?.map_err(Failure::wrong_use),
        _ = tokio::signal::ctrl_c() => Err(Failure::failed("interrupted")),
    }
}

fn read_line(what: &str) -> Result<SecretString, String> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(LONGEST).read_until(b'\n', &mut bytes);
    let outcome = match (read, std::str::from_utf8(&bytes)) {
        (Err(error), _) => Err(error.to_string()),
        (Ok(_), Err(_)) => Err(format!("the {what} is not UTF-8")),
        (Ok(_), Ok(text)) => {
            let text = text.strip_suffix('\n').unwrap_or(text);
            let text = text.strip_suffix('\r').unwrap_or(text);
            if text.is_empty() {
                Err(format!("the standard input holds no {what}"))
            } else {
                Ok(SecretString::from(text))
            }
        }
    };
    bytes.zeroize();
    outcome
}

/// While it lives, the terminal does not show what is typed.
struct Hidden;

impl Hidden {
    fn begin() -> Result<Self, Failure> {
        if stty("-echo") {
            Ok(Self)
        } else {
            Err(Failure::failed(
                "the terminal can't be told to hide what is typed; give it on the standard input",
            ))
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        stty("echo");
    }
}

fn stty(setting: &str) -> bool {
    Command::new("stty")
        .arg(setting)
        .stdin(Stdio::inherit())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
