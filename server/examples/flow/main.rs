//! The flow driver of the benchmark: whole sign-ins and refreshes, each answer checked, over plain HTTP/1.1.
//!
//! Called by the scripts of `bench/`:
//!
//! ```text
//! flow setup URL API_TOKEN            makes a person, a client and tokens; prints them as shell assignments
//! flow sign-in URL WORKERS SECONDS    sign-in page, password, authorize, code, token; a new browser each time
//! flow sso URL WORKERS SECONDS        authorize, code, token; each worker keeps its session
//! flow refresh URL WORKERS SECONDS    refresh with rotation, each worker its own family
//! flow source-setup URL API_TOKEN UPSTREAM   makes a source that leads to the sample upstream at that address
//! flow source URL WORKERS SECONDS     out through that source and back, signed in; a new browser each time
//! flow fill URL API_TOKEN PEOPLE APPLICATIONS   makes people, applications and an administrator
//! flow pages URL API_TOKEN TIMES      opens every page as that administrator, so many times each; a table, not JSON
//! flow start URL TIMES PROGRAM...     from exec to the first 200 of /health/ready, in milliseconds
//! ```
//!
//! The measuring commands read `CLIENT_ID`, `CLIENT_SECRET` and `PASSWORD` from the environment, print one JSON object
//! and exit with 1 when any answer was not the expected one. One thread drives all workers, so that one core is enough.

mod browser;
mod measure;
mod pages;
mod scenarios;
mod setup;

use std::io::Write;

/// Whatever went wrong, as a sentence.
type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let printed = runtime.block_on(async {
        match words.as_slice() {
            ["setup", url, token] => setup::run(url, token).await,
            ["source-setup", url, token, upstream] => setup::source(url, token, upstream).await,
            ["fill", url, token, people, applications] => {
                pages::fill(url, token, people.parse()?, applications.parse()?).await
            }
            ["pages", url, token, times] => pages::measure(url, token, times.parse()?).await,
            ["start", url, times, program @ ..] => measure::start_to_ready(url, times.parse()?, program).await,
            [scenario, url, workers, seconds] => {
                scenarios::run(scenario, url, workers.parse()?, seconds.parse()?).await
            }
            _ => Err("usage: see the head of server/examples/flow/main.rs".into()),
        }
    })?;
    writeln!(std::io::stdout(), "{printed}")?;
    Ok(())
}
