//! Stylesheets, scripts and pictures of our pages: compiled in, served under an address that holds their hash.
//!
//! The address of a file changes with its content, so a browser may keep it for ever. Pages ask [`Assets::url`] for
//! the address; `GET /assets/{file}` answers with [`Assets::reply`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};

#[derive(rust_embed::Embed)]
#[folder = "assets/"]
struct Files;

/// All files under `assets/`, with their hashes. Made once at start and shared.
pub struct Assets {
    by_name: BTreeMap<String, Asset>,
}

struct Asset {
    url: String,
    hash: String,
    content_type: &'static str,
    content: Cow<'static, [u8]>,
}

impl Assets {
    /// Reads the compiled-in files. A file whose type we do not know is left out.
    pub fn load() -> Self {
        let by_name = Files::iter()
            .filter_map(|name| {
                let (stem, extension) = name.rsplit_once('.')?;
                let content_type = content_type(extension)?;
                let file = Files::get(&name)?;
                // 48 bits tell the versions of one file apart; they are no secret and no proof.
                let hash: String = file
                    .metadata
                    .sha256_hash()
                    .iter()
                    .take(6)
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                let url = format!("/assets/{stem}-{hash}.{extension}");
                let asset = Asset {
                    url,
                    hash,
                    content_type,
                    content: file.data,
                };
                Some((name.into_owned(), asset))
            })
            .collect();
        Self { by_name }
    }

    /// The address of the file `name` (`style.css`), empty when there is none.
    pub fn url(&self, name: &str) -> &str {
        self.by_name.get(name).map_or("", |asset| asset.url.as_str())
    }

    /// The text of the file `name`, for tools that write pages to a folder.
    pub fn content(&self, name: &str) -> Option<&[u8]> {
        self.by_name.get(name).map(|asset| asset.content.as_ref())
    }

    /// Answers `GET /assets/{file}`. An unknown file is 404. A known file under a hash that is not ours is answered
    /// with what we have, but not to be kept: beside us runs a node of another version whose page asked for it.
    pub fn reply(&self, file: &str, if_none_match: Option<&str>) -> Response {
        let Some((asset, hash)) = self.find(file) else {
            return plain(StatusCode::NOT_FOUND);
        };
        let etag = format!("\"{}\"", asset.hash);
        let kept = if hash == asset.hash {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let unchanged = if_none_match.is_some_and(|tags| {
            tags.split(',')
                .map(str::trim)
                .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
        });
        let mut response = if unchanged {
            plain(StatusCode::NOT_MODIFIED)
        } else {
            let body = match &asset.content {
                Cow::Borrowed(bytes) => Body::from(*bytes),
                Cow::Owned(bytes) => Body::from(bytes.clone()),
            };
            Response::new(body)
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(header::ETAG, etag);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'"),
        );
        headers.insert(
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        );
        response
    }

    /// Splits `style-0123456789ab.css` into the file and the hash that was asked for.
    fn find<'f>(&self, file: &'f str) -> Option<(&Asset, &'f str)> {
        let (rest, extension) = file.rsplit_once('.')?;
        let (stem, hash) = rest.rsplit_once('-')?;
        Some((self.by_name.get(&format!("{stem}.{extension}"))?, hash))
    }
}

impl std::fmt::Debug for Assets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.by_name.keys()).finish()
    }
}

fn content_type(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
