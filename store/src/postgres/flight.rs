//! One flight: prepared batches sent together in one transaction, or one by one under savepoints.

use std::pin::Pin;

use tokio_postgres::{Error, Statement};

use super::{
    failure, is_lost,
    lane::{Lost, pipeline},
    listener::CHANNEL,
    slot::Link,
};
use crate::{
    error::{CommitError, Failure},
    statement::Batch,
    value::Val,
};

const NOTIFY: &str = "SELECT pg_notify($1, $2)";

/// A batch whose statements the connection knows.
pub(super) struct Ready<'a> {
    /// Place in the flight.
    pub(super) position: usize,
    batch: &'a Batch,
    statements: Vec<Statement>,
    notify: Option<Statement>,
    messages: Vec<[Val; 2]>,
}

/// Why a batch cannot fly.
pub(super) enum Unprepared {
    Lost(Lost),
    Batch(CommitError),
}

/// How it went for a batch or a flight.
pub(super) enum Flown {
    Committed,
    Missed(CommitError),
    /// The server asks to try again.
    Again,
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<u64, Error>> + Send + 'a>>;

impl<'a> Ready<'a> {
    pub(super) async fn prepare(link: &Link, position: usize, batch: &'a Batch) -> Result<Self, Unprepared> {
        let refuse = |error: Error| match is_lost(&error) {
            true => Unprepared::Lost(Lost {
                reason: error.to_string(),
                committing: false,
            }),
            false => Unprepared::Batch(failure(&error).at(0)),
        };
        let mut statements = Vec::with_capacity(batch.statements.len());
        for statement in &batch.statements {
            statements.push(link.prepare(statement.sql.text()).await.map_err(refuse)?);
        }
        let notify = if batch.notify.is_empty() {
            None
        } else {
            Some(link.prepare(NOTIFY).await.map_err(refuse)?)
        };
        let messages = batch
            .notify
            .iter()
            .map(|payload| [CHANNEL.into(), payload.into()])
            .collect();
        Ok(Self {
            position,
            batch,
            statements,
            notify,
            messages,
        })
    }

    fn send<'s>(&'s self, link: &'s Link, sent: &mut Vec<Sent<'s>>) {
        for (statement, prepared) in self.batch.statements.iter().zip(&self.statements) {
            sent.push(Box::pin(link.client.execute_raw(prepared, &statement.args)));
        }
        if let Some(notify) = &self.notify {
            for message in &self.messages {
                sent.push(Box::pin(link.client.execute_raw(notify, message)));
            }
        }
    }

    /// Takes the answers that belong to this batch, and finds the first that is not as expected.
    fn judge(&self, answers: &mut impl Iterator<Item = Result<u64, Error>>) -> Result<Option<Failed>, Lost> {
        let mut failed = None;
        let expects = self.batch.statements.iter().map(|statement| Some(statement.expect));
        let expects = expects.chain(self.messages.iter().map(|_| None));
        for (position, (expect, answer)) in expects.zip(answers).enumerate() {
            let found = match answer {
                Err(error) if is_lost(&error) => return Err(lost(&error, false)),
                Err(error) => Some(Failed::Error(position, failure(&error))),
                Ok(touched) if expect.is_none_or(|expect| expect.is_met_by(touched)) => None,
                Ok(_) => Some(Failed::Guard(position)),
            };
            failed = failed.or(found);
        }
        Ok(failed)
    }
}

enum Failed {
    Guard(usize),
    Error(usize, Failure),
}

impl Failed {
    fn flown(self) -> Flown {
        match self {
            Self::Guard(statement) => Flown::Missed(CommitError::Conflict { statement }),
            Self::Error(_, Failure::Again(_)) => Flown::Again,
            Self::Error(statement, failure) => Flown::Missed(failure.at(statement)),
        }
    }
}

fn lost(error: &Error, committing: bool) -> Lost {
    Lost {
        reason: error.to_string(),
        committing,
    }
}

fn run<'a>(link: &'a Link, text: &'a str) -> Sent<'a> {
    Box::pin(async move { link.client.batch_execute(text).await.map(|()| 0) })
}

/// Ends the transaction. An error other than a lost connection means that it was rolled back.
async fn commit(link: &Link, text: &str) -> Result<Flown, Lost> {
    match link.client.batch_execute(text).await {
        Ok(()) => Ok(Flown::Committed),
        Err(error) if is_lost(&error) => Err(lost(&error, true)),
        Err(error) => Ok(match failure(&error) {
            Failure::Again(_) => Flown::Again,
            failure => Flown::Missed(failure.at(0)),
        }),
    }
}

/// All batches in one transaction, sent without waiting. Anything but `Committed` means that nothing was applied; with one batch it is that batch's answer.
pub(super) async fn together(link: &Link, batches: &[Ready<'_>]) -> Result<Flown, Lost> {
    let mut sent = vec![run(link, "BEGIN")];
    for batch in batches {
        batch.send(link, &mut sent);
    }
    let mut answers = pipeline(sent).await.into_iter();
    if let Some(Err(error)) = answers.next() {
        return Err(lost(&error, false));
    }
    let mut failed = None;
    for batch in batches {
        let found = batch.judge(&mut answers)?;
        failed = failed.or(found);
    }
    match failed {
        None => commit(link, "COMMIT").await,
        Some(failed) => {
            link.client
                .batch_execute("ROLLBACK")
                .await
                .map_err(|error| lost(&error, false))?;
            Ok(failed.flown())
        }
    }
}

/// Each batch under a savepoint, so that those which fail leave the others alone. One answer for each batch, after one commit.
pub(super) async fn one_by_one(link: &Link, batches: &[Ready<'_>]) -> Result<Vec<Flown>, Lost> {
    let mut flown = Vec::with_capacity(batches.len());
    let mut before = "BEGIN; SAVEPOINT batch";
    for batch in batches {
        let mut sent = vec![run(link, before)];
        batch.send(link, &mut sent);
        let mut answers = pipeline(sent).await.into_iter();
        if let Some(Err(error)) = answers.next() {
            return Err(lost(&error, false));
        }
        let failed = batch.judge(&mut answers)?;
        before = if failed.is_none() {
            "RELEASE SAVEPOINT batch; SAVEPOINT batch"
        } else {
            "ROLLBACK TO SAVEPOINT batch"
        };
        flown.push(failed.map_or(Flown::Committed, Failed::flown));
    }
    if flown.iter().all(|one| !matches!(one, Flown::Committed)) {
        link.client
            .batch_execute("ROLLBACK")
            .await
            .map_err(|error| lost(&error, false))?;
        return Ok(flown);
    }
    let end = if before.starts_with("ROLLBACK") {
        "ROLLBACK TO SAVEPOINT batch; COMMIT"
    } else {
        "COMMIT"
    };
    match commit(link, end).await? {
        Flown::Committed => Ok(flown),
        // Nothing of it was applied, so each batch goes alone.
        Flown::Again | Flown::Missed(_) => Ok(batches.iter().map(|_| Flown::Again).collect()),
    }
}
