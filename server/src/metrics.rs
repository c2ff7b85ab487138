//! What is counted, and its text for Prometheus.
//!
//! Plain atomics of one server, and no recorder of the process: two servers can live in one process and each shows its own numbers. The
//! histogram has fixed buckets, so that memory does not grow with the requests between two scrapes.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Upper bounds of the buckets, in microseconds.
const BOUNDS: [u64; 14] = [
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
];

/// Classes of status codes, from 1xx on.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds one.
    pub fn increment(&self) {
        self.add(1);
    }

    /// Adds several.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// The number so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A number that rises and falls.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Counts one for as long as the guard lives.
    pub fn hold(&self) -> Held<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Held(self)
    }

    /// The number now.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One that is counted by a [`Gauge`].
#[derive(Debug)]
#[must_use]
pub struct Held<'a>(&'a Gauge);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What tokens are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum TokenKind {
    AccessToken,
    RefreshToken,
    IdToken,
}

/// The counters of one server.
#[derive(Debug, Default)]
pub struct Metrics {
    routes: RwLock<HashMap<Box<str>, Arc<Route>>>,
    /// Requests being answered.
    pub requests_in_flight: Gauge,
    /// Requests whose client went away before the answer.
    pub requests_abandoned: Counter,
    /// Batches of writes that were committed.
    pub database_commits: Counter,
    /// Batches refused because something they relied on had changed.
    pub database_conflicts: Counter,
    /// Password hashes being computed.
    pub password_hashes_running: Gauge,
    /// Password hashes that wait for their turn.
    pub password_hashes_waiting: Gauge,
    /// Sign-outs that an application has taken.
    pub sign_outs_told: Counter,
    /// Attempts to tell an application of a sign-out that failed.
    pub sign_outs_failed: Counter,
    /// Sign-outs that an application never took.
    pub sign_outs_given_up: Counter,
    /// Events that a webhook has taken.
    pub webhooks_delivered: Counter,
    /// Attempts to tell a webhook of an event that failed.
    pub webhooks_failed: Counter,
    /// Events that a webhook never took.
    pub webhooks_given_up: Counter,
    /// Mails that the server has taken.
    pub mails_sent: Counter,
    /// Attempts to send a mail that failed.
    pub mails_failed: Counter,
    /// Mails that were never sent.
    pub mails_given_up: Counter,
    /// Requests whose steps were recorded.
    pub transactions_recorded: Counter,
    /// Requests whose steps were not, because too many waited or the database was away.
    pub transactions_dropped: Counter,
    tokens_issued: [Counter; 3],
}

/// The counters of one route.
#[derive(Debug, Default)]
pub struct Route {
    classes: [Counter; 5],
    buckets: [Counter; BOUNDS.len()],
    micros: Counter,
}

impl Route {
    /// Counts one answer.
    pub fn count(&self, status: u16, took: Duration) {
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        self.classes[class].increment();
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.micros.add(micros);
        if let Some(bucket) = BOUNDS.iter().position(|bound| micros <= *bound) {
            self.buckets[bucket].increment();
        }
    }
}

/// Answers by how long they took: a count for each of the buckets, and one for what took longer.
pub type Times = [u64; BOUNDS.len() + 1];

/// The time in microseconds within which a share (in percent) of the answers was given, rounded up to the bound of a bucket;
/// `None` without answers.
#[must_use]
pub fn time_of_share(times: &Times, percent: u64) -> Option<u64> {
    let total: u64 = times.iter().sum();
    let wanted = (total * percent).div_ceil(100).max(1);
    let mut below = 0;
    let place = times.iter().position(|count| {
        below += count;
        below >= wanted
    })?;
    // What took longer than the last bound is shown as that.
    BOUNDS.get(place).or(BOUNDS.last()).copied()
}

impl Metrics {
    /// How long the answers to applications took since the start: authorization, tokens, userinfo and what belongs to them.
    pub fn times(&self) -> Times {
        let mut times = [0; BOUNDS.len() + 1];
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        for (_, route) in routes
            .iter()
            .filter(|(pattern, _)| pattern.starts_with("/application/o/"))
        {
            let mut below = 0;
            for (sum, bucket) in times.iter_mut().zip(&route.buckets) {
                *sum += bucket.get();
                below += bucket.get();
            }
            let all: u64 = route.classes.iter().map(Counter::get).sum();
            times[BOUNDS.len()] += all.saturating_sub(below);
        }
        times
    }

    /// The counters of a route, by its pattern in the router. Never by a path that a client chose: memory would grow with each.
    pub fn route(&self, pattern: &str) -> Arc<Route> {
        if let Some(route) = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(pattern) {
            return Arc::clone(route);
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(routes.entry(pattern.into()).or_default())
    }

    /// Counts a token that was issued.
    pub fn token_issued(&self, kind: TokenKind) {
        self.tokens_issued[kind as usize].increment();
    }

    /// Everything in the text format of Prometheus.
    pub fn render(&self) -> String {
        let mut page = Page(String::with_capacity(16 * 1024));
        self.render_routes(&mut page);
        page.single(
            "vestibule_http_requests_in_flight",
            "gauge",
            "Requests being answered.",
            self.requests_in_flight.get(),
        );
        page.single(
            "vestibule_http_requests_abandoned_total",
            "counter",
            "Requests whose client went away.",
            self.requests_abandoned.get(),
        );
        page.single(
            "vestibule_database_commits_total",
            "counter",
            "Batches of writes committed.",
            self.database_commits.get(),
        );
        page.single(
            "vestibule_database_conflicts_total",
            "counter",
            "Batches of writes refused by a guard.",
            self.database_conflicts.get(),
        );
        page.single(
            "vestibule_password_hashes_running",
            "gauge",
            "Password hashes being computed.",
            self.password_hashes_running.get(),
        );
        page.single(
            "vestibule_password_hashes_waiting",
            "gauge",
            "Password hashes that wait.",
            self.password_hashes_waiting.get(),
        );
        let name = "vestibule_sign_out_notices_total";
        page.head(
            name,
            "counter",
            "Applications told of a sign-out, attempts that failed, and notices given up.",
        );
        for (outcome, count) in [
            ("told", &self.sign_outs_told),
            ("failed", &self.sign_outs_failed),
            ("given_up", &self.sign_outs_given_up),
        ] {
            page.line(name, &format!("outcome=\"{outcome}\""), count.get());
        }
        let name = "vestibule_webhook_deliveries_total";
        page.head(
            name,
            "counter",
            "Events that webhooks took, attempts that failed, and events given up.",
        );
        for (outcome, count) in [
            ("delivered", &self.webhooks_delivered),
            ("failed", &self.webhooks_failed),
            ("given_up", &self.webhooks_given_up),
        ] {
            page.line(name, &format!("outcome=\"{outcome}\""), count.get());
        }
        let name = "vestibule_mails_total";
        page.head(
            name,
            "counter",
            "Mails that the mail server took, attempts that failed, and mails given up.",
        );
        for (outcome, count) in [
            ("sent", &self.mails_sent),
            ("failed", &self.mails_failed),
            ("given_up", &self.mails_given_up),
        ] {
            page.line(name, &format!("outcome=\"{outcome}\""), count.get());
        }
        let name = "vestibule_transaction_records_total";
        page.head(
            name,
            "counter",
            "Requests whose steps were recorded, and those that were dropped.",
        );
        for (outcome, count) in [
            ("written", &self.transactions_recorded),
            ("dropped", &self.transactions_dropped),
        ] {
            page.line(name, &format!("outcome=\"{outcome}\""), count.get());
        }
        page.head("vestibule_tokens_issued_total", "counter", "Tokens issued.");
        for (kind, count) in ["access_token", "refresh_token", "id_token"]
            .iter()
            .zip(&self.tokens_issued)
        {
            page.line(
                "vestibule_tokens_issued_total",
                &format!("kind=\"{kind}\""),
                count.get(),
            );
        }
        page.0
    }

    fn render_routes(&self, page: &mut Page) {
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let mut routes: Vec<_> = routes.iter().map(|(pattern, route)| (escape(pattern), route)).collect();
        routes.sort_by(|one, two| one.0.cmp(&two.0));
        page.head(
            "vestibule_http_requests_total",
            "counter",
            "Requests answered, by route and class of status.",
        );
        for (pattern, route) in &routes {
            for (class, count) in CLASSES.iter().zip(&route.classes).filter(|(_, count)| count.get() > 0) {
                page.line(
                    "vestibule_http_requests_total",
                    &format!("route=\"{pattern}\",status=\"{class}\""),
                    count.get(),
                );
            }
        }
        let name = "vestibule_http_request_duration_seconds";
        page.head(name, "histogram", "Time from a request's header to its answer's.");
        for (pattern, route) in &routes {
            let mut below = 0;
            for (bound, bucket) in BOUNDS.iter().zip(&route.buckets) {
                below += bucket.get();
                page.line(
                    &format!("{name}_bucket"),
                    &format!("route=\"{pattern}\",le=\"{}\"", seconds(*bound)),
                    below,
                );
            }
            // The classes count each answer once, so they are the total that no bucket can exceed for long.
            let total = route.classes.iter().map(Counter::get).sum::<u64>().max(below);
            page.line(
                &format!("{name}_bucket"),
                &format!("route=\"{pattern}\",le=\"+Inf\""),
                total,
            );
            page.line(
                &format!("{name}_sum"),
                &format!("route=\"{pattern}\""),
                seconds(route.micros.get()),
            );
            page.line(&format!("{name}_count"), &format!("route=\"{pattern}\""), total);
        }
    }
}

fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

fn escape(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String does not fail.
        let _written = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _written = writeln!(self.0, "{name}{{{labels}}} {value}");
    }

    fn single(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        let _written = writeln!(self.0, "{name} {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::{Metrics, TokenKind};
    use std::time::Duration;

    #[test]
    fn what_is_counted_stands_in_the_text() {
        let metrics = Metrics::default();
        let held = metrics.requests_in_flight.hold();
        let route = metrics.route("/application/o/{slug}/");
        route.count(200, Duration::from_micros(250));
        route.count(204, Duration::from_micros(251));
        route.count(503, Duration::from_secs(60));
        metrics.token_issued(TokenKind::IdToken);
        let text = metrics.render();
        for line in [
            "vestibule_http_requests_total{route=\"/application/o/{slug}/\",status=\"2xx\"} 2",
            "vestibule_http_requests_total{route=\"/application/o/{slug}/\",status=\"5xx\"} 1",
            "vestibule_http_request_duration_seconds_bucket{route=\"/application/o/{slug}/\",le=\"0.00025\"} 1",
            "vestibule_http_request_duration_seconds_bucket{route=\"/application/o/{slug}/\",le=\"10\"} 2",
            "vestibule_http_request_duration_seconds_bucket{route=\"/application/o/{slug}/\",le=\"+Inf\"} 3",
            "vestibule_http_request_duration_seconds_sum{route=\"/application/o/{slug}/\"} 60.000501",
            "vestibule_http_requests_in_flight 1",
            "vestibule_tokens_issued_total{kind=\"id_token\"} 1",
            "vestibule_tokens_issued_total{kind=\"access_token\"} 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\nis missing in\n{text}");
        }
        drop(held);
        assert!(metrics.render().contains("\nvestibule_http_requests_in_flight 0\n"));
    }

    #[test]
    fn two_servers_do_not_share_their_numbers() {
        let (one, two) = (Metrics::default(), Metrics::default());
        one.database_commits.add(3);
        assert_eq!((one.database_commits.get(), two.database_commits.get()), (3, 0));
    }

    #[test]
    fn a_strange_status_is_counted_in_the_nearest_class() {
        let metrics = Metrics::default();
        metrics.route("r").count(999, Duration::ZERO);
        metrics.route("r").count(0, Duration::ZERO);
        let text = metrics.render();
        assert!(text.contains("status=\"5xx\"} 1") && text.contains("status=\"1xx\"} 1"));
    }
}
