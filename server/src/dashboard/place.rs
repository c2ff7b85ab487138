//! Which page an address below `/admin/` names. Pure.

use super::resource::{Action, Resource};
use super::resources;

/// A resource, below a record when it belongs to one.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) resource: &'static Resource,
    /// The resource and the id of the record that it belongs to.
    pub(super) above: Option<(&'static Resource, String)>,
}

/// A page.
#[derive(Debug)]
pub(super) enum Place {
    List(Spot),
    New(Spot),
    Record(Spot, String),
    Delete(Spot, String),
    /// An action on a record, or on the resource as a whole.
    Act(Spot, Option<String>, &'static Action),
    /// The certificate of a key, as a file.
    Certificate(String),
}

impl Spot {
    /// Its path in the management API.
    pub(super) fn api(&self) -> String {
        match &self.above {
            Some((parent, id)) => format!("/{}/{id}/{}", parent.path, self.resource.path),
            None => format!("/{}", self.resource.path),
        }
    }

    /// The path of a record in the management API.
    pub(super) fn api_of(&self, id: &str) -> String {
        format!("{}/{id}", self.api())
    }

    /// The address of its list.
    pub(super) fn page(&self) -> String {
        format!("/admin{}", self.api())
    }

    /// The address of a record.
    pub(super) fn page_of(&self, id: &str) -> String {
        format!("/admin{}", self.api_of(id))
    }

    /// The address of the record that it belongs to.
    pub(super) fn page_above(&self) -> Option<String> {
        let (parent, id) = self.above.as_ref()?;
        Some(format!("/admin/{}/{id}", parent.path))
    }

    /// Whether a record has a page of its own. What belongs to another record stands on the page of that.
    pub(super) const fn has_pages(&self) -> bool {
        self.above.is_none()
    }

    fn act(self, id: Option<String>, name: &str) -> Option<Place> {
        let actions = if id.is_some() {
            self.resource.actions
        } else {
            self.resource.common
        };
        let action = actions.iter().find(|action| action.name == name)?;
        Some(Place::Act(self, id, action))
    }

    fn place(self, rest: &[&str]) -> Option<Place> {
        let may = self.resource.may;
        match *rest {
            [] => Some(Place::List(self)),
            ["new"] if may.create => Some(Place::New(self)),
            ["do", action] => self.act(None, action),
            [id, "delete"] if may.delete => Some(Place::Delete(self, id.to_owned())),
            [id, "do", action] => self.act(Some(id.to_owned()), action),
            // No record has this id: where nothing can be made, the address of the form names nothing.
            ["new"] => None,
            [id] if self.has_pages() => Some(Place::Record(self, id.to_owned())),
            _ => None,
        }
    }
}

/// The page at `path`; `None`: there is none.
pub(super) fn find(path: &str) -> Option<Place> {
    let segments: Vec<&str> = path.strip_prefix("/admin/")?.split('/').collect();
    let plain = |segment: &&str| {
        let safe = segment
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        safe && !segment.is_empty() && segment.len() <= 128
    };
    if !segments.iter().all(plain) {
        return None;
    }
    let (first, rest) = segments.split_first()?;
    let resource = resources::find(first)?;
    if let [id, name, rest @ ..] = rest
        && let Some(below) = resources::find_below(resource.path, name)
    {
        let above = Some((resource, (*id).to_owned()));
        return Spot { resource: below, above }.place(rest);
    }
    match *rest {
        [id, "certificate"] if resource.path == "keys" => Some(Place::Certificate(id.to_owned())),
        _ => Spot { resource, above: None }.place(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str) -> String {
        match find(path) {
            None => "nothing".to_owned(),
            Some(Place::List(spot)) => format!("list {}", spot.api()),
            Some(Place::New(spot)) => format!("new {}", spot.api()),
            Some(Place::Record(spot, id)) => format!("record {}", spot.api_of(&id)),
            Some(Place::Delete(spot, id)) => format!("delete {}", spot.api_of(&id)),
            Some(Place::Act(spot, id, action)) => format!("{} {} {id:?}", action.name, spot.api()),
            Some(Place::Certificate(id)) => format!("certificate {id}"),
        }
    }

    #[test]
    fn addresses_name_pages() {
        assert_eq!(found("/admin/users"), "list /users");
        assert_eq!(found("/admin/users/new"), "new /users");
        assert_eq!(found("/admin/users/user_1"), "record /users/user_1");
        assert_eq!(found("/admin/users/user_1/delete"), "delete /users/user_1");
        assert_eq!(
            found("/admin/users/user_1/do/password"),
            "password /users Some(\"user_1\")"
        );
        assert_eq!(
            found("/admin/users/user_1/app-passwords/new"),
            "new /users/user_1/app-passwords"
        );
        assert_eq!(
            found("/admin/users/user_1/app-passwords/apw_1/delete"),
            "delete /users/user_1/app-passwords/apw_1"
        );
        assert_eq!(
            found("/admin/webhooks/whk_1/deliveries/whd_1/do/retry"),
            "retry /webhooks/whk_1/deliveries Some(\"whd_1\")"
        );
        assert_eq!(found("/admin/keys/do/rotate"), "rotate /keys None");
        assert_eq!(found("/admin/keys/key_1/certificate"), "certificate key_1");
        for nothing in [
            "/admin/",
            "/admin/nothing",
            "/admin/users/",
            "/admin/events/new",
            "/admin/events/evt_1/delete",
            "/admin/deliveries",
            "/admin/users/a%2Fb",
            "/admin/users/../keys",
            "/admin/users/x/do/nothing",
            "/admin/users/do/password",
            "/admin/webhooks/w/deliveries/d",
            "/admin/users/u/certificate",
            "/elsewhere",
        ] {
            assert_eq!(found(nothing), "nothing", "{nothing}");
        }
    }
}
