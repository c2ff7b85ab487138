//! The objects that an expression sees. Each is a class instance of the sandbox with an id; what was not handed in with it is
//! looked up here when it is read.

use std::collections::HashSet;
use std::rc::Rc;

use monty_types::{DictPairs, MontyClassInstance, MontyClassType, MontyObject, MontyUuid};

use super::convert::{datetime, from_json, text, texts};
use super::fields::{USER_FIELDS, anonymous_field, application_fields, group_field, pairs, titled, user_field};
use crate::host::HttpReply;
use crate::inputs::{GroupObject, Inputs, UserObject};

/// What stands behind an id.
#[derive(Clone, Debug)]
pub(super) enum Native {
    User(usize),
    Anonymous,
    /// A group of a user: parents are found among all groups of that user.
    Group(usize, Rc<GroupObject>),
    /// The groups that a manager (`user.groups`, `group.parents`) stands for.
    Groups(usize),
    Parents(usize, Rc<GroupObject>),
    Request,
    HttpRequest,
    Provider,
    Application,
    Token,
    BrowserSession,
    Mapping,
    Source,
    Logger,
    Response(Rc<HttpReply>),
}

/// Everything that the objects of one run stand for.
#[derive(Debug)]
pub(super) struct Objects<'a> {
    pub(super) inputs: &'a Inputs,
    /// The name of the mapping or policy.
    name: &'a str,
    policy: bool,
    /// Users: the first is that of the request, if there is one.
    pub(super) users: Vec<UserObject>,
    natives: Vec<Native>,
}

/// What reading an attribute yields.
pub(super) enum Attribute {
    Value(MontyObject),
    Missing,
    /// The groups of this user have to be asked for first.
    NeedsGroups(usize),
}

impl<'a> Objects<'a> {
    pub(super) fn new(inputs: &'a Inputs, name: &'a str, policy: bool) -> Self {
        Self {
            inputs,
            name,
            policy,
            users: inputs.user.iter().cloned().collect(),
            natives: Vec::new(),
        }
    }

    /// What stands behind an object, if it is one of ours.
    pub(super) fn native(&self, object: &MontyObject) -> Option<&Native> {
        match object {
            MontyObject::ClassInstance(instance) => self.by_id(instance.instance_id),
            _ => None,
        }
    }

    pub(super) fn by_id(&self, id: MontyUuid) -> Option<&Native> {
        let (head, tail) = id.as_bytes().split_at(8);
        if head != MARK {
            return None;
        }
        let index = u64::from_be_bytes(tail.try_into().ok()?);
        self.natives.get(usize::try_from(index).ok()?)
    }

    fn instance(&mut self, class: &str, native: Native, attributes: Vec<(MontyObject, MontyObject)>) -> MontyObject {
        let id = self.natives.len();
        self.natives.push(native);
        MontyObject::ClassInstance(Box::new(MontyClassInstance {
            class_type: MontyClassType {
                name: class.to_owned(),
                id: class_id(class),
                host_defined: true,
                is_dataclass: false,
                attrs: DictPairs::default(),
            },
            instance_id: object_id(id),
            attrs: attributes.into(),
        }))
    }

    /// `user` and `request.user`.
    pub(super) fn request_user(&mut self, words: &HashSet<String>) -> MontyObject {
        if self.inputs.user.is_some() {
            self.user(0, words)
        } else {
            self.instance("AnonymousUser", Native::Anonymous, Vec::new())
        }
    }

    /// A user that the server found.
    pub(super) fn add_user(&mut self, user: UserObject, words: &HashSet<String>) -> MontyObject {
        self.users.push(user);
        self.user(self.users.len() - 1, words)
    }

    fn user(&mut self, index: usize, words: &HashSet<String>) -> MontyObject {
        let mut attributes = Vec::new();
        if let Some(user) = self.users.get(index) {
            attributes.push((text("pk"), MontyObject::Int(user.pk)));
            for name in USER_FIELDS {
                if words.contains(*name)
                    && let Some(value) = user_field(user, name)
                {
                    attributes.push((text(*name), value));
                }
            }
        }
        self.instance("User", Native::User(index), attributes)
    }

    /// A group as it was sent for a user.
    pub(super) fn group(&mut self, user: usize, group: &Rc<GroupObject>) -> MontyObject {
        let attributes = vec![
            (text("pk"), text(group.uuid.as_str())),
            (text("name"), text(group.name.as_str())),
        ];
        self.instance("Group", Native::Group(user, Rc::clone(group)), attributes)
    }

    /// A list of groups.
    pub(super) fn groups(&mut self, user: usize, groups: &[GroupObject]) -> MontyObject {
        let groups: Vec<_> = groups.iter().cloned().map(Rc::new).collect();
        MontyObject::List(groups.iter().map(|group| self.group(user, group)).collect())
    }

    /// The groups that a manager stands for, or the user whose groups are missing.
    pub(super) fn managed(&mut self, native: &Native) -> Option<Result<MontyObject, usize>> {
        Some(match native {
            Native::Groups(user) => {
                let Some(groups) = self.users.get(*user).and_then(|user| user.groups.clone()) else {
                    return Some(Err(*user));
                };
                Ok(self.groups(*user, &groups))
            }
            Native::Parents(user, group) => {
                let Some(all) = self.users.get(*user).and_then(|user| user.all_groups.clone()) else {
                    return Some(Err(*user));
                };
                let parents: Vec<_> = all
                    .into_iter()
                    .filter(|other| group.parents.contains(&other.uuid))
                    .collect();
                Ok(self.groups(*user, &parents))
            }
            _ => return None,
        })
    }

    pub(super) fn request(&mut self) -> MontyObject {
        self.instance("PolicyRequest", Native::Request, Vec::new())
    }

    pub(super) fn provider(&mut self) -> MontyObject {
        match &self.inputs.provider {
            None => MontyObject::None,
            Some(provider) => {
                let attributes = vec![
                    (text("name"), text(provider.name.as_str())),
                    (text("client_id"), text(provider.client_id.as_str())),
                ];
                self.instance("OAuth2Provider", Native::Provider, attributes)
            }
        }
    }

    pub(super) fn application(&mut self) -> MontyObject {
        match &self.inputs.application {
            None => MontyObject::None,
            Some(application) => {
                let attributes = application_fields(application);
                self.instance("Application", Native::Application, attributes)
            }
        }
    }

    pub(super) fn token(&mut self) -> MontyObject {
        match &self.inputs.token {
            None => MontyObject::None,
            Some(token) => {
                let attributes = vec![
                    (text("scope"), texts(&token.scope)),
                    (text("auth_time"), token.auth_time.map_or(MontyObject::None, datetime)),
                ];
                self.instance("Token", Native::Token, attributes)
            }
        }
    }

    pub(super) fn http_request(&mut self) -> MontyObject {
        match &self.inputs.http_request {
            None => MontyObject::None,
            Some(request) => {
                let attributes = vec![
                    (text("method"), text(request.method.as_str())),
                    (text("path"), text(request.path.as_str())),
                    (text("scheme"), text(request.scheme.as_str())),
                ];
                self.instance("HttpRequest", Native::HttpRequest, attributes)
            }
        }
    }

    pub(super) fn logger(&mut self) -> MontyObject {
        self.instance("Logger", Native::Logger, Vec::new())
    }

    pub(super) fn plain(&mut self, class: &str, attributes: Vec<(MontyObject, MontyObject)>) -> MontyObject {
        // A plain object has nothing behind it: what it was not given, it does not have.
        self.instance(class, Native::Mapping, attributes)
    }

    pub(super) fn response(&mut self, reply: HttpReply) -> MontyObject {
        let mut headers = Vec::new();
        for (name, value) in &reply.headers {
            headers.push((text(name.as_str()), text(value.as_str())));
            let titled = titled(name);
            if titled != *name {
                headers.push((text(titled), text(value.as_str())));
            }
        }
        let attributes = vec![
            (text("status_code"), MontyObject::Int(i64::from(reply.status))),
            (text("ok"), MontyObject::Bool(reply.status < 400)),
            (text("reason"), text(reply.reason.as_str())),
            (text("url"), text(reply.url.as_str())),
            (text("text"), text(reply.text.as_str())),
            (text("headers"), MontyObject::dict(headers)),
        ];
        self.instance("Response", Native::Response(Rc::new(reply)), attributes)
    }

    /// `request.context` as it is handed in.
    pub(super) fn context(&mut self, words: &HashSet<String>) -> MontyObject {
        let inputs = self.inputs;
        let mut pairs: Vec<_> = inputs
            .context
            .values
            .iter()
            .map(|(key, value)| (text(key.as_str()), from_json(value)))
            .collect();
        for (key, values) in &inputs.context.sets {
            pairs.push((text(key.as_str()), MontyObject::Set(values.iter().map(text).collect())));
        }
        for (key, user) in &inputs.context.users {
            let user = self.add_user(user.clone(), words);
            pairs.push((text(key.as_str()), user));
        }
        if inputs.application.is_some() && !inputs.context.values.contains_key("application") {
            let application = self.application();
            pairs.push((text("application"), application));
        }
        if let Some(source) = &inputs.context.source {
            let attributes = vec![
                (text("name"), text(source.name.as_str())),
                (text("slug"), text(source.slug.as_str())),
            ];
            let source = self.instance("Source", Native::Source, attributes);
            pairs.push((text("source"), source));
        }
        MontyObject::dict(pairs)
    }

    /// Reads an attribute that was not handed in.
    pub(super) fn attribute(&mut self, id: MontyUuid, name: &str, words: &HashSet<String>) -> Attribute {
        let Some(native) = self.by_id(id).cloned() else {
            return Attribute::Missing;
        };
        let value = match (&native, name) {
            (Native::User(index), "ak_groups" | "groups") => {
                Some(self.instance("GroupManager", Native::Groups(*index), Vec::new()))
            }
            (Native::User(index), _) => self.users.get(*index).and_then(|user| user_field(user, name)),
            (Native::Anonymous, "ak_groups" | "groups") => Some(MontyObject::List(Vec::new())),
            (Native::Anonymous, _) => anonymous_field(name),
            (Native::Group(user, group), "parents") => {
                let parents = Native::Parents(*user, Rc::clone(group));
                Some(self.instance("GroupManager", parents, Vec::new()))
            }
            (Native::Group(user, group), "parent") => {
                if group.parents.is_empty() {
                    return Attribute::Value(MontyObject::None);
                }
                match self.managed(&Native::Parents(*user, Rc::clone(group))) {
                    Some(Ok(MontyObject::List(parents))) => {
                        Some(parents.into_iter().next().unwrap_or(MontyObject::None))
                    }
                    Some(Err(user)) => return Attribute::NeedsGroups(user),
                    _ => None,
                }
            }
            (Native::Group(_, group), _) => group_field(group, name),
            (Native::Request, "user") => Some(self.request_user(words)),
            (Native::Request, "context") => Some(self.context(words)),
            (Native::Request, "http_request") => Some(self.http_request()),
            (Native::Request, "obj") if self.policy => Some(self.application()),
            (Native::Request, "obj") => {
                let named = text(self.name);
                Some(self.plain("ScopeMapping", vec![(text("name"), named)]))
            }
            (Native::HttpRequest, "user") => Some(self.request_user(words)),
            (Native::HttpRequest, _) => self.http_field(name),
            (Native::Provider, "application") => Some(self.application()),
            (Native::Provider, _) => self.provider_field(name),
            (Native::Application, "provider") => Some(self.provider()),
            (Native::Token, "user") => Some(self.request_user(words)),
            (Native::Token, "provider") => Some(self.provider()),
            (Native::Token, "session") => Some(self.session()),
            (Native::Response(reply), "content") => Some(MontyObject::Bytes(reply.text.as_bytes().to_vec())),
            _ => None,
        };
        value.map_or(Attribute::Missing, Attribute::Value)
    }

    fn session(&mut self) -> MontyObject {
        match self.inputs.token.as_ref().and_then(|token| token.session.clone()) {
            None => MontyObject::None,
            Some(id) => {
                let attributes = ["pk", "session_key", "uuid"].map(|name| (text(name), text(id.as_str())));
                self.instance("Session", Native::BrowserSession, attributes.into())
            }
        }
    }

    fn http_field(&self, name: &str) -> Option<MontyObject> {
        let request = self.inputs.http_request.as_ref()?;
        Some(match name {
            "headers" => pairs(&request.headers, titled),
            "GET" => pairs(&request.query, str::to_owned),
            "META" => {
                let mut meta: Vec<_> = request
                    .headers
                    .iter()
                    .map(|(name, value)| {
                        let name = format!("HTTP_{}", name.to_uppercase().replace('-', "_"));
                        (text(name), text(value.as_str()))
                    })
                    .collect();
                meta.push((text("REQUEST_METHOD"), text(request.method.as_str())));
                meta.push((text("PATH_INFO"), text(request.path.as_str())));
                if let Some(ip) = &self.inputs.client_ip {
                    meta.push((text("REMOTE_ADDR"), text(ip.as_str())));
                }
                MontyObject::dict(meta)
            }
            _ => return None,
        })
    }

    fn provider_field(&mut self, name: &str) -> Option<MontyObject> {
        let provider = self.inputs.provider.as_ref()?;
        Some(match name {
            "client_type" => text(provider.client_type.as_str()),
            "grant_types" => texts(&provider.grant_types),
            "sub_mode" => text(provider.sub_mode.as_str()),
            "issuer_mode" => text(provider.issuer_mode.as_str()),
            "include_claims_in_id_token" => MontyObject::Bool(provider.include_claims_in_id_token),
            "access_code_validity" => text(provider.access_code_validity.as_str()),
            "access_token_validity" => text(provider.access_token_validity.as_str()),
            "refresh_token_validity" => text(provider.refresh_token_validity.as_str()),
            "redirect_uris" => {
                let mut list = Vec::new();
                for uri in &provider.redirect_uris {
                    let attributes = vec![
                        (text("matching_mode"), text(uri.matching_mode.as_str())),
                        (text("url"), text(uri.url.as_str())),
                    ];
                    list.push(self.plain("RedirectURI", attributes));
                }
                MontyObject::List(list)
            }
            _ => return None,
        })
    }
}

const MARK: &[u8] = b"vestibul";

fn object_id(index: usize) -> MontyUuid {
    let mut bytes = [0; 16];
    let (head, tail) = bytes.split_at_mut(8);
    head.copy_from_slice(MARK);
    tail.copy_from_slice(&u64::try_from(index).unwrap_or(u64::MAX).to_be_bytes());
    MontyUuid::from_bytes(bytes)
}

/// One id for each class name (FNV-1a): instances of a class compare with each other.
fn class_id(name: &str) -> MontyUuid {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut bytes = *b"vestclas\0\0\0\0\0\0\0\0";
    bytes.split_at_mut(8).1.copy_from_slice(&hash.to_be_bytes());
    MontyUuid::from_bytes(bytes)
}
