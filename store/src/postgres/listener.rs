//! What other nodes have changed: one connection that listens and is made again when it is lost.
//!
//! Messages sent while nobody listened are gone, so after each new connection caches are told to forget everything.

use std::{sync::Arc, time::Duration};

use tokio::sync::broadcast;
use tokio_postgres::{AsyncMessage, Client};

use super::connect::{Driver, Target};
use crate::{db::Invalidation, error::Failure};

/// The channel's name, also used by the lanes.
pub(super) const CHANNEL: &str = "vestibule";

/// How often a silent connection is asked whether it still lives, and how long it may take to answer.
const PROBE: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(5));

/// The wait after a failed try grows from the first to the second.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

type Sender = broadcast::Sender<Invalidation>;

/// Listens from now on, until the last receiver's sender is dropped with the database.
pub(super) async fn start(target: Arc<Target>, sender: Sender) -> Result<(), Failure> {
    let (client, driver) = connect(&target, &sender).await?;
    // A weak sender lets the task end when the database is dropped.
    let sender = sender.downgrade();
    tokio::spawn(async move {
        if let Some(strong) = sender.upgrade() {
            drop(strong);
            listen(&client, driver, &sender).await;
        }
        drop(client);
        let mut wait = BACKOFF.0;
        while let Some(strong) = sender.upgrade() {
            let connected = connect(&target, &strong).await;
            if let Ok((client, driver)) = connected {
                wait = BACKOFF.0;
                let _ = strong.send(Invalidation::Lost);
                drop(strong);
                listen(&client, driver, &sender).await;
            } else {
                drop(strong);
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(BACKOFF.1);
        }
    });
    Ok(())
}

async fn connect(target: &Target, sender: &Sender) -> Result<(Client, Driver), Failure> {
    let (client, mut driver) = target.connect().await?;
    let command = format!("LISTEN {CHANNEL}");
    let listening = {
        let mut listening = std::pin::pin!(client.batch_execute(&command));
        loop {
            tokio::select! {
                done = &mut listening => break done,
                message = std::future::poll_fn(|context| driver.poll_message(context)) => match message {
                    Some(Ok(message)) => forward(message, sender),
                    Some(Err(error)) => break Err(error),
                    None => return Err(Failure::Unavailable("connection closed".to_owned())),
                },
            }
        }
    };
    match listening {
        Ok(()) => Ok((client, driver)),
        Err(error) => Err(Failure::Unavailable(error.to_string())),
    }
}

/// Returns when the connection is of no further use, or nobody is there to tell.
async fn listen(client: &Client, mut driver: Driver, sender: &broadcast::WeakSender<Invalidation>) {
    let mut probe = std::pin::pin!(probe(client));
    loop {
        tokio::select! {
            message = std::future::poll_fn(|context| driver.poll_message(context)) => match message {
                Some(Ok(message)) => {
                    let Some(strong) = sender.upgrade() else { return };
                    forward(message, &strong);
                }
                Some(Err(_)) | None => return,
            },
            () = &mut probe => return,
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                if sender.strong_count() == 0 {
                    return;
                }
            }
        }
    }
}

/// Returns when the connection does not answer any more.
async fn probe(client: &Client) {
    loop {
        tokio::time::sleep(PROBE.0).await;
        match tokio::time::timeout(PROBE.1, client.batch_execute("SELECT 1")).await {
            Ok(Ok(())) => {}
            _ => return,
        }
    }
}

fn forward(message: AsyncMessage, sender: &Sender) {
    if let AsyncMessage::Notification(notification) = message
        && notification.channel() == CHANNEL
    {
        // Nobody listening is no error.
        let _ = sender.send(Invalidation::Changed(Arc::from(notification.payload())));
    }
}
