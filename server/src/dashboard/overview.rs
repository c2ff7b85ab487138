//! `/admin/`: what needs attention, and what happened lately. Both were counted and looked for before; this page only reads.

use std::collections::BTreeMap;

use axum::response::Response;
use http::StatusCode;
use protocol::time::{HOUR, Time};
use store::activity::Activity;
use store::transactions::SourceHour;

use super::cells::moment;
use super::desk::Arrival;
use crate::actions::survey::{Finding, Kind, Survey};
use crate::actions::times::rfc3339;
use crate::pages::dashboard::overview::{Bar, Chart, FindingView, Overview, Rank, Span, Trend};
use crate::pages::dashboard::table::Link;
use crate::pages::{FormAction, Frame, reply};
use crate::web::visit::{Shown, Visit};

/// The charts: the message with its name, and the actions that it counts.
const CHARTS: &[(&str, &[&str])] = &[
    ("dashboard-chart-sign-ins", &["login", "source_login"]),
    ("dashboard-chart-failures", &["login_failed"]),
    (
        "dashboard-chart-refusals",
        &["suspicious_request", "configuration_error"],
    ),
    ("dashboard-chart-tokens", &["token_issued", "authorize_application"]),
];

/// The height of the charts, in their own units; `overview.html` says the same.
const HEIGHT: i64 = 48;
/// The width of all bars together.
const WIDTH: i64 = 336;

/// Shows the page.
pub(super) async fn get(arrival: Arrival) -> Response {
    let visit = arrival.visit();
    visit.answer(open(&visit, &arrival).await)
}

async fn open(visit: &Visit<'_>, arrival: &Arrival) -> Shown {
    let desk = arrival.desk(visit).await?;
    let frame = visit.frame(&[]);
    let query = visit.query(arrival.incoming.query())?;
    let is_week = query.get("span") == Some("week");
    let this_hour = visit.now.0 / HOUR;
    // A bar stands for one hour of a day, or for six of a week.
    let (bars, each) = if is_week { (28, 6) } else { (24, 1) };
    let first = this_hour - bars * each + 1;
    let activity = visit.app.store.load_activity(first).await?;
    let slots = Slots { first, bars, each };
    let survey = visit.app.survey();
    let counted = CHARTS
        .iter()
        .map(|(name, actions)| counted(&frame, name, actions, &activity, slots));
    let charts = counted.chain([pace(&frame, &survey, slots)]).collect();
    let page = Overview {
        shell: desk.shell(&frame),
        looked: survey
            .at
            .map(|at| frame.say_with("dashboard-looked", "time", &moment(&rfc3339(at)))),
        findings: findings(&frame, &survey),
        more: more(&frame, &survey),
        charts,
        refusals: refusals(&survey),
        providers: providers(&frame, &survey, visit.now),
        spans: [
            ("dashboard-span-day", "/admin/", !is_week),
            ("dashboard-span-week", "/admin/?span=week", is_week),
        ]
        .into_iter()
        .map(|(name, address, is_current)| Span {
            link: Link {
                address: address.to_owned(),
                text: frame.say(name),
            },
            is_current,
        })
        .collect(),
        frame: &frame,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

/// The bars of a chart: where the first begins, how many there are, and for how many hours each stands.
#[derive(Clone, Copy)]
struct Slots {
    first: i64,
    bars: i64,
    each: i64,
}

/// How often these actions happened.
fn counted(frame: &Frame<'_>, name: &str, actions: &[&str], activity: &[Activity], slots: Slots) -> Chart {
    let counted: Vec<i64> = (0..slots.bars)
        .map(|bar| {
            let from = slots.first + bar * slots.each;
            let hours = from..from + slots.each;
            let here = activity
                .iter()
                .filter(|one| hours.contains(&one.hour) && actions.contains(&one.action.as_str()));
            here.map(|one| one.number).sum()
        })
        .collect();
    let total: i64 = counted.iter().sum();
    let highest = counted.iter().max().copied().unwrap_or_default();
    let text = frame.say_values(
        "dashboard-chart-text",
        &[
            ("name", &frame.say(name)),
            ("total", &total.to_string()),
            ("highest", &highest.to_string()),
        ],
    );
    chart(frame.say(name), total.to_string(), text, &counted, slots)
}

/// How fast answers were: for each bar, the slowest time within which 95 of 100 were given.
fn pace(frame: &Frame<'_>, survey: &Survey, slots: Slots) -> Chart {
    let tenths = |micros: u64| i64::try_from(micros / 100).unwrap_or(i64::MAX);
    let slowest: Vec<i64> = (0..slots.bars)
        .map(|bar| {
            let from = slots.first + bar * slots.each;
            let hours = from..from + slots.each;
            let here = survey.paces.iter().filter(|pace| hours.contains(&(pace.at.0 / HOUR)));
            here.map(|pace| tenths(pace.slow)).max().unwrap_or_default()
        })
        .collect();
    let milliseconds = |micros: u64| format!("{}.{}", micros / 1_000, micros % 1_000 / 100);
    let latest = survey.paces.back();
    let (median, slow) = latest.map_or((0, 0), |pace| (pace.median, pace.slow));
    let (median, slow) = (milliseconds(median), milliseconds(slow));
    let total = match latest {
        Some(_) => frame.say_with("dashboard-chart-ms", "count", &slow),
        None => frame.say("dashboard-none"),
    };
    let text = frame.say_values("dashboard-chart-latency-text", &[("median", &median), ("slow", &slow)]);
    chart(frame.say("dashboard-chart-latency"), total, text, &slowest, slots)
}

/// A chart of one bar for each number.
fn chart(name: String, total: String, text: String, counted: &[i64], slots: Slots) -> Chart {
    let highest = counted.iter().copied().max().unwrap_or_default().max(1);
    let width = WIDTH / slots.bars;
    let bars = counted.iter().zip(0..).map(|(number, bar): (&i64, i64)| {
        // What happened at all is seen, however much more happened at other times.
        let height = if *number == 0 {
            0
        } else {
            (number * HEIGHT / highest).max(2)
        };
        let at = rfc3339(Time((slots.first + bar * slots.each) * HOUR));
        Bar {
            x: bar * width,
            y: HEIGHT - height,
            width: width - 2,
            height,
            title: format!("{}: {number}", moment(&at)),
        }
    });
    Chart {
        bars: bars.collect(),
        name,
        total,
        text,
    }
}

/// Of 100, how much `part` is of `whole`; what is there at all is seen.
fn share(part: i64, whole: i64) -> i64 {
    match (part, whole) {
        (0, _) | (_, 0) => 0,
        (part, whole) => (part * 100 / whole).clamp(1, 100),
    }
}

fn refusals(survey: &Survey) -> Vec<Rank> {
    let highest = survey
        .refusals
        .iter()
        .map(|(_, number)| *number)
        .max()
        .unwrap_or_default();
    let rank = |(code, number): &(String, i64)| Rank {
        name: code.clone(),
        link: Link {
            address: format!("/admin/transactions?q={code}"),
            text: code.clone(),
        },
        text: number.to_string(),
        filled: share(*number, highest),
    };
    survey.refusals.iter().map(rank).collect()
}

/// How the sources fared in the hours of the last day.
fn providers(frame: &Frame<'_>, survey: &Survey, now: Time) -> Vec<Trend> {
    let slots = Slots {
        first: now.0 / HOUR - 23,
        bars: 24,
        each: 1,
    };
    let mut sources: BTreeMap<&str, Vec<&SourceHour>> = BTreeMap::new();
    for hour in &survey.sources {
        sources.entry(&hour.source).or_default().push(hour);
    }
    sources
        .into_iter()
        .map(|(key, hours)| trend(frame, key, &hours, slots))
        .collect()
}

fn trend(frame: &Frame<'_>, key: &str, hours: &[&SourceHour], slots: Slots) -> Trend {
    let counts = |done: i64, refused: i64| {
        let values = [("done", &*done.to_string()), ("refused", &*refused.to_string())];
        frame.say_values("dashboard-provider-counts", &values)
    };
    let highest = hours
        .iter()
        .map(|hour| hour.done + hour.refused)
        .max()
        .unwrap_or_default()
        .max(1);
    let width = WIDTH / slots.bars;
    let (mut done, mut refused) = (Vec::new(), Vec::new());
    for hour in hours {
        // What was counted in the hour before the first one has no place here.
        let place = hour.hour - slots.first;
        if !(0..slots.bars).contains(&place) {
            continue;
        }
        let at = rfc3339(Time(hour.hour * HOUR));
        let title = format!("{}: {}", moment(&at), counts(hour.done, hour.refused));
        let height = |number: i64| {
            if number == 0 {
                0
            } else {
                (number * HEIGHT / highest).max(2)
            }
        };
        let top = HEIGHT - height(hour.done);
        let bar = |y, height| Bar {
            x: place * width,
            y,
            width: width - 2,
            height,
            title: title.clone(),
        };
        done.extend((hour.done > 0).then(|| bar(top, height(hour.done))));
        let refusals = height(hour.refused).min(top);
        refused.extend((hour.refused > 0).then(|| bar(top - refusals, refusals)));
    }
    let sum = |count: fn(&SourceHour) -> i64| hours.iter().map(|hour| count(hour)).sum();
    Trend {
        name: key.to_owned(),
        link: Link {
            address: format!("/admin/transactions?q={key}"),
            text: key.to_owned(),
        },
        text: counts(sum(|hour| hour.done), sum(|hour| hour.refused)),
        done,
        refused,
    }
}

fn findings(frame: &Frame<'_>, survey: &Survey) -> Vec<FindingView> {
    let kinds = Kind::ALL.iter();
    kinds
        .flat_map(|kind| survey.findings.iter().filter(move |finding| finding.kind == *kind))
        .map(|finding| view(frame, finding))
        .collect()
}

fn view(frame: &Frame<'_>, finding: &Finding) -> FindingView {
    let detail = match finding.kind {
        Kind::Token | Kind::Secret | Kind::Unused => moment(&finding.detail),
        _ => finding.detail.clone(),
    };
    FindingView {
        kind: finding.kind.name(),
        text: frame.say(&format!("dashboard-finding-{}", finding.kind.name())),
        record: Link {
            address: format!("/admin/{}/{}", finding.kind.resource(), finding.id),
            text: finding.name.clone(),
        },
        detail,
    }
}

/// How many findings are not shown.
fn more(frame: &Frame<'_>, survey: &Survey) -> Option<String> {
    let all: usize = survey.counts.iter().sum();
    let hidden = all.saturating_sub(survey.findings.len());
    let count = u32::try_from(hidden).unwrap_or(u32::MAX);
    (hidden > 0).then(|| frame.say_count("dashboard-findings-more", "count", count))
}

/// Every message of this page whose id is put together.
pub(super) fn messages() -> impl Iterator<Item = String> {
    let charts = CHARTS.iter().map(|(name, _)| (*name).to_owned());
    charts.chain(
        Kind::ALL
            .iter()
            .map(|kind| format!("dashboard-finding-{}", kind.name())),
    )
}
