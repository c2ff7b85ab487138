//! Methods of the objects of an expression.

use monty_types::{ExcType, MontyObject, MontyUuid};
use serde_json::{Map, Value};

use super::arguments::{Answer, Arguments, raise};
use super::compile::Compiled;
use super::convert::{dict, from_json};
use super::objects::Native;
use super::run::Run;
use crate::outcome::Level;

impl Run<'_, '_> {
    /// Calls a method that the sandbox does not know: one of ours, or a function that an attribute holds.
    pub(super) fn method(&mut self, id: MontyUuid, mut arguments: Arguments, program: &Compiled) -> Answer {
        let Some(native) = self.objects.by_id(id).cloned() else {
            let name = arguments.function;
            return raise(ExcType::AttributeError, format!("there is no method '{name}'"));
        };
        let name = arguments.function.clone();
        match (&native, name.as_str()) {
            (Native::User(user), "all_groups") => Ok(MontyObject::List(self.all_groups(*user)?)),
            (Native::User(user), "group_attributes") => self.group_attributes(*user),
            (Native::User(user), "app_entitlements") => {
                let application = arguments.take(0, "app");
                self.entitlements(*user, application)
            }
            (Native::Anonymous, "all_groups" | "app_entitlements") => Ok(MontyObject::List(Vec::new())),
            (Native::Anonymous, "group_attributes") => Ok(MontyObject::dict(Vec::new())),
            (Native::Logger, "bind" | "new" | "unbind") => Ok(self.objects.logger()),
            (Native::Logger, _) => self.log(&name, &arguments),
            (Native::Response(reply), "json") => match serde_json::from_str::<Value>(&reply.text) {
                Ok(value) => Ok(from_json(&value)),
                Err(error) => raise(ExcType::JsonDecodeError, format!("the answer is no JSON: {error}")),
            },
            (Native::Response(reply), "raise_for_status") => {
                if reply.status < 400 {
                    return Ok(MontyObject::None);
                }
                let side = if reply.status < 500 { "Client" } else { "Server" };
                raise(
                    ExcType::RuntimeError,
                    format!("{} {side} Error: {} for url: {}", reply.status, reply.reason, reply.url),
                )
            }
            (Native::HttpRequest, "get_full_path") => {
                let request = self.objects.inputs.http_request.as_ref();
                Ok(super::convert::text(
                    request.map_or("", |request| request.path.as_str()),
                ))
            }
            _ => {
                let class = class_of(&native);
                let _ = program;
                raise(
                    ExcType::AttributeError,
                    format!("'{class}' object has no attribute '{name}'"),
                )
            }
        }
    }

    /// `ak_logger.info("text", key=value)`
    fn log(&mut self, name: &str, arguments: &Arguments) -> Answer {
        let level = match name {
            "debug" | "trace" | "msg" => Level::Debug,
            "info" => Level::Info,
            "warning" | "warn" => Level::Warning,
            "error" | "exception" | "critical" | "fatal" => Level::Error,
            _ => {
                return raise(
                    ExcType::AttributeError,
                    format!("'Logger' object has no attribute '{name}'"),
                );
            }
        };
        let mut text = String::new();
        for value in &arguments.plain {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&value.to_string());
        }
        for (name, value) in &arguments.named {
            text.push_str(&format!(" {name}={}", value.py_repr()));
        }
        self.output.log(level, text);
        Ok(MontyObject::None)
    }

    /// The attributes of all groups, in the order of their names, and over them those of the user: dictionaries are
    /// merged, lists joined, other values replaced.
    fn group_attributes(&mut self, user: usize) -> Answer {
        if self
            .objects
            .users
            .get(user)
            .is_some_and(|user| user.all_groups.is_none())
        {
            self.load_groups(user)?;
        }
        let mut merged = Map::new();
        if let Some(user) = self.objects.users.get(user) {
            let mut groups: Vec<_> = user.all_groups.iter().flatten().collect();
            groups.sort_by(|left, right| left.name.cmp(&right.name));
            for group in groups {
                merge(&mut merged, &group.attributes);
            }
            merge(&mut merged, &user.attributes);
        }
        Ok(dict(&merged))
    }
}

fn merge(into: &mut Map<String, Value>, from: &Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            (Some(Value::Array(into)), Value::Array(from)) => into.extend(from.iter().cloned()),
            _ => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

const fn class_of(native: &Native) -> &'static str {
    match native {
        Native::User(_) => "User",
        Native::Anonymous => "AnonymousUser",
        Native::Group(..) => "Group",
        Native::Groups(_) | Native::Parents(..) => "GroupManager",
        Native::Request => "PolicyRequest",
        Native::HttpRequest => "HttpRequest",
        Native::Provider => "OAuth2Provider",
        Native::Application => "Application",
        Native::Token => "Token",
        Native::BrowserSession => "Session",
        Native::Mapping => "object",
        Native::Source => "Source",
        Native::Logger => "Logger",
        Native::Response(_) => "Response",
    }
}
