//! Mail that expressions of administrators send (`ak_send_email`).

use protocol::profile::check_email;
use protocol::time::Time;
use script::host::Email;
use store::{Stmt, StoreError};

use super::{PATIENCE, is_offered, queue_letter, speech_of};
use crate::app::App;
use crate::pages::Letter;

/// The most recipients of one mail, copies among them.
const MOST: usize = 20;
/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 200;
/// The longest text, in bytes.
const LONGEST_BODY: usize = 16 * 1024;

/// Queues a mail to each recipient by itself, so that copies see nothing of one another. `trial`: everything is checked and nothing
/// is queued. Answers whether it was, or would be, queued.
///
/// # Errors
/// In words for whoever wrote the expression.
pub async fn send(app: &App, mail: &Email, trial: bool, now: Time) -> Result<bool, String> {
    if !is_offered(app) {
        return Err("this server has no way to send mail; the setting `mail.host` gives it one".to_owned());
    }
    let Some(body) = &mail.body else {
        return Err("ak_send_email() knows no templates here; write body".to_owned());
    };
    let recipients: Vec<&str> = [&mail.address, &mail.cc, &mail.bcc]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if recipients.is_empty() || recipients.len() > MOST {
        return Err(format!("a mail has 1 to {MOST} recipients"));
    }
    if recipients.iter().any(|address| check_email(address).is_err()) {
        return Err("one of the recipients is no e-mail address".to_owned());
    }
    let subject = mail.subject.trim();
    if subject.is_empty() || subject.chars().count() > LONGEST_SUBJECT || subject.chars().any(char::is_control) {
        return Err(format!("a subject has 1 to {LONGEST_SUBJECT} characters in one line"));
    }
    if body.len() > LONGEST_BODY {
        return Err("the text of a mail may have at most 16384 bytes".to_owned());
    }
    if trial {
        return Ok(true);
    }
    let fault = |error: StoreError| {
        tracing::error!(%error, "a mail of an expression could not be queued");
        "the mail could not be queued".to_owned()
    };
    let letter = Letter::plain(speech_of(app, None, "en"), &app.public_url, subject, body);
    let statements: Result<Vec<Stmt>, StoreError> = recipients
        .into_iter()
        .map(|to| queue_letter(app, None, to, &letter, now, now.plus(PATIENCE)))
        .collect();
    app.commit_changes(statements.map_err(fault)?, Vec::new())
        .await
        .map_err(fault)?;
    Ok(true)
}
