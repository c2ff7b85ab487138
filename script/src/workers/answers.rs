//! Answers what an expression asks for through the host.

use serde::Serialize;
use serde_json::Value;

use super::slots::Slots;
use crate::host::{Host, HostFuture};
use crate::wire::{HostCall, WireProgram};

/// Answers one call. What the host refuses is an error that the expression sees.
pub(super) async fn answer(host: &dyn Host, call: HostCall, slots: &mut Slots) -> Result<Value, String> {
    match &call {
        HostCall::UserBy(filters) => value(host.user_by(filters)).await,
        HostCall::Groups(user) => value(host.groups(*user)).await,
        HostCall::Entitlements(user, application) => value(host.entitlements(*user, application)).await,
        HostCall::Authenticators(user) => value(host.authenticators(*user)).await,
        HostCall::CreateEvent(action, details) => value(host.create_event(action, details)).await,
        HostCall::CreateJwt(wanted) => value(host.create_jwt(wanted)).await,
        HostCall::CreateJwtRaw(wanted) => value(host.create_jwt_raw(wanted)).await,
        HostCall::SendEmail(mail) => value(host.send_email(mail)).await,
        HostCall::ResolveDns(name, version) => value(host.resolve_dns(name, *version)).await,
        HostCall::ReverseDns(ip) => value(host.reverse_dns(ip)).await,
        HostCall::Http(call) => value(host.http(call)).await,
        HostCall::Policy(name) => {
            let found = host.policy(name).await?;
            let program: Option<WireProgram<'_>> = found.as_ref().map(|expression| slots.program(expression));
            written(&program)
        }
    }
}

async fn value<T: Serialize>(answer: HostFuture<'_, T>) -> Result<Value, String> {
    written(&answer.await?)
}

fn written(answer: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(answer).map_err(|error| format!("the answer of the server could not be written: {error}"))
}
