//! What a decision wants written. A decision returns these; the store applies them together or not at all.
//!
//! Each write that relies on something read names its condition: `UseCode` holds only while the code is unused. A
//! condition that no longer holds makes the store answer with a conflict, and the decision is made again.

use crate::device::DeviceCode;
use crate::id::SecretHash;
use crate::records::{AccessToken, Code, Consent, Event, Grant, PendingRequest, RefreshToken, Session};
use crate::time::Time;

/// One write of a decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// A new authorization.
    CreateGrant(Box<Grant>),
    /// The last token of the grant now expires at this time or later. Holds only while the grant is not revoked.
    ExtendGrant {
        /// The grant.
        id: String,
        /// The new end.
        expires_at: Time,
    },
    /// Revokes the family; nothing happens when it is revoked already.
    RevokeGrant {
        /// The grant.
        id: String,
        /// When.
        at: Time,
    },
    /// A new code.
    CreateCode(Box<Code>),
    /// Marks a code as redeemed. Holds only while it is not.
    UseCode {
        /// The code.
        hash: SecretHash,
        /// When.
        at: Time,
    },
    /// A new access token. Holds only while its grant is not revoked.
    CreateAccessToken(Box<AccessToken>),
    /// Revokes one access token.
    RevokeAccessToken {
        /// The token.
        hash: SecretHash,
        /// When.
        at: Time,
    },
    /// A new refresh token.
    CreateRefreshToken(Box<RefreshToken>),
    /// Marks a refresh token as replaced. Holds only while it is neither replaced nor revoked.
    UseRefreshToken {
        /// The token.
        hash: SecretHash,
        /// When.
        at: Time,
    },
    /// A new browser session.
    CreateSession(Box<Session>),
    /// Notes that a session was seen.
    TouchSession {
        /// The session.
        id: String,
        /// When.
        at: Time,
    },
    /// Remembers that an application got tokens in a session and is to hear of its end. Holds only while the session has not
    /// ended.
    RecordParty {
        /// The session.
        session_id: String,
        /// The application.
        application_id: String,
        /// The subject as the application knows it.
        sub: String,
        /// The issuer of its tokens, when that is not the application's own.
        issuer: Option<String>,
    },
    /// Ends a session and queues what its applications are to hear; nothing happens when it has ended already.
    EndSession {
        /// The session.
        id: String,
        /// When.
        at: Time,
    },
    /// Remembers an agreement in place of an earlier one of the same person and application.
    SaveConsent(Box<Consent>),
    /// A request begins to wait.
    CreatePending(Box<PendingRequest>),
    /// The person has come further. Holds only while the request waits.
    UpdatePending {
        /// The transaction.
        id: String,
        /// How far.
        state: Box<crate::authorize::Pending>,
    },
    /// The request has been answered. Holds only while it waits, so it is answered once.
    FinishPending {
        /// The transaction.
        id: String,
    },
    /// A device begins to wait for a person.
    CreateDeviceCode(Box<DeviceCode>),
    /// Notes that a device has polled. It holds always: of two polls at the same moment the slower interval stays, and
    /// nothing is lost but one reminder.
    NoteDevicePoll {
        /// The device code.
        hash: SecretHash,
        /// When.
        at: Time,
        /// Seconds that it has to leave from now on.
        interval: i64,
    },
    /// A person allows a device. Holds only while nobody has answered and the code has not expired.
    ApproveDeviceCode {
        /// The device code.
        hash: SecretHash,
        /// The grant that it gets.
        grant_id: String,
        /// When.
        at: Time,
    },
    /// A device is refused. Holds only while nobody has answered and the code has not expired.
    DenyDeviceCode {
        /// The device code.
        hash: SecretHash,
        /// When.
        at: Time,
    },
    /// The device gets its tokens. Holds only while it is allowed and has not got them.
    UseDeviceCode {
        /// The device code.
        hash: SecretHash,
        /// When.
        at: Time,
    },
    /// Notes the use of an app password. Holds only while it exists.
    TouchAppPassword {
        /// The app password.
        id: String,
        /// When.
        at: Time,
    },
    /// An entry of the audit log.
    CreateEvent(Box<Event>),
}
