//! A disk that fails on demand, for the real program: see `faults.c`.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use tempfile::{NamedTempFile, TempDir};

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No room: `ENOSPC`.
    Full = 1,
    /// Neither writing nor syncing: `EIO`.
    Broken = 2,
    /// Syncing alone: `EIO`.
    Unsynced = 3,
    /// `EROFS`.
    ReadOnly = 4,
    /// Reading: `EIO`.
    Unreadable = 5,
}

/// The orders of one disk.
pub struct Disk(NamedTempFile);

impl Disk {
    pub fn new() -> Self {
        let disk = Self(NamedTempFile::new().unwrap());
        disk.order(0, 0);
        disk
    }

    /// What a program is started with to have this disk.
    pub fn settings(&self) -> [(&'static str, String); 2] {
        [
            ("LD_PRELOAD", library().display().to_string()),
            ("FAULTS", self.0.path().display().to_string()),
        ]
    }

    /// From here on, one in so many calls fails.
    pub fn fail(&self, fault: Fault, one_in: u32) {
        self.order(fault as u32, one_in);
    }

    /// It works again.
    pub fn mend(&self) {
        self.order(0, 0);
    }

    fn order(&self, kind: u32, one_in: u32) {
        use std::os::unix::fs::FileExt;
        let orders = [kind.to_ne_bytes(), one_in.to_ne_bytes()].concat();
        // In place, for it is mapped.
        self.0.as_file().write_all_at(&orders, 0).unwrap();
    }
}

fn library() -> &'static Path {
    static LIBRARY: OnceLock<(TempDir, std::path::PathBuf)> = OnceLock::new();
    let (_, path) = LIBRARY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("faults.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/durability/faults.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]);
        let compiled = compiler.arg(&library).args([source, "-ldl"]).status().unwrap();
        assert!(compiled.success());
        (folder, library)
    });
    path
}
