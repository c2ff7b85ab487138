//! The way out for mail: one message to one SMTP server (RFC 5321), with TLS (RFC 8314 and RFC 3207) or in the clear to this
//! machine only. What is sent, to whom and when it is tried again belongs to others.

use std::time::{Duration, SystemTime};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use protocol::time::Time;
use secrecy::ExposeSecret;

use crate::config::{Mail, MailTls};

/// How long one command may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail that is ready to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// Unique; the left part of `Message-ID`.
    pub id: &'a str,
    /// Whom it is for.
    pub to: &'a str,
    /// The subject.
    pub subject: &'a str,
    /// The plain text part.
    pub text: &'a str,
    /// The HTML part.
    pub html: &'a str,
    /// When it was written.
    pub date: Time,
}

/// Why a mail was not taken.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It never will be: the server refuses it for good, or it can not be written.
    #[error("{0}")]
    Refused(String),
    /// The server can not be reached or can not take it now.
    #[error("{0}")]
    Later(String),
}

/// The configured server.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    host: String,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").finish_non_exhaustive()
    }
}

impl Mailer {
    /// The way out that is configured; `None`: there is none. `public_url`: whose name we give to the server.
    ///
    /// # Errors
    /// When the TLS library refuses the settings.
    pub fn new(config: &Mail, public_url: &str) -> Result<Option<Self>, String> {
        let (Some(server), Some(from)) = (&config.host, &config.from) else {
            return Ok(None);
        };
        let parameters = || TlsParameters::builder(server.clone()).build_rustls();
        let wrong = |error: lettre::transport::smtp::Error| format!("mail: TLS can not be set up: {error}");
        let (tls, usual) = match config.tls {
            MailTls::Starttls => (Tls::Required(parameters().map_err(wrong)?), 587),
            MailTls::Tls => (Tls::Wrapper(parameters().map_err(wrong)?), 465),
            MailTls::None => (Tls::None, 25),
        };
        let host = url::Url::parse(public_url)
            .ok()
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_else(|| "localhost".to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.clone())
            .port(config.port.unwrap_or(usual))
            .tls(tls)
            .timeout(Some(PATIENCE))
            .hello_name(ClientId::Domain(host.clone()));
        if let (Some(username), Some(password)) = (&config.username, &config.password) {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(username.clone(), password));
        }
        Ok(Some(Self {
            from: from.clone(),
            host,
            transport: builder.build(),
        }))
    }

    /// Sends one mail.
    ///
    /// # Errors
    /// See [`MailError`].
    pub async fn send(&self, parcel: &Parcel<'_>) -> Result<(), MailError> {
        let message = self.write(parcel).map_err(MailError::Refused)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(error.to_string())),
            Err(error) => Err(MailError::Later(chain(&error))),
        }
    }

    fn write(&self, parcel: &Parcel<'_>) -> Result<Message, String> {
        let to: Address = parcel
            .to
            .parse()
            .map_err(|_| "the address can not be written to".to_owned())?;
        let passed = Duration::from_micros(u64::try_from(parcel.date.0).unwrap_or_default());
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(parcel.subject)
            .date(SystemTime::UNIX_EPOCH + passed)
            .message_id(Some(format!("<{}@{}>", parcel.id, self.host)))
            .multipart(MultiPart::alternative_plain_html(
                parcel.text.to_owned(),
                parcel.html.to_owned(),
            ))
            .map_err(|error| error.to_string())?;
        // Nobody's absence note is an answer to it (RFC 3834, section 5).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message
            .headers_mut()
            .insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message)
    }

    /// Whether the server answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn try_reach(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the server closed the connection".to_owned()),
            Err(error) => Err(chain(&error)),
        }
    }
}

/// An error with what is behind it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = inner.source();
    }
    text
}
