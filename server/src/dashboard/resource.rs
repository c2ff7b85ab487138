//! How a resource of the management API is described, so that one engine can list, show, make, change and delete it.
//!
//! Names of members and paths are those of the API; names for people are messages that follow from them (see [`Resource::messages`]).

/// A kind of record.
#[derive(Debug)]
pub(super) struct Resource {
    /// Its name in paths, of the API and of the pages.
    pub(super) path: &'static str,
    /// The resource whose records it belongs to; its path stands below theirs then.
    pub(super) parent: Option<&'static str>,
    /// The members that a record is called by; the first that is not empty.
    pub(super) called: &'static [&'static str],
    /// The table.
    pub(super) columns: &'static [Column],
    /// What the list can be narrowed by.
    pub(super) filters: &'static [Filter],
    /// Whether the list can be searched.
    pub(super) search: bool,
    /// The form.
    pub(super) groups: &'static [Group],
    /// What is shown of a record and can not be written.
    pub(super) facts: &'static [Column],
    /// What can be done with records.
    pub(super) may: May,
    /// What else can be done with a record.
    pub(super) actions: &'static [Action],
    /// What can be done with the resource as a whole.
    pub(super) common: &'static [Action],
    /// Lists of other records that belong to a record.
    pub(super) related: &'static [Related],
    /// The member that holds an expression that can be tried, and how.
    pub(super) trial: Option<Trial>,
}

/// What can be done with records.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct May {
    pub(super) create: bool,
    pub(super) update: bool,
    pub(super) delete: bool,
}

/// A column of a table, or a line about a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    /// Member of the record.
    pub(super) member: &'static str,
    pub(super) cell: Cell,
}

/// How a member is shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    /// As it is.
    Text,
    /// As it is, in the type of code.
    Code,
    /// As it is, with a button to copy it.
    Copy,
    /// Whether it is so.
    Switch,
    /// A point in time.
    Time,
    /// A state or a kind.
    Badge,
    /// Another record, by its id or name.
    Of(&'static str),
    /// Another record whose resource follows from the prefix of its id.
    Any,
    /// A list of words.
    Words,
    /// JSON.
    Json,
}

/// What a list can be narrowed by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    /// Parameter of the list.
    pub(super) name: &'static str,
    pub(super) kind: FilterKind,
}

/// How a filter is chosen.
#[derive(Clone, Copy, Debug)]
pub(super) enum FilterKind {
    /// `true` or `false`.
    Switch,
    /// One of these.
    Choice(&'static [&'static str]),
    /// A text that has to match whole.
    Text,
    /// A record; chosen by a link from its page.
    Of(&'static str),
}

/// Fields that belong together.
#[derive(Debug)]
pub(super) struct Group {
    /// Its name: message `dashboard-group-NAME`.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
    /// Whether one has to open it.
    pub(super) folded: bool,
}

/// A field of a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Member of the record.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether a new record needs it.
    pub(super) required: bool,
    /// Whether there is more to say: message `dashboard-help-NAME`.
    pub(super) help: bool,
    /// What stands in the form of a new record; lists by spaces.
    pub(super) initial: &'static str,
    pub(super) on: On,
}

/// When a field can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Always,
    /// Only when the record is made.
    New,
    /// Only when there is a record.
    Stored,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// One line.
    Line,
    /// One line in the type of code: addresses, durations, times.
    Code,
    /// Several lines.
    Text,
    /// Several lines of code: keys, certificates.
    Block,
    /// What is never shown.
    Secret,
    Switch,
    Number,
    /// One of these.
    Choice(&'static [&'static str]),
    /// One of these, or nothing.
    Maybe(&'static [&'static str]),
    /// A text in each line.
    Lines,
    /// A redirect URI in each line.
    Addresses,
    /// A JSON object.
    Json,
    /// An expression or a script.
    Script,
    /// Any of these.
    Ticks(&'static [&'static str]),
    /// A record, or nothing.
    One(Of),
    /// Records.
    Many(Of),
    /// Records, or null for all.
    ManyOrAll(Of),
}

/// Records of which some are chosen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    pub(super) path: &'static str,
    /// The members that name one in the API; the first that is not null.
    pub(super) by: &'static [&'static str],
    /// Filters of the list that they are chosen from.
    pub(super) query: &'static str,
}

/// Something that can be done: a path below the record (or the resource), and a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Action {
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
    pub(super) answer: Answered,
}

/// What an action answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// It is done, and the record is shown; or a secret, once.
    Done,
    /// Something to read.
    Shown,
    /// Something to read, without doing anything.
    Read,
}

/// Records that belong to a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Related {
    pub(super) path: &'static str,
    /// Filter that takes the id of the record; empty for what stands below it.
    pub(super) by: &'static str,
    /// Whether the first of them are shown with the record; a link otherwise.
    pub(super) shown: bool,
    /// Members of a new one beside `by`.
    pub(super) with: &'static str,
}

/// How an expression is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial {
    /// Member with the expression.
    pub(super) member: &'static str,
    /// Path of the API.
    pub(super) path: &'static str,
    /// What it is tried with.
    pub(super) fields: &'static [Field],
}

impl Field {
    pub(super) const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            required: false,
            help: false,
            initial: "",
            on: On::Always,
        }
    }

    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn help(mut self) -> Self {
        self.help = true;
        self
    }

    pub(super) const fn initial(mut self, initial: &'static str) -> Self {
        self.initial = initial;
        self
    }

    pub(super) const fn on(mut self, on: On) -> Self {
        self.on = on;
        self
    }
}

/// A field of one line.
pub(super) const fn line(name: &'static str) -> Field {
    Field::new(name, Kind::Line)
}

/// A field of one line of code.
pub(super) const fn code(name: &'static str) -> Field {
    Field::new(name, Kind::Code)
}

/// A switch that is off.
pub(super) const fn switch(name: &'static str) -> Field {
    Field::new(name, Kind::Switch)
}

/// A switch that is on.
pub(super) const fn switch_on(name: &'static str) -> Field {
    Field::new(name, Kind::Switch).initial("on")
}

/// One of some words, the first to begin with.
pub(super) const fn choice(name: &'static str, words: &'static [&'static str]) -> Field {
    let field = Field::new(name, Kind::Choice(words));
    match words.first() {
        Some(first) => field.initial(first),
        None => field,
    }
}

/// A column.
pub(super) const fn column(member: &'static str, cell: Cell) -> Column {
    Column { member, cell }
}

/// Records by their id.
pub(super) const fn by_id(path: &'static str) -> Of {
    Of {
        path,
        by: &["id"],
        query: "",
    }
}

impl Of {
    pub(super) const fn by(mut self, by: &'static [&'static str]) -> Self {
        self.by = by;
        self
    }

    pub(super) const fn query(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }
}

impl Resource {
    /// One that can be made, changed and deleted.
    pub(super) const fn new(path: &'static str) -> Self {
        Self {
            path,
            parent: None,
            called: &["name"],
            columns: &[],
            filters: &[],
            search: false,
            groups: &[],
            facts: &[],
            may: May {
                create: true,
                update: true,
                delete: true,
            },
            actions: &[],
            common: &[],
            related: &[],
            trial: None,
        }
    }

    /// Every field of its form.
    pub(super) fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.groups.iter().flat_map(|group| group.fields)
    }

    /// Every message that names something of it.
    pub(super) fn messages(&self) -> Vec<String> {
        let path = self.path;
        let mut found = vec![format!("dashboard-{path}"), format!("dashboard-{path}-text")];
        if self.may.create {
            found.push(format!("dashboard-new-{path}"));
        }
        if self.may.delete {
            found.push(format!("dashboard-delete-{path}"));
        }
        let columns = self.columns.iter().chain(self.facts).map(|column| column.member);
        let filters = self.filters.iter().map(|filter| filter.name);
        found.extend(columns.chain(filters).map(|name| format!("dashboard-field-{name}")));
        found.extend(
            self.groups
                .iter()
                .map(|group| format!("dashboard-group-{}", group.name)),
        );
        let mut fields: Vec<&Field> = self.fields().collect();
        for action in self.actions.iter().chain(self.common) {
            found.push(format!("dashboard-do-{}", action.name));
            found.push(format!("dashboard-do-{}-text", action.name));
            fields.extend(action.fields);
        }
        fields.extend(self.trial.iter().flat_map(|trial| trial.fields));
        for field in fields {
            found.push(format!("dashboard-field-{}", field.name));
            if field.help {
                found.push(format!("dashboard-help-{}", field.name));
            }
        }
        found
    }
}
