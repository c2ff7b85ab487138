//! Which addresses that others gave may stand in a page. A `javascript:` link is the classic way around escaping.

use url::Url;

/// The address, when a browser may follow it as a link: http or https.
pub(crate) fn web_link(address: &str) -> Option<&str> {
    let url = Url::parse(address).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(address)
}

/// The address, when a page may offer it as the way back to an application: a web link, or a private-use scheme,
/// which is a reversed domain name and so has a dot in it (RFC 8252, section 7.1).
pub(crate) fn application_link(address: &str) -> Option<&str> {
    let private = Url::parse(address).is_ok_and(|url| url.scheme().contains('.'));
    if private { Some(address) } else { web_link(address) }
}

/// The address, when a page may show it as a picture: https, an embedded raster or vector image, or a path of ours.
pub(crate) fn picture_link(address: &str) -> Option<&str> {
    let own = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    let embedded = [
        "data:image/png;",
        "data:image/jpeg;",
        "data:image/webp;",
        "data:image/gif;",
        "data:image/svg+xml",
    ]
    .iter()
    .any(|start| address.starts_with(start));
    let https = Url::parse(address).is_ok_and(|url| url.scheme() == "https");
    (own || embedded || https).then_some(address)
}

/// The first letter or digit of a name, for a person or an application without a picture.
pub(crate) fn initial(name: &str) -> String {
    name.chars()
        .find(|character| character.is_alphanumeric())
        .map_or_else(|| "?".to_owned(), |c| c.to_uppercase().collect())
}
