//! How fast and how heavy the pages are when many people and applications are in the database.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::Failure;
use crate::browser::Browser;
use crate::measure::Clock;
use crate::setup::Api;

/// The administrator who looks at the pages.
const KEEPER: (&str, &str) = ("keeper", "a long enough password");

/// What every page keeps to: milliseconds at the median, bytes with all that it loads.
const AIMS: (f64, usize) = (5.0, 100_000);

/// Makes so many people and applications, and the administrator.
pub(crate) async fn fill(url: &str, token: &str, people: u32, applications: u32) -> Result<String, Failure> {
    let mut api = Api::open(url, token).await?;
    let keeper = json!({ "username": KEEPER.0, "name": "Keeper", "email": "keeper@example.com", "email_verified": true,
        "is_admin": true });
    let keeper = api.call("POST", "/users", Some(keeper), 201).await?;
    let id = keeper["id"].as_str().ok_or("a user without an id")?;
    let password = json!({ "password": KEEPER.1 });
    api.call("POST", &format!("/users/{id}/password"), Some(password), 204)
        .await?;

    let person = |n: u32| {
        json!({ "username": format!("person-{n:06}"), "name": format!("{} {n:06}", NAMES[n as usize % NAMES.len()]),
            "email": format!("person-{n:06}@example.com"), "email_verified": true })
    };
    make(url, token, "/users", people, person).await?;
    let application = |n: u32| {
        json!({ "slug": format!("application-{n:05}"), "name": format!("Application {n:05}"),
            "group": format!("Department {}", n % 40), "launch_url": format!("https://{n:05}.example.com/"),
            "redirect_uris": [{ "matching_mode": "strict", "url": format!("https://{n:05}.example.com/callback") }] })
    };
    make(url, token, "/applications", applications, application).await?;
    Ok(format!("{people} people and {applications} applications"))
}

const NAMES: [&str; 8] = ["Ada", "Grace", "Edsger", "Barbara", "Donald", "Radia", "Tim", "Frances"];

/// So many records on 64 connections, whose commits the server makes together.
async fn make(
    url: &str,
    token: &str,
    path: &'static str,
    count: u32,
    record: impl Fn(u32) -> Value + Copy + Send + 'static,
) -> Result<(), Failure> {
    const CONNECTIONS: u32 = 64;
    let mut tasks = Vec::new();
    for first in 0..CONNECTIONS {
        let mut api = Api::open(url, token).await?;
        tasks.push(tokio::spawn(async move {
            let mut n = first;
            while n < count {
                api.call("POST", path, Some(record(n)), 201).await?;
                n += CONNECTIONS;
            }
            Ok::<(), Failure>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

/// Opens every page so many times, one after the other, and prints a table: median and 95th percentile of the time to the last
/// byte of the page, its bytes, and those with what it loads. Fails when a page misses an aim.
pub(crate) async fn measure(url: &str, token: &str, times: usize) -> Result<String, Failure> {
    let mut api = Api::open(url, token).await?;
    let mut somebody = Browser::open(url).await?;
    let mut keeper = Browser::open(url).await?;
    let sign_in = keeper.send("GET", "/login", &[], "").await?;
    let values = [("username", KEEPER.0), ("password", KEEPER.1)];
    keeper.submit(&sign_in, "login-form", &values).await?.expect(303)?;

    let mut table = String::from("| page | median ms | p95 ms | page KB | with assets KB |\n|---|---|---|---|---|\n");
    let mut missed = Vec::new();
    for (name, path, whose) in pages(&mut api, &mut keeper).await? {
        let browser = match whose {
            Whose::Somebody => &mut somebody,
            Whose::Keeper => &mut keeper,
        };
        let mut readings = Vec::with_capacity(times);
        let mut page = String::new();
        for turn in 0..=times {
            let clock = Clock::start(0);
            let answer = browser.send("GET", &path, &[], "").await?;
            let reading = clock.reading().as_secs_f64() * 1000.0;
            answer.expect(200).map_err(|failure| format!("{path}: {failure}"))?;
            if turn == 0 {
                // The first look is not counted: what it compiles and reads serves all others.
                page = String::from_utf8(answer.body.to_vec())?;
            } else {
                readings.push(reading);
            }
        }
        readings.sort_by(f64::total_cmp);
        let at = |part: usize| readings.get(readings.len() * part / 100).copied().unwrap_or_default();
        let mut weight = page.len();
        for asset in assets(&page) {
            let answer = browser.send("GET", &asset, &[], "").await?;
            answer.expect(200).map_err(|failure| format!("{asset}: {failure}"))?;
            weight += answer.body.len();
        }
        let kilobytes = |bytes: usize| u32::try_from(bytes).map(|bytes| f64::from(bytes) / 1000.0);
        writeln!(
            table,
            "| {name} | {:.2} | {:.2} | {:.1} | {:.1} |",
            at(50),
            at(95),
            kilobytes(page.len())?,
            kilobytes(weight)?
        )?;
        if at(50) >= AIMS.0 || weight >= AIMS.1 {
            missed.push(name);
        }
    }
    if missed.is_empty() {
        Ok(table)
    } else {
        Err(format!(
            "{table}\nbeyond {} ms or {} bytes: {}",
            AIMS.0,
            AIMS.1,
            missed.join(", ")
        )
        .into())
    }
}

#[derive(Clone, Copy)]
enum Whose {
    Somebody,
    Keeper,
}

/// The pages: those that a stranger sees, those of a person, and those of an administrator.
async fn pages(api: &mut Api, browser: &mut Browser) -> Result<Vec<(String, String, Whose)>, Failure> {
    let mut all: Vec<(String, String, Whose)> = vec![("sign-in".into(), "/login".into(), Whose::Somebody)];
    for (name, path) in [
        ("description of the API", "docs"),
        ("one operation of the API", "docs/patch-api-v1-sources-id"),
    ] {
        all.push((name.to_owned(), format!("/api/v1/{path}"), Whose::Somebody));
    }
    let keeper = |all: &mut Vec<_>, name: &str, path: String| all.push((name.to_owned(), path, Whose::Keeper));
    keeper(&mut all, "start page", "/".into());
    keeper(&mut all, "start page, search", "/?q=application+07".into());
    for page in [
        "",
        "/profile",
        "/emails",
        "/password",
        "/factors",
        "/app-passwords",
        "/consents",
        "/sessions",
        "/activity",
    ] {
        keeper(&mut all, &format!("account{page}"), format!("/account{page}"));
    }
    keeper(&mut all, "overview", "/admin/".into());
    // Whatever the dashboard leads to is looked at.
    let overview = browser.send("GET", "/admin/", &[], "").await?;
    overview.expect(200)?;
    let overview = String::from_utf8(overview.body.to_vec())?;
    // The navigation stands there for wide and for narrow screens.
    let lists: BTreeSet<String> = named(&overview, "href=\"").collect();
    for list in lists.into_iter().filter(|address| address.starts_with("/admin/")) {
        let name = list.trim_start_matches("/admin/").to_owned();
        if !name.is_empty() && !name.contains(['/', '?', '#']) {
            keeper(&mut all, &name, list);
        }
    }
    for (name, path) in [
        ("users by name", "users?sort=username"),
        ("users, search: many found", "users?q=ada"),
        ("users, search: one found", "users?q=person-077777"),
        ("users, search: nobody found", "users?q=zzzz"),
        ("applications, search: one found", "applications?q=application-07777"),
        ("applications, search: none found", "applications?q=zzzz"),
        ("new application", "applications/new"),
        ("new application, all fields", "applications/new?form=all"),
        ("new source", "sources/new"),
        ("new user", "users/new"),
    ] {
        keeper(&mut all, name, format!("/admin/{path}"));
    }
    for resource in ["applications", "users", "transactions", "keys", "scope-mappings"] {
        let list = api.call("GET", &format!("/{resource}?limit=1"), None, 200).await?;
        let id = list["items"][0]["id"]
            .as_str()
            .ok_or_else(|| format!("no {resource}"))?;
        keeper(
            &mut all,
            &format!("one of {resource}"),
            format!("/admin/{resource}/{id}"),
        );
    }
    Ok(all)
}

/// What a page loads from us: style sheets, scripts, icons.
fn assets(page: &str) -> BTreeSet<String> {
    let all = named(page, "href=\"").chain(named(page, "src=\""));
    all.filter(|address| address.starts_with("/assets/")).collect()
}

/// The addresses behind such a mark.
fn named<'p>(page: &'p str, mark: &'static str) -> impl Iterator<Item = String> + 'p {
    page.match_indices(mark)
        .filter_map(move |(at, mark)| page[at + mark.len()..].split('"').next())
        .map(|address| address.replace("&#x2f;", "/").replace("&#47;", "/"))
}
