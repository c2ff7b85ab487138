//! The sample upstream of the demonstration as a process of its own, so that a benchmark can tell its time from ours.
//!
//! Start it as `upstream ADDRESS [MILLISECONDS]`; with the second argument its token endpoint waits so long before it answers.

use std::time::Duration;

use vestibule::clock::Clock;
use vestibule::demo::upstream::{Settings, routes};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("usage: upstream ADDRESS [MILLISECONDS]")?;
    let wait = Duration::from_millis(arguments.next().map_or(Ok(0), |text| text.parse())?);
    let routes = routes(Settings {
        address: format!("http://{address}/").parse()?,
        client_id: "bench".to_owned(),
        client_secret: "the secret of the benchmark".to_owned(),
        clock: Clock::System,
    })?;
    let slow = axum::middleware::from_fn(
        move |request: axum::extract::Request, next: axum::middleware::Next| async move {
            if request.uri().path() == "/token" {
                tokio::time::sleep(wait).await;
            }
            next.run(request).await
        },
    );
    axum::serve(tokio::net::TcpListener::bind(address).await?, routes.layer(slow)).await?;
    Ok(())
}
