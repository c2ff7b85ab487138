//! `vestibule serve`.

use clap::Args;
use serde_json::json;

use super::{Failure, Session};
use crate::{logging, serve};

/// Serve until SIGTERM or SIGINT.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  VESTIBULE_PUBLIC_URL=https://id.example.com vestibule serve --config /etc/vestibule.toml"
)]
pub(super) struct Serve {}

pub(super) fn run(_: &Serve, session: &Session) -> Result<(), Failure> {
    let config = session.load_config()?;
    logging::install(config.log).map_err(Failure::failed)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?;
    let output = session.output;
    let served = runtime.block_on(serve::run(config, move |started| {
        let mut text = format!(
            "Vestibule listens on {} and is reached at {}",
            started.address, started.public_url
        );
        if let Some(link) = &started.setup_link {
            text.push_str(&format!(
                "\nThere is no administrator yet. Make the first one here (works once):\n  {link}"
            ));
        }
        output.result(
            &text,
            &json!({
                "listen": started.address.to_string(),
                "public_url": started.public_url.as_str(),
                "setup_link": started.setup_link,
            }),
        );
    }));
    served.map(|_| ()).map_err(Failure::failed)
}
