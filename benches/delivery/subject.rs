//! Who is measured.

/// One column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The service on SQLite.
    Sqlite,
    /// The service on PostgreSQL.
    Postgres,
    /// teloxide alone, in memory.
    Teloxide,
    /// hyper and SQLite alone.
    Floor,
}

impl Subject {
    /// Its columns' order and headings.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Sqlite, "SQLite"),
        (Self::Postgres, "PostgreSQL"),
        (Self::Teloxide, "teloxide"),
        (Self::Floor, "floor"),
    ];

    /// Those that can be measured here, the floor first: goals are read against it.
    pub fn available() -> Vec<Self> {
        let mut subjects = vec![Self::Floor, Self::Teloxide, Self::Sqlite];
        if std::env::var_os("TEST_POSTGRES_URL").is_some() {
            subjects.push(Self::Postgres);
        }
        subjects
    }

    /// Whether it is what we ship.
    pub fn is_service(self) -> bool {
        matches!(self, Self::Sqlite | Self::Postgres)
    }

    /// Its heading.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(subject, _)| *subject == self).map_or("", |(_, name)| name)
    }
}
