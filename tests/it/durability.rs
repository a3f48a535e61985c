//! Faults of the storage: what was acknowledged is there, what was revoked stays revoked, and nobody is lied to meanwhile.

mod chaos;
mod disk;
mod gone;
mod held;
mod line;
mod storage;
mod vanished;
mod world;
