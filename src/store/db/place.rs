//! Whether a SQLite file is still where it was opened. SQLite goes on writing into a file that was removed or replaced, and
//! all of that would be gone with the process.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;

use crate::model::trouble::Trouble;

/// A file, however it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl From<Metadata> for Identity {
    fn from(metadata: Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// Where the database is.
#[derive(Debug)]
pub(super) struct Place {
    file: PathBuf,
    log: PathBuf,
    known: Mutex<Known>,
}

/// Those of the process: another file at the path is another database, of which memory knows nothing; and connections that
/// write into different logs do not see each other's changes. (SQLite itself removes a log when the last connection closes.
/// While anybody serves there is always one: the watchdog's.)
#[derive(Debug, Default)]
struct Known {
    file: Option<Identity>,
    log: Option<Identity>,
}

impl Place {
    pub(super) fn new(file: &Path) -> Self {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Self {
            file: file.to_owned(),
            log: log.into(),
            known: Mutex::default(),
        }
    }

    /// Remembers which files a connection has opened that will write.
    pub(super) fn opened(&self) {
        let mut known = self.known.lock();
        known.file = known.file.or_else(|| look(&self.file));
        known.log = known.log.or_else(|| look(&self.log));
    }

    /// Fails when what is written now would not be found at the path later.
    pub(super) fn check(&self) -> Result<(), Trouble> {
        let mut known = self.known.lock();
        // It is made with the first change.
        known.log = known.log.or_else(|| look(&self.log));
        let is_there = |path: &Path, known: Option<Identity>| known.is_none() || look(path) == known;
        if is_there(&self.file, known.file) && is_there(&self.log, known.log) {
            Ok(())
        } else {
            Err(Trouble::Vanished)
        }
    }
}

fn look(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().map(Identity::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_moved_away_or_replaced_is_missed_until_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let (file, aside) = (folder.path().join("k.db"), folder.path().join("aside"));
        std::fs::write(&file, "").unwrap();
        let place = Place::new(&file);
        place.opened();
        assert_eq!(place.check(), Ok(()));
        std::fs::rename(&file, &aside).unwrap();
        assert_eq!(place.check(), Err(Trouble::Vanished));
        std::fs::write(&file, "").unwrap();
        assert_eq!(place.check(), Err(Trouble::Vanished), "another file");
        place.opened();
        assert_eq!(
            place.check(),
            Err(Trouble::Vanished),
            "a new connection does not change that"
        );
        std::fs::rename(&aside, &file).unwrap();
        assert_eq!(place.check(), Ok(()));
    }

    #[test]
    fn so_is_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let (file, log) = (folder.path().join("k.db"), folder.path().join("k.db-wal"));
        std::fs::write(&file, "").unwrap();
        std::fs::write(&log, "").unwrap();
        // As SQLite does: while it is open, no other file can be taken for it.
        let _open = std::fs::File::open(&log).unwrap();
        let place = Place::new(&file);
        place.opened();
        std::fs::remove_file(&log).unwrap();
        assert_eq!(place.check(), Err(Trouble::Vanished));
        std::fs::write(&log, "").unwrap();
        place.opened();
        assert_eq!(
            place.check(),
            Err(Trouble::Vanished),
            "readers still look at the other one"
        );
    }
}
