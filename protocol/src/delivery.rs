//! How an authorization answer travels back to the application: behind `?`, behind `#`, or in a form that the browser
//! posts (OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0 Form Post Response Mode).

use crate::error::OAuthError;
use crate::redirect_uri::{ResponseMode, ValidatedRedirect};

/// The way back to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The registered address.
    pub redirect: ValidatedRedirect,
    /// Where the parameters go.
    pub mode: ResponseMode,
    /// Returned unchanged.
    pub state: Option<String>,
}

/// The parameters of an answer, in their order, without `state` and `iss`.
pub type Parameters = Vec<(&'static str, String)>;

/// An answer that is ready to leave.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// The browser goes to this address.
    Redirect(String),
    /// The browser posts a form.
    Form(FormPost),
}

/// The form of an answer (OAuth 2.0 Form Post Response Mode, section 2).
#[derive(Clone, PartialEq, Eq)]
pub struct FormPost {
    /// The registered address, as it is.
    pub action: ValidatedRedirect,
    /// The fields, in their order.
    pub fields: Parameters,
}

impl Delivery {
    /// The answer with these parameters, `state` when one came, and the issuer (RFC 9207).
    #[must_use]
    pub fn answer(&self, mut parameters: Parameters, issuer: &str) -> Answer {
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        parameters.push(("iss", issuer.to_owned()));
        match self.mode {
            ResponseMode::FormPost => Answer::Form(FormPost {
                action: self.redirect.clone(),
                fields: parameters,
            }),
            mode => {
                let pairs: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
                Answer::Redirect(self.redirect.with(mode, &pairs))
            }
        }
    }

    /// The answer with an error (RFC 6749, section 4.1.2.1).
    #[must_use]
    pub fn error(&self, error: &OAuthError, issuer: &str) -> Answer {
        self.error_in_words(error.code().as_str(), error.public(), issuer)
    }

    /// The answer with an error in the words of a dialect.
    #[must_use]
    pub fn error_in_words(&self, code: &str, description: &str, issuer: &str) -> Answer {
        let parameters = vec![
            ("error", code.to_owned()),
            ("error_description", description.to_owned()),
        ];
        self.answer(parameters, issuer)
    }
}

/// Whether a form carries `text` unchanged: a browser drops NUL and rewrites the ends of lines (HTML, the parts
/// "Tokenization" and "Constructing the entry list").
#[must_use]
pub fn fits_a_form(text: &str) -> bool {
    !text.contains(['\0', '\r', '\n'])
}

impl std::fmt::Debug for Answer {
    /// Codes and tokens stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Redirect(address) => {
                let end = address.find(['?', '#']).unwrap_or(address.len());
                f.debug_tuple("Redirect")
                    .field(&address.get(..end).unwrap_or_default())
                    .finish()
            }
            Self::Form(form) => form.fmt(f),
        }
    }
}

impl std::fmt::Debug for FormPost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| *name).collect();
        f.debug_struct("FormPost")
            .field("action", &self.action.as_str())
            .field("fields", &names)
            .finish()
    }
}
