//! The functions of an expression: those that the worker answers itself, and those that it hands to the host.

use std::rc::Rc;

use monty_types::{ExcType, MontyObject};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::arguments::{Answer, Arguments, Stop, as_argument, no_attribute, raise, text_list};
use super::compile::{Compiled, about_name};
use super::convert::{text, texts, to_json, to_map};
use super::objects::Native;
use super::query::Query;
use super::refusals::query_method;
use super::run::Run;
use super::{addresses, http, now};
use crate::host::{CreateJwt, CreateJwtRaw, Email, Groups, HttpReply};
use crate::inputs::UserObject;
use crate::outcome::RunFault;
use crate::wire::{HostCall, WireProgram};

/// The most that one call sends to the host, in bytes.
const MOST: usize = 1 << 20;

impl Run<'_, '_> {
    /// Calls a function by name.
    pub(super) fn function(&mut self, mut arguments: Arguments, program: &Compiled) -> Answer {
        // A call of an unknown name arrives here as well.
        if !program.prelude.inputs.contains(&arguments.function.as_str()) {
            let name = &arguments.function;
            let message = about_name(program.kind, name).unwrap_or_else(|| format!("name '{name}' is not defined"));
            return raise(ExcType::NameError, message);
        }
        if let Some(method) = query_method(&arguments.function) {
            return self.query(method, arguments, program);
        }
        match arguments.function.as_str() {
            "regex_match" => {
                let (value, pattern) = (arguments.text(0, "value")?, arguments.text(1, "regex")?);
                Ok(MontyObject::Bool(self.engine.regexes.find(&value, &pattern)?))
            }
            "regex_replace" => {
                let (value, pattern) = (arguments.text(0, "value")?, arguments.text(1, "regex")?);
                let with = arguments.text(2, "repl")?;
                let most = self.limits.memory_bytes / 4;
                Ok(text(self.engine.regexes.replace(&value, &pattern, &with, most)?))
            }
            "list_flatten" => Ok(match arguments.need(0, "value")? {
                MontyObject::List(items) | MontyObject::Tuple(items) => {
                    items.into_iter().next().unwrap_or(MontyObject::None)
                }
                other => other,
            }),
            "ak_is_group_member" => self.is_group_member(arguments, program),
            "ak_user_by" => {
                let filters = MontyObject::dict(named(arguments.rest(0)?));
                let filters = as_argument(to_map(&filters, MOST))?;
                let user: Option<UserObject> = self.host(HostCall::UserBy(filters))?;
                Ok(user.map_or(MontyObject::None, |user| self.objects.add_user(user, &program.words)))
            }
            "ak_user_has_authenticator" => self.has_authenticator(arguments),
            "ak_create_event" => {
                let action = arguments.text(0, "action")?;
                let details = MontyObject::dict(named(arguments.rest(1)?));
                let details = as_argument(to_map(&self.plainly(details), MOST))?;
                let () = self.host(HostCall::CreateEvent(action, details))?;
                Ok(MontyObject::None)
            }
            "ak_create_jwt" => self.create_jwt(arguments),
            "ak_create_jwt_raw" => self.create_jwt_raw(arguments),
            "ak_send_email" => self.send_email(arguments),
            "resolve_dns" => {
                let host = arguments.text(0, "host")?;
                let version = match arguments.take(1, "ip_version") {
                    None | Some(MontyObject::None) => None,
                    Some(MontyObject::Int(4)) => Some(4),
                    Some(MontyObject::Int(6)) => Some(6),
                    Some(_) => return raise(ExcType::ValueError, "ip_version is 4, 6 or None"),
                };
                let found: Vec<String> = self.host(HostCall::ResolveDns(host, version))?;
                Ok(texts(&found))
            }
            "reverse_dns" => {
                let ip = arguments.text(0, "ip_addr")?;
                let name: String = self.host(HostCall::ReverseDns(ip))?;
                Ok(text(name))
            }
            "__ip_address" => addresses::address(&arguments.text(0, "address")?),
            "__ip_network" => {
                let given = arguments.text(0, "address")?;
                addresses::network(&given, arguments.need(1, "strict")?.is_truthy())
            }
            "__http" => {
                let call = http::call(arguments)?;
                let reply: HttpReply = self.host(HostCall::Http(call))?;
                Ok(self.objects.response(reply))
            }
            "__slugify" => {
                let given = arguments.text(0, "value")?;
                Ok(text(slug(&given, arguments.need(1, "allow_unicode")?.is_truthy())))
            }
            "__message" => {
                let message: String = arguments.text(0, "message")?.chars().take(1_000).collect();
                if self.messages.len() < 50 {
                    self.messages.push(message);
                }
                Ok(MontyObject::None)
            }
            "__return" => {
                let value = arguments.need(0, "value")?;
                let context = arguments.need(1, "context")?;
                if self.depth == 0
                    && let MontyObject::Dict(pairs) = context
                {
                    let mut pairs = pairs.into_iter();
                    let data = pairs.find(|(key, _)| matches!(key, MontyObject::String(key) if key == "prompt_data"));
                    self.prompt_data = data.map(|(_, data)| data);
                }
                Ok(value)
            }
            other => raise(ExcType::NameError, format!("name '{other}' is not defined")),
        }
    }

    /// A method of a query set.
    fn query(&mut self, method: &'static str, mut arguments: Arguments, program: &Compiled) -> Answer {
        let receiver = if arguments.plain.is_empty() {
            MontyObject::None
        } else {
            arguments.plain.remove(0)
        };
        let items = match receiver {
            MontyObject::List(items) => items,
            other => match self.objects.native(&other).cloned() {
                Some(native @ (Native::Groups(_) | Native::Parents(..))) => self.managed(&native)?,
                _ => return no_attribute(&other, method),
            },
        };
        arguments.function = method.to_owned();
        Query {
            objects: &mut self.objects,
            words: &program.words,
            regexes: &mut self.engine.regexes,
        }
        .run(method, items, arguments)
    }

    /// The groups behind a manager; those that were not sent are asked for.
    fn managed(&mut self, native: &Native) -> Result<Vec<MontyObject>, Stop> {
        for _ in 0..2 {
            match self.objects.managed(native) {
                Some(Ok(MontyObject::List(groups))) => return Ok(groups),
                Some(Err(user)) => self.load_groups(user)?,
                _ => break,
            }
        }
        Ok(Vec::new())
    }

    /// Asks the host for the groups of a user.
    pub(super) fn load_groups(&mut self, user: usize) -> Result<(), Stop> {
        let Some(pk) = self.objects.users.get(user).map(|user| user.pk) else {
            return Ok(());
        };
        let groups: Groups = self.host(HostCall::Groups(pk))?;
        if let Some(user) = self.objects.users.get_mut(user) {
            user.groups = Some(groups.direct);
            user.all_groups = Some(groups.all);
        }
        Ok(())
    }

    /// All groups of a user as objects.
    pub(super) fn all_groups(&mut self, user: usize) -> Result<Vec<MontyObject>, Stop> {
        if self
            .objects
            .users
            .get(user)
            .is_some_and(|user| user.all_groups.is_none())
        {
            self.load_groups(user)?;
        }
        let groups = self.objects.users.get(user).and_then(|user| user.all_groups.clone());
        match self.objects.groups(user, &groups.unwrap_or_default()) {
            MontyObject::List(groups) => Ok(groups),
            _ => Ok(Vec::new()),
        }
    }

    fn user_argument(&self, user: &MontyObject, function: &str) -> Result<Option<usize>, Stop> {
        match self.objects.native(user) {
            Some(Native::User(index)) => Ok(Some(*index)),
            Some(Native::Anonymous) => Ok(None),
            _ => raise(ExcType::TypeError, format!("{function}() takes a user")),
        }
    }

    fn is_group_member(&mut self, mut arguments: Arguments, program: &Compiled) -> Answer {
        let user = arguments.need(0, "user")?;
        let Some(user) = self.user_argument(&user, "ak_is_group_member")? else {
            return Ok(MontyObject::Bool(false));
        };
        let groups = self.all_groups(user)?;
        let filters = arguments.rest(1)?;
        let mut query = Query {
            objects: &mut self.objects,
            words: &program.words,
            regexes: &mut self.engine.regexes,
        };
        Ok(MontyObject::Bool(query.any(groups, &filters)?))
    }

    fn has_authenticator(&mut self, mut arguments: Arguments) -> Answer {
        let user = arguments.need(0, "user")?;
        let kind = arguments
            .maybe_text(1, "device_type")
            .or_else(|| arguments.maybe_text(1, "type"));
        let Some(index) = self.user_argument(&user, "ak_user_has_authenticator")? else {
            return Ok(MontyObject::Bool(false));
        };
        let known = self
            .objects
            .users
            .get(index)
            .and_then(|user| user.authenticators.clone());
        let kinds = match known {
            Some(kinds) => kinds,
            None => {
                let pk = self.objects.users.get(index).map_or(0, |user| user.pk);
                let kinds: Vec<String> = self.host(HostCall::Authenticators(pk))?;
                if let Some(user) = self.objects.users.get_mut(index) {
                    user.authenticators = Some(kinds.clone());
                }
                kinds
            }
        };
        Ok(MontyObject::Bool(match kind {
            None => !kinds.is_empty(),
            Some(kind) => kinds.iter().any(|other| other.eq_ignore_ascii_case(&kind)),
        }))
    }

    /// The entitlements of a user in an application, as objects with a name.
    pub(super) fn entitlements(&mut self, user: usize, application: Option<MontyObject>) -> Answer {
        let own = self
            .objects
            .inputs
            .application
            .as_ref()
            .map(|application| application.slug.clone());
        let slug = match application {
            None | Some(MontyObject::None) => own.clone(),
            Some(MontyObject::ClassInstance(instance)) => instance
                .attrs
                .iter()
                .find(|(name, _)| matches!(name, MontyObject::String(name) if name == "slug"))
                .map(|(_, slug)| slug.to_string()),
            Some(_) => None,
        };
        let Some(slug) = slug else {
            return raise(ExcType::TypeError, "app_entitlements() takes an application");
        };
        let sent = self.objects.users.get(user).and_then(|user| user.entitlements.clone());
        let names = match sent.filter(|_| own.as_deref() == Some(slug.as_str())) {
            Some(names) => names,
            None => {
                let pk = self.objects.users.get(user).map_or(0, |user| user.pk);
                self.host(HostCall::Entitlements(pk, slug))?
            }
        };
        let mut list = Vec::with_capacity(names.len());
        for name in names {
            let attributes = vec![(text("name"), text(name))];
            list.push(self.objects.plain("ApplicationEntitlement", attributes));
        }
        Ok(MontyObject::List(list))
    }

    fn provider_argument(&self, provider: &MontyObject) -> String {
        match self.objects.native(provider) {
            Some(Native::Provider) => {
                let provider = self.objects.inputs.provider.as_ref();
                provider.map(|provider| provider.client_id.clone()).unwrap_or_default()
            }
            _ => provider.to_string(),
        }
    }

    fn create_jwt(&mut self, mut arguments: Arguments) -> Answer {
        let user = arguments.need(0, "user")?;
        let Some(user) = self.user_argument(&user, "ak_create_jwt")? else {
            return raise(ExcType::ValueError, "ak_create_jwt() takes a user who is signed in");
        };
        let provider = arguments.need(1, "provider")?;
        let wanted = CreateJwt {
            user: self.objects.users.get(user).map_or(0, |user| user.pk),
            provider: self.provider_argument(&provider),
            scopes: text_list(&arguments.need(2, "scopes")?),
            validity: arguments
                .maybe_text(3, "validity")
                .unwrap_or_else(|| "seconds=60".to_owned()),
        };
        let token: Option<String> = self.host(HostCall::CreateJwt(wanted))?;
        Ok(token.map_or(MontyObject::None, text))
    }

    fn create_jwt_raw(&mut self, mut arguments: Arguments) -> Answer {
        let provider = arguments.need(0, "provider")?;
        let validity = arguments
            .maybe_text(1, "validity")
            .unwrap_or_else(|| "seconds=60".to_owned());
        let claims = MontyObject::dict(named(arguments.rest(2)?));
        let wanted = CreateJwtRaw {
            provider: self.provider_argument(&provider),
            validity,
            claims: as_argument(to_map(&claims, MOST))?,
        };
        let token: Option<String> = self.host(HostCall::CreateJwtRaw(wanted))?;
        Ok(token.map_or(MontyObject::None, text))
    }

    fn send_email(&mut self, mut arguments: Arguments) -> Answer {
        let address = text_list(&arguments.need(0, "address")?);
        let subject = arguments.text(1, "subject")?;
        let body = arguments.maybe_text(2, "body");
        let (body, template) = (body, arguments.maybe_text(4, "template"));
        if body.is_some() == template.is_some() {
            return raise(ExcType::ValueError, "ak_send_email() takes either body or template");
        }
        let context = match arguments.take(5, "context") {
            None | Some(MontyObject::None) => serde_json::Map::new(),
            Some(context) => as_argument(to_map(&self.plainly(context), MOST))?,
        };
        let list = |value: Option<MontyObject>| value.map(|value| text_list(&value)).unwrap_or_default();
        let mail = Email {
            address,
            subject,
            body,
            template,
            context,
            cc: list(arguments.take(6, "cc")),
            bcc: list(arguments.take(7, "bcc")),
        };
        let queued: bool = self.host(HostCall::SendEmail(mail))?;
        Ok(MontyObject::Bool(queued))
    }

    /// Objects of ours in details become their names: an event says who, it does not carry a user.
    fn plainly(&self, value: MontyObject) -> MontyObject {
        match value {
            MontyObject::Dict(pairs) => MontyObject::Dict(
                pairs
                    .into_iter()
                    .map(|(key, value)| (key, self.plainly(value)))
                    .collect(),
            ),
            MontyObject::List(items) => MontyObject::List(items.into_iter().map(|item| self.plainly(item)).collect()),
            other => match self.objects.native(&other) {
                Some(Native::User(index)) => text(self.objects.users.get(*index).map_or("", |user| &user.username)),
                Some(_) => text(other.to_string()),
                None if to_json(&other, MOST).is_err() => text(other.to_string()),
                None => other,
            },
        }
    }

    /// The policy of a name, compiled.
    pub(super) fn policy(&mut self, name: &str) -> Result<Option<Rc<Compiled>>, Stop> {
        let found: Option<WireProgram<'static>> = self.host(HostCall::Policy(name.to_owned()))?;
        let Some(found) = found else {
            return Ok(None);
        };
        let program = self.engine.program(&found, &self.limits);
        program.map(Some).or_else(|fault| match fault {
            RunFault::Syntax(fault) => raise(ExcType::ValueError, format!("Policy '{name}' is not valid: {fault}")),
            other => Err(Stop::Fault(other)),
        })
    }

    /// Asks the host, once more than before.
    pub(super) fn host<T: DeserializeOwned>(&mut self, call: HostCall) -> Result<T, Stop> {
        self.calls = match self.calls.checked_sub(1) {
            Some(left) => left,
            None => return Err(Stop::Fault(RunFault::HostCalls(self.limits.host_calls))),
        };
        let started = now();
        let answer: Result<Value, String> = self.port.call(call).map_err(Stop::Fault)?;
        self.waited += started.elapsed();
        match answer {
            Ok(value) => serde_json::from_value(value).map_err(|_| Stop::Fault(RunFault::WorkerLost)),
            Err(message) => raise(ExcType::RuntimeError, message),
        }
    }
}

fn named(pairs: Vec<(String, MontyObject)>) -> Vec<(MontyObject, MontyObject)> {
    pairs.into_iter().map(|(name, value)| (text(name), value)).collect()
}

/// A slug of a text that is normalised already: lower case, words joined by hyphens.
fn slug(text: &str, unicode: bool) -> String {
    let mut slug = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_whitespace() || letter == '-' {
            if !slug.ends_with('-') {
                slug.push('-');
            }
        } else if letter == '_' || (letter.is_alphanumeric() && (unicode || letter.is_ascii())) {
            slug.push(letter);
        }
    }
    slug.trim_matches(['-', '_']).to_owned()
}
