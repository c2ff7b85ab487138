//! A slot is a place for one connection that is always being kept: lost connections are made again by a task of the slot's own.
//!
//! Nobody who needs a connection ever opens one, so a server that does not answer costs each request a short wait and no more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::TryStreamExt as _;
use tokio::sync::{Notify, watch};
use tokio_postgres::{Client, Error, Statement};

use super::{
    connect::{Driver, Target},
    convert,
};
use crate::{
    error::Failure,
    value::{Rows, Val},
};

/// The wait after a failed try grows from the first to the second.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

/// Statements that one connection keeps prepared; past that it starts over.
const STATEMENTS: usize = 1024;

/// One connection with its prepared statements. Statements of several callers are pipelined.
pub(super) struct Link {
    pub(super) client: Client,
    statements: Mutex<HashMap<Box<str>, Statement>>,
    end: Notify,
}

impl Link {
    fn new(client: Client) -> Self {
        Self {
            client,
            statements: Mutex::new(HashMap::new()),
            end: Notify::new(),
        }
    }

    /// The prepared form of a text, prepared now if need be.
    pub(super) async fn prepare(&self, text: &str) -> Result<Statement, Error> {
        if let Some(found) = self.statements.lock().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(found.clone());
        }
        let prepared = self.client.prepare(text).await?;
        let mut statements = self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        if statements.len() >= STATEMENTS {
            statements.clear();
        }
        statements.insert(text.into(), prepared.clone());
        Ok(prepared)
    }

    pub(super) async fn query(&self, text: &str, args: &[Val]) -> Result<Rows, Error> {
        let prepared = self.prepare(text).await?;
        let mut found = std::pin::pin!(self.client.query_raw(&prepared, args).await?);
        let mut rows = Vec::new();
        while let Some(next) = found.try_next().await? {
            rows.push(convert::row(&next)?);
        }
        Ok(Rows::new(rows))
    }

    /// Closes the connection, whatever it is doing. For one whose state is not known any more.
    pub(super) fn give_up(&self) {
        self.end.notify_one();
    }
}

/// A connection, or the wait for one.
#[derive(Clone)]
pub(super) struct Slot {
    state: watch::Receiver<Option<Arc<Link>>>,
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Slot {{ up: {} }}", self.is_up())
    }
}

fn is_alive(link: &Option<Arc<Link>>) -> bool {
    link.as_ref().is_some_and(|link| !link.client.is_closed())
}

impl Slot {
    /// Connects once, so that a server that is not there is noticed at start, and keeps the connection until the last clone of the slot is gone.
    pub(super) async fn open(target: Arc<Target>) -> Result<Self, Failure> {
        let (client, driver) = target.connect().await?;
        let link = Arc::new(Link::new(client));
        let (sender, state) = watch::channel(Some(Arc::clone(&link)));
        tokio::spawn(async move {
            if drive(link, driver, &sender).await {
                keep(&target, &sender).await;
            }
        });
        Ok(Self { state })
    }

    /// The connection, waiting at most `patience` for one that is being made.
    pub(super) async fn get(&self, patience: Duration) -> Option<Arc<Link>> {
        let mut state = self.state.clone();
        if is_alive(&state.borrow()) {
            return state.borrow().clone();
        }
        let found = tokio::time::timeout(patience, state.wait_for(is_alive)).await;
        found.ok()?.ok()?.clone()
    }

    pub(super) fn is_up(&self) -> bool {
        is_alive(&self.state.borrow())
    }
}

/// Polls a connection until it ends; false when nobody needs the slot any more.
async fn drive(link: Arc<Link>, mut driver: Driver, sender: &watch::Sender<Option<Arc<Link>>>) -> bool {
    let wanted = tokio::select! {
        ended = &mut driver => {
            if let Err(error) = ended {
                tracing::warn!(error = %error, "a database connection was lost");
            }
            true
        }
        () = link.end.notified() => true,
        () = sender.closed() => false,
    };
    sender.send_replace(None);
    if !wanted {
        // Without its client the connection says goodbye and ends.
        drop(link);
        let _ = tokio::time::timeout(BACKOFF.1, driver).await;
    }
    wanted
}

async fn keep(target: &Target, sender: &watch::Sender<Option<Arc<Link>>>) {
    let mut wait = BACKOFF.0;
    loop {
        let connected = tokio::select! {
            connected = target.connect() => connected,
            () = sender.closed() => return,
        };
        match connected {
            Ok((client, driver)) => {
                wait = BACKOFF.0;
                let link = Arc::new(Link::new(client));
                sender.send_replace(Some(Arc::clone(&link)));
                if !drive(link, driver, sender).await {
                    return;
                }
            }
            Err(failure) => tracing::debug!(?failure, "the database cannot be reached"),
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(BACKOFF.1),
            () = sender.closed() => return,
        }
    }
}
