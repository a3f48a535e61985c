//! Why the database cannot do what it is asked, in words for the people who run it.

/// What is wrong with the database or the storage under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// There is no room on the disk, or none that this process may use.
    Full,
    /// Nothing can be written.
    ReadOnly,
    /// What is on the disk is not what was written.
    Corrupt,
    /// The disk fails to read or write.
    Disk,
    /// The file that was opened is not at its path any more.
    Vanished,
    /// Somebody else holds what is needed, for longer than anybody waits.
    Held,
    /// It does not answer, or refuses connections.
    Gone,
}

impl Trouble {
    /// One line for monitors and logs: what is wrong.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Full => "the disk of the database is full",
            Self::ReadOnly => "the database is read-only",
            Self::Corrupt => "the database is damaged",
            Self::Disk => "the disk of the database fails",
            Self::Vanished => "the database file is not where it was opened",
            Self::Held => "the database is held by somebody else",
            Self::Gone => "the database does not answer",
        }
    }

    /// What to do about it, for the log.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Full => "make room; changes are taken again as soon as there is some",
            Self::ReadOnly => "make it writable; changes are taken again at once",
            Self::Corrupt => "stop Keyhatch and restore a backup (“Running it for others” in the README)",
            Self::Disk => {
                "look at the system's log for the disk or the mount; no restart is needed when it works again"
            }
            Self::Vanished => {
                "put the file that was there back, with its -wal and -shm files; for another file, restart Keyhatch"
            }
            Self::Held => "find out who holds a lock on it: a backup program, a shell, a long transaction",
            Self::Gone => "start it, or look at the network; no restart of Keyhatch is needed when it answers again",
        }
    }

    /// Seconds after which it is worth asking again.
    pub fn retry_after_seconds(self) -> u64 {
        match self {
            Self::Held | Self::Gone => 2,
            Self::Full | Self::ReadOnly | Self::Corrupt | Self::Disk | Self::Vanished => 5,
        }
    }
}
