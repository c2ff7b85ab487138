//! The pages that people see: plain data in, HTML out.
//!
//! Each page is a struct beside its template in `templates/`. A page knows nothing of storage, requests or rules; the
//! wings fill it and send it with [`reply`]. Element ids and field names are part of the outside contract.
//! Words live in [`crate::texts`], looks in `assets/style.css`.

mod account;
mod api_docs;
mod choose_account;
mod consent;
pub mod dashboard;
mod denied;
mod device;
mod enroll;
mod error;
mod explanation;
mod factor;
mod factors;
mod first_administrator;
mod first_use;
mod form_post;
mod frame;
mod home;
mod join;
mod links;
mod mail;
mod markup;
mod recovery;
mod reply;
mod sample;
mod sign_in;
mod sign_out;
mod strength;

pub use account::activity::{Activity, ActivityItem, activity_words};
pub use account::app_passwords::{AppPasswordItem, AppPasswords, LIFETIMES};
pub use account::consents::{ConsentItem, Consents, scope_words};
pub use account::emails::{AddressItem, AddressStanding, ConfirmAddress, Emails, TOO_MANY_ADDRESSES};
pub use account::moment::Moment;
pub use account::password::{CurrentProblem, PasswordPage};
pub use account::profile::{Profile, ProfileField, named_languages};
pub use account::room::{AccountRoom, SECTIONS, done_message};
pub use account::sessions::{SessionItem, Sessions, device_words};
pub use account::{Account, AccountProblem, LinkedItem, SourceItem};
pub use api_docs::{ApiDocs, ApiOperation, document::ApiDocument};
pub use askama::Template;
pub use choose_account::{AccountItem, ChooseAccount};
pub use consent::{ClaimItem, Consent, ScopeItem};
pub use denied::{Denied, RuleItem};
pub use device::{DeviceAnswered, DeviceEntry, DeviceProblem, DeviceQuestion};
pub use enroll::Enroll;
pub use error::{ErrorPage, source_problem_words};
pub use explanation::{Explanation, messages as explanation_messages, repair_text, unconfirmed};
pub use factor::{FactorNeeded, FactorProblem, PasskeyProblem, SecondFactor};
pub use factors::{AuthenticatorProblem, FactorItem, Factors, FactorsProblem, NewAuthenticator, RecoveryCodes};
pub use first_administrator::{Field, FieldProblem, FirstAdministrator};
pub use first_use::FirstUse;
pub use form_post::FormPostPage;
pub use frame::{Application, Frame, Person};
pub use home::{Home, Tile, TileGroup};
pub use join::{Join, SignUp};
pub use mail::{AddressChange, Circumstances, FactorChange, Letter};
pub use markup::Markup;
pub use recovery::{MailState, Recover, RecoverNew};
pub use reply::{FormAction, reply, reply_with_calls, reply_with_frames};
pub use sample::{SampleRequest, SampleResult, SampleScope, SampleStart, Token, UpstreamPerson, UpstreamStart};
pub use sign_in::{MailOffers, SignIn, SignInProblem, SignInStep, SourceButton};
pub use sign_out::{ConfirmSignOut, Reach, SignedOut};
pub use strength::Advice;
