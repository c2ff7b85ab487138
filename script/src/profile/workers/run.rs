//! One run, from the server's side: it waits for the worker and for what the script waits for, whichever comes first.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::value::RawValue;
use tokio::time::{sleep, timeout};

use super::super::wire::{FromWorker, ToWorker, refused, replied};
use super::member::Place;
use super::{ScriptFault, ScriptLimits, ScriptTrial};
use crate::frame::encode;
use crate::host::{Host, HttpCall};

/// What a script waits for: the frame that tells it, and whether it is of a call.
type Awaited<'a> = Pin<Box<dyn Future<Output = (Option<Vec<u8>>, bool)> + Send + 'a>>;

/// Sends the first message and answers what comes until the run is done. Answers also whether the run has only read elsewhere, so
/// that it may be repeated.
pub(super) async fn drive(
    mut place: Place,
    message: &ToWorker<'_>,
    limits: ScriptLimits,
    host: &dyn Host,
) -> (ScriptTrial, bool) {
    let run = place.run();
    if let Err(fault) = place.send(message) {
        return (ScriptTrial::failed(fault), true);
    }
    let mut only_read = true;
    let mut awaited: FuturesUnordered<Awaited<'_>> = FuturesUnordered::new();
    let mut later = VecDeque::new();
    let (mut calls, mut timers, mut at_once) = (0, 0, 0);
    loop {
        // An answer may be large, and every one that has come is held here until it is sent on.
        while at_once < limits.calls_at_once.max(1)
            && let Some((call, http)) = later.pop_front()
        {
            at_once += 1;
            awaited.push(Box::pin(answer(run, call, http, limits, host)));
        }
        tokio::select! {
            said = place.next() => match said {
                Some(FromWorker::Done { trial, .. }) => return (trial, only_read),
                // The worker counts too; this is for one that does not keep its limits any more.
                Some(FromWorker::Call { call, http, .. }) if calls < limits.calls => {
                    calls += 1;
                    only_read &= ["GET", "HEAD"].contains(&http.method.as_str());
                    later.push_back((call, http));
                }
                Some(FromWorker::Sleep { call, millis, .. }) if timers < limits.timers => {
                    timers += 1;
                    awaited.push(Box::pin(async move {
                        sleep(Duration::from_millis(millis)).await;
                        (encode(&ToWorker::Tick { run, call }).ok(), false)
                    }));
                }
                Some(FromWorker::Stuck { .. }) => {
                    return (ScriptTrial::failed(ScriptFault::CpuLimit(limits.cpu_millis)), false);
                }
                _ => return (ScriptTrial::failed(ScriptFault::WorkerLost), only_read),
            },
            Some((frame, is_call)) = awaited.next(), if !awaited.is_empty() => {
                at_once -= usize::from(is_call);
                let sent = frame.ok_or(ScriptFault::WorkerLost).and_then(|frame| place.send_frame(frame));
                if let Err(fault) = sent {
                    return (ScriptTrial::failed(fault), only_read);
                }
            }
        }
    }
}

/// Makes a call and puts its answer into a frame.
async fn answer(run: u64, call: u32, http: HttpCall, limits: ScriptLimits, host: &dyn Host) -> (Option<Vec<u8>>, bool) {
    let reply = reply(&http, limits, host).await;
    let frame = |reply: Box<RawValue>| {
        let reply = std::borrow::Cow::Owned(reply);
        encode(&ToWorker::Reply { run, call, reply }).ok()
    };
    let told = reply.ok().and_then(frame).or_else(|| frame(too_large(limits).ok()?));
    (told, true)
}

async fn reply(http: &HttpCall, limits: ScriptLimits, host: &dyn Host) -> serde_json::Result<Box<RawValue>> {
    if http.body.as_ref().is_some_and(|body| body.len() > limits.call_bytes) {
        let error = format!(
            "the request was not sent: its body has more than {} bytes",
            limits.call_bytes
        );
        return refused(&error, "EMSGSIZE");
    }
    let most = http
        .timeout_millis
        .map_or(limits.call_millis, |wanted| wanted.min(limits.call_millis));
    match timeout(Duration::from_millis(most), host.http(http)).await {
        Err(_) => refused("ETIMEDOUT", "ETIMEDOUT"),
        Ok(Err(error)) => refused(&error, "ECONNREFUSED"),
        Ok(Ok(reply)) => {
            let size = reply.bytes.as_ref().map_or(reply.text.len(), Vec::len);
            if size > limits.call_bytes {
                too_large(limits)
            } else {
                replied(&reply)
            }
        }
    }
}

fn too_large(limits: ScriptLimits) -> serde_json::Result<Box<RawValue>> {
    let error = format!("the answer has more than {} bytes", limits.call_bytes);
    refused(&error, "EMSGSIZE")
}
