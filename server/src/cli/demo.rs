//! `vestibule demo`.

use std::net::SocketAddr;

use clap::Args;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{Failure, Session};
use crate::clock::Clock;
use crate::config::LogLevel;
use crate::demo::{self, ADMINISTRATOR, DemoError, Demonstration, PERSON};
use crate::{logging, signals};

/// Try everything: a server with people to sign in as, a sample application and a sample upstream, until Ctrl+C. Nothing is kept.
///
/// It listens on loopback only. From the configuration it takes the keys that do not say where records, keys and certificates are.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vestibule demo\n  vestibule demo --listen 127.0.0.1:0 --json")]
pub(super) struct Demo {
    /// Address and port; the samples take the next two ports. Port 0 takes free ones.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

pub(super) fn run(arguments: &Demo, session: &Session) -> Result<(), Failure> {
    let mut config = session.load_config()?;
    config.listen = arguments.listen.unwrap_or(config.listen);
    // A line per request would push the addresses out of sight; whoever wants them asks for `debug`.
    if config.log.level == LogLevel::Info {
        config.log.level = LogLevel::Warn;
    }
    logging::install(config.log).map_err(Failure::failed)?;
    let output = session.output;
    super::block_on(async move {
        let stop = signals::stop().map_err(Failure::failed)?;
        let demonstration = demo::prepare(config, Clock::System).await.map_err(failure)?;
        let value = json!({
            "vestibule": demonstration.vestibule().as_str(),
            "sample_application": demonstration.sample_application().as_str(),
            "sample_upstream": demonstration.sample_upstream().as_str(),
        });
        output.result(&announcement(&demonstration), &value);
        demonstration.serve(stop).await.map_err(failure)
    })
}

fn failure(error: DemoError) -> Failure {
    match error {
        DemoError::NotLoopback(_) | DemoError::NoNextPort => Failure::wrong_use(error),
        other => Failure::failed(other),
    }
}

fn announcement(demonstration: &Demonstration) -> String {
    let (person, password) = PERSON;
    format!(
        "This is a demonstration: it can be reached from this machine only, and nothing is kept.\n\n  \
         Vestibule:          {}\n  \
         Sample application: {}\n  \
         Sample upstream:    {}\n\n  \
         Sign in as {person} with the password {password},\n  \
         or as the administrator {ADMINISTRATOR} with the password {}\n\n\
         Ctrl+C ends it.",
        demonstration.vestibule(),
        demonstration.sample_application(),
        demonstration.sample_upstream(),
        demonstration.administrator_password().expose_secret(),
    )
}
