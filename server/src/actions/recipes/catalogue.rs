//! What a recipe holds, and all of them, read once from the files that are compiled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The files, one for each application: `server/recipes/<name>.toml`.
#[derive(rust_embed::Embed)]
#[folder = "recipes/"]
struct Files;

static ALL: LazyLock<Vec<Recipe>> = LazyLock::new(|| {
    let readable = sources().into_iter().filter_map(|(name, text)| {
        let recipe: Recipe = toml::from_str(&text).ok()?;
        Some(Recipe { name, ..recipe })
    });
    let mut recipes: Vec<Recipe> = readable.collect();
    recipes.sort_by_key(|recipe| recipe.title.to_lowercase());
    recipes
});

/// Every recipe in the order of its title. The values never change.
#[must_use]
pub fn all() -> &'static [Recipe] {
    &ALL
}

/// The recipe of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Recipe> {
    all().iter().find(|recipe| recipe.name == name)
}

/// The name and the text of every file.
#[must_use]
pub fn sources() -> Vec<(String, String)> {
    let files = Files::iter().filter_map(|path| {
        let name = path.strip_suffix(".toml")?.to_owned();
        let text = String::from_utf8(Files::get(&path)?.data.into_owned()).ok()?;
        Some((name, text))
    });
    files.collect()
}

/// A well-known application: what it needs of us and what it has to be told.
///
/// Its texts hold names in braces, such as `{base}` or `{client_id}`; `fill.rs` lists them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What kind of application it is.
    pub group: String,
    /// What it does, in a sentence.
    pub about: String,
    /// The page of the project on signing in.
    pub documentation: String,
    /// What has to be known before the application can be made.
    pub questions: Vec<Question>,
    /// The application that is made.
    pub application: Template,
    /// Scope mappings beside the managed ones.
    #[serde(default)]
    pub scope_mappings: Vec<Mapping>,
    /// What is good to know, a sentence or two each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What goes into its own configuration.
    pub paste: Vec<Paste>,
    /// What it sends when somebody signs in.
    pub request: Request,
}

/// Something that only the person who sets it up knows.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecipeQuestion)]
pub struct Question {
    /// The name of the answer, and of the placeholder in the texts.
    pub name: String,
    /// What is asked.
    pub label: String,
    /// An answer.
    pub example: String,
    /// What an answer looks like.
    #[serde(default)]
    pub kind: QuestionKind,
}

/// What an answer looks like.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    /// An http or https address without a final slash, a query or a fragment.
    #[default]
    Address,
    /// Letters, digits, `.`, `-`, `_`, `:` and `/`.
    Word,
}

/// The application that a recipe makes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Whether it has no secret.
    #[serde(default)]
    pub public: bool,
    /// Where answers go; the first is the one of [`Request`].
    pub redirect_uris: Vec<String>,
    /// Where a browser goes after sign-out.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where its tile leads.
    pub launch_url: Option<String>,
    /// Where it hears of sign-outs by our call.
    pub logout_uri: Option<String>,
    /// Managed scopes.
    pub scopes: Vec<String>,
    /// Whether it always sends a code challenge, so that one can be demanded.
    #[serde(default)]
    pub require_pkce: bool,
    /// Where only one way works.
    pub token_endpoint_auth_method: Option<String>,
    /// What signs, unless it is RS256.
    pub algorithm: Option<String>,
    /// Grants, unless they are codes and refresh tokens.
    #[serde(default)]
    pub grant_types: Vec<String>,
}

impl Template {
    /// The member `client_type` of an application.
    #[must_use]
    pub const fn client_type(&self) -> &'static str {
        if self.public { "public" } else { "confidential" }
    }

    /// What signs its tokens.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.algorithm.as_deref().unwrap_or("RS256")
    }
}

/// A scope mapping that an application needs beside the managed ones.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecipeScopeMapping)]
pub struct Mapping {
    /// For administrators.
    pub name: String,
    /// The scope.
    pub scope: String,
    /// What the consent page says.
    pub description: String,
    /// The expression.
    pub expression: String,
}

/// A text for the configuration of an application, or the fields of one of its forms.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecipePaste)]
pub struct Paste {
    /// Where it goes: a file or a page of the application.
    pub title: String,
    /// The text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The fields: what each is called there, and its value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Vec<String>>)]
    pub fields: Vec<(String, String)>,
}

/// What an application sends when somebody signs in, and what it reads: the reply of its library in composed form.
#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecipeRequest)]
pub struct Request {
    /// Which of our paths it uses.
    #[serde(default)]
    pub endpoints: Endpoints,
    /// `scope`, as it sends it; empty: none.
    pub scope: String,
    /// How it authenticates at the token endpoint.
    pub authentication: Authentication,
    /// Whether it sends a code challenge (S256).
    #[serde(default)]
    pub pkce: bool,
    /// Whether it sends a nonce.
    #[serde(default)]
    pub nonce: bool,
    /// Further parameters of the authorization request.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// The claims that it reads in the ID token.
    #[serde(default)]
    pub id_token: Vec<String>,
    /// The claims that it reads at the userinfo endpoint; empty: it does not ask there.
    #[serde(default)]
    pub userinfo: Vec<String>,
    /// Whether it uses a refresh token.
    #[serde(default)]
    pub refresh: bool,
}

/// Which of our paths an application uses.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Endpoints {
    /// Authorization code at the paths of OpenID Connect.
    #[default]
    Openid,
    /// The token endpoint alone, by client credentials.
    Machine,
}

/// How an application authenticates at the token endpoint.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Authentication {
    /// HTTP Basic.
    Basic,
    /// Id and secret in the body.
    Post,
    /// No secret.
    None,
}
