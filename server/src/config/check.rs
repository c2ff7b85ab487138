//! Rules that concern several keys at once, defaults that follow other keys, and settings worth a warning.

use super::error::{Mistake, Place};
use super::{Config, Draft, MailTls, keys};

/// Checks keys against one another and fills the defaults that depend on other keys.
pub(super) fn together(draft: &mut Draft, mistakes: &mut Vec<Mistake>) {
    let Draft { value: config, places } = draft;
    let mut wrong = |key: &str, message: String| {
        mistakes.push(Mistake::new(
            places.get(key).cloned().unwrap_or(Place::Default),
            message,
        ));
    };
    let tls = &config.tls;
    match (&tls.certificate, &tls.key) {
        (Some(_), None) => wrong("tls.certificate", "`tls.certificate` needs `tls.key`: set both".into()),
        (None, Some(_)) => wrong("tls.key", "`tls.key` needs `tls.certificate`: set both".into()),
        (Some(_), Some(_)) if tls.self_signed => {
            wrong(
                "tls.self_signed",
                "`tls.self_signed` and `tls.certificate` exclude each other: keep one of them".into(),
            );
        }
        _ => {}
    }
    if tls.client_ca.is_some() && !tls.is_on() {
        wrong(
            "tls.client_ca",
            "`tls.client_ca` needs TLS: set `tls.certificate` and `tls.key` too".into(),
        );
    }
    mail(config, &mut wrong);
    for net in &config.outgoing.allow {
        if !crate::outgoing::addresses::is_closed(net) {
            wrong(
                "outgoing.allow",
                format!(
                    "`outgoing.allow` holds {net}, which is not inside a private or loopback range; what is public can be reached \
                     by https without it"
                ),
            );
        }
    }
    if config.session.idle_lifetime > config.session.lifetime {
        let key = if places.get("session.idle_lifetime") == Some(&Place::Default) {
            "session.lifetime"
        } else {
            "session.idle_lifetime"
        };
        wrong(
            key,
            "`session.idle_lifetime` is longer than `session.lifetime`; make it shorter or equal".into(),
        );
    }
    if let Some(every) = config.keys.rotate_every
        && config.keys.publish_ahead >= every
    {
        let key = if places.get("keys.publish_ahead") == Some(&Place::Default) {
            "keys.rotate_every"
        } else {
            "keys.publish_ahead"
        };
        wrong(
            key,
            "`keys.publish_ahead` is not shorter than `keys.rotate_every`; make it shorter".into(),
        );
    }
    if !places.contains_key("database.url") {
        config.database = keys::default_database(config);
    }
    if config.limits.concurrent_password_hashes == 0 {
        config.limits.concurrent_password_hashes = std::thread::available_parallelism().map_or(1, usize::from);
    }
}

/// What belongs together for mail.
fn mail(config: &Config, wrong: &mut impl FnMut(&str, String)) {
    let mail = &config.mail;
    if mail.host.is_some() && mail.from.is_none() {
        wrong("mail.host", "`mail.host` needs `mail.from`: set both".into());
    }
    let others = [
        ("mail.from", mail.from.is_some()),
        ("mail.port", mail.port.is_some()),
        ("mail.username", mail.username.is_some()),
        ("mail.password", mail.password.is_some()),
    ];
    for (key, _) in others.iter().filter(|(_, given)| *given && mail.host.is_none()) {
        wrong(key, format!("`{key}` needs `mail.host`: set both"));
    }
    if mail.host.is_some() && mail.username.is_some() != mail.password.is_some() {
        let (key, other) = if mail.username.is_some() {
            ("mail.username", "mail.password")
        } else {
            ("mail.password", "mail.username")
        };
        wrong(key, format!("`{key}` needs `{other}`: set both"));
    }
    let here = mail.host.as_deref().is_none_or(|host| {
        host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    });
    if mail.tls == MailTls::None && !here {
        wrong(
            "mail.tls",
            "`mail.tls` is \"none\", which is for a server on this machine only (`localhost`, `127.0.0.1`): write \"starttls\" or \"tls\""
                .into(),
        );
    }
    if config.account.sign_up && mail.host.is_none() {
        wrong(
            "account.sign_up",
            "`account.sign_up` needs a mail server: set `mail.host` and `mail.from`".into(),
        );
    }
}

/// Settings that are allowed and probably not meant.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let mut warnings = Vec::new();
    match &config.public_url {
        None if !config.listen.ip().is_loopback() => warnings.push(
            "`public_url` is not set, so issuers and links say localhost although other machines can connect; \
             set it to the address that browsers use"
                .to_owned(),
        ),
        Some(url) if url.scheme() == "http" && !is_local(url) => warnings.push(format!(
            "`public_url` is {}, without https: passwords, cookies and tokens cross the network readable, and many applications refuse \
             such an issuer",
            url.origin().ascii_serialization()
        )),
        Some(url) if url.scheme() == "http" && config.tls.is_on() => {
            warnings.push("TLS is on although `public_url` begins with http; write it with https".to_owned());
        }
        _ => {}
    }
    if config.tls.self_signed {
        warnings.push("the certificate is self-signed and changes at each start: for development only".to_owned());
    }
    if config.data_dir.parent().is_none() && config.data_dir.is_absolute() {
        warnings.push("`data_dir` is the root folder; give Vestibule a folder of its own".to_owned());
    }
    warnings
}

fn is_local(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
