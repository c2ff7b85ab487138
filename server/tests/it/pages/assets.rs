//! Assets as a browser fetches them, and the colours of the stylesheet.

use std::collections::BTreeMap;

use http::{StatusCode, header};
use vestibule::assets::Assets;

#[tokio::test]
async fn an_asset_is_kept_for_ever_under_its_own_hash_only() {
    let assets = Assets::load();
    let url = assets.url("style.css");
    let file = url.strip_prefix("/assets/").unwrap();
    let fresh = assets.reply(file, None);
    assert_eq!(fresh.status(), StatusCode::OK);
    assert_eq!(
        fresh.headers()[header::CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(fresh.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert_eq!(fresh.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    let etag = fresh.headers()[header::ETAG].to_str().unwrap().to_owned();
    let body = axum::body::to_bytes(fresh.into_body(), 1 << 20).await.unwrap();
    assert_eq!(body, assets.content("style.css").unwrap());

    for tags in [etag.clone(), format!("\"x\", W/{etag}"), "*".to_owned()] {
        let unchanged = assets.reply(file, Some(&tags));
        assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
        assert!(axum::body::to_bytes(unchanged.into_body(), 1).await.unwrap().is_empty());
    }
    assert_eq!(assets.reply(file, Some("\"other\"")).status(), StatusCode::OK);

    let of_another_version = assets.reply("style-000000000000.css", None);
    assert_eq!(of_another_version.status(), StatusCode::OK);
    assert_eq!(of_another_version.headers()[header::CACHE_CONTROL], "no-cache");

    for unknown in [
        "",
        "style.css",
        "nothing-000000000000.css",
        "../texts/en-0.ftl",
        "style-0.js",
        "-.css",
        "%2e%2e",
    ] {
        assert_eq!(assets.reply(unknown, None).status(), StatusCode::NOT_FOUND, "{unknown}");
    }
}

/// The custom properties with a colour, for light and for dark.
fn colours(source: &str) -> [BTreeMap<String, [f64; 3]>; 2] {
    let read = |part: &str| -> BTreeMap<String, [f64; 3]> {
        part.lines()
            .filter_map(|line| {
                let (name, value) = line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": #")?;
                let channel = |at: usize| f64::from(u8::from_str_radix(&value[at..at + 2], 16).unwrap()) / 255.0;
                Some((name.to_owned(), [channel(0), channel(2), channel(4)]))
            })
            .collect()
    };
    let (light, dark) = source.split_once("@media (prefers-color-scheme: dark)").unwrap();
    [read(light), read(dark.split_once("\n}").unwrap().0)]
}

/// The contrast of two colours (WCAG 2.2, "contrast ratio").
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [r, g, b] = colour.map(|c| {
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_and_edges_stand_out_in_light_and_dark() {
    let vestibule: &[(&str, &str, f64)] = &[
        ("ink", "paper", 4.5),
        ("ink", "surface", 4.5),
        ("ink-soft", "paper", 4.5),
        ("ink-soft", "surface", 4.5),
        ("accent", "surface", 4.5),
        ("accent", "paper", 4.5),
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("accent-strong", "accent-soft", 4.5),
        ("ink", "accent-soft", 4.5),
        ("ink", "danger-soft", 4.5),
        ("danger", "surface", 4.5),
        ("line-strong", "surface", 3.0),
        ("accent", "accent-soft", 3.0),
        ("ink-soft", "accent-soft", 4.5),
    ];
    let sample: &[(&str, &str, f64)] = &[
        ("ink", "paper", 4.5),
        ("ink-soft", "paper", 4.5),
        ("ink", "raised", 4.5),
        ("ink-soft", "raised", 4.5),
        ("on-fill", "fill", 4.5),
        ("first", "raised", 4.5),
        ("second", "raised", 4.5),
        ("third", "raised", 4.5),
        ("third", "paper", 4.5),
        ("bad", "paper", 4.5),
        ("edge", "paper", 3.0),
        ("link", "paper", 3.0),
    ];
    for (file, pairs) in [("style.css", vestibule), ("sample.css", sample)] {
        let assets = Assets::load();
        let [light, dark] = colours(std::str::from_utf8(assets.content(file).unwrap()).unwrap());
        assert_eq!(
            light.keys().collect::<Vec<_>>(),
            dark.keys().collect::<Vec<_>>(),
            "{file}: both name the same colours"
        );
        for (scheme, colours) in [("light", light), ("dark", dark)] {
            for (front, back, least) in pairs {
                let found = contrast(colours[*front], colours[*back]);
                assert!(
                    found >= *least,
                    "{file}, {scheme}: {front} on {back} has {found:.2}, needs {least}"
                );
            }
        }
    }
}
