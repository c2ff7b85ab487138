//! The keys of mail.

use super::super::MailTls;
use super::super::value::Kind;
use super::Key;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "mail.host",
        kind: Kind::Text(|config, value| config.mail.host = Some(value)),
        default: None,
        default_in_words: "none: no mail is sent, and what needs mail is not offered",
        meaning: "Name or address of the SMTP server that takes mail: recovery of accounts, verification of addresses, notices of \
                  changes, invitations. Needs `mail.from`.",
        example: "\"smtp.example.com\"",
    },
    Key {
        path: "mail.from",
        kind: Kind::Mailbox(|config, value| config.mail.from = Some(value)),
        default: None,
        default_in_words: "none",
        meaning: "From whom mail comes: an address, or a name and an address.",
        example: "\"Example sign-in <no-reply@example.com>\"",
    },
    Key {
        path: "mail.tls",
        kind: Kind::Choice {
            words: &["starttls", "tls", "none"],
            set: |config, position| {
                const WAYS: [MailTls; 3] = [MailTls::Starttls, MailTls::Tls, MailTls::None];
                config.mail.tls = WAYS[position.min(2)];
            },
        },
        default: Some("starttls"),
        default_in_words: "",
        meaning: "How the connection is protected: `starttls` begins in the clear and goes on only with TLS, `tls` is TLS from the \
                  first byte, `none` is for a server on this machine only. The certificate must be one that the system trusts.",
        example: "\"tls\"",
    },
    Key {
        path: "mail.port",
        kind: Kind::Count {
            least: 1,
            most: 65_535,
            set: |config, value| config.mail.port = u16::try_from(value).ok(),
        },
        default: None,
        default_in_words: "587 with `starttls`, 465 with `tls`, 25 with `none`",
        meaning: "Port of the SMTP server.",
        example: "2525",
    },
    Key {
        path: "mail.username",
        kind: Kind::Text(|config, value| config.mail.username = Some(value)),
        default: None,
        default_in_words: "none: no authentication",
        meaning: "User name at the SMTP server. Needs `mail.password`.",
        example: "\"vestibule\"",
    },
    Key {
        path: "mail.password",
        kind: Kind::Secret(|config, value| config.mail.password = Some(value)),
        default: None,
        default_in_words: "none",
        meaning: "Password at the SMTP server. Better given by the variable than in the file.",
        example: "\"(secret)\"",
    },
    Key {
        path: "limits.mails_per_account",
        kind: Kind::Count {
            least: 1,
            most: 1_000,
            set: |config, value| config.limits.mails_per_account = value,
        },
        default: Some("5"),
        default_in_words: "",
        meaning: "Mails with a link that may be asked for one name or account within `limits.mail_window`, each kind by itself.",
        example: "3",
    },
    Key {
        path: "limits.mails_per_address",
        kind: Kind::Count {
            least: 1,
            most: 100_000,
            set: |config, value| config.limits.mails_per_address = value,
        },
        default: Some("20"),
        default_in_words: "",
        meaning: "Mails with a link that may be asked for from one network address within `limits.mail_window`, each kind by itself.",
        example: "100",
    },
    Key {
        path: "limits.mail_window",
        kind: Kind::Span {
            least: 60,
            most: 86_400,
            set: |config, value| config.limits.mail_window = value,
        },
        default: Some("hours=1"),
        default_in_words: "",
        meaning: "The time in which mails that are asked for are counted.",
        example: "\"minutes=30\"",
    },
];
