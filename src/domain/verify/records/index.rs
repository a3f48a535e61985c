//! From digests to positions in the slab: a hash table with open addressing, in lines as large as a processor's cache has them.
//!
//! What it has that others have not: a look-up touches one line, mostly, and its address follows from the digest alone, so it can
//! be asked for ahead of its use; and growing reads the table itself, not every record under the lock that all wait for.

use crate::model::ahead;

/// How many entries fill a cache line.
const IN_A_LINE: usize = 8;

/// What a place holds that was never taken: a search ends here.
const FREE: u32 = u32::MAX;

/// What a place holds that was taken once: a search goes on.
const GONE: u32 = u32::MAX - 1;

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// The beginning of the digest. It says where the search begins, and mostly tells the key from others.
    tag: u32,
    position: u32,
}

/// Places are taken from the first on, so behind a free one nothing stands.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Line([Entry; IN_A_LINE]);

impl Line {
    const EMPTY: Self = Self([Entry { tag: 0, position: FREE }; IN_A_LINE]);
}

/// The table.
#[derive(Debug)]
pub(super) struct Index {
    /// At least one.
    lines: Vec<Line>,
    len: usize,
    /// Places that are not free. An eighth stays free, so that every search ends.
    taken: usize,
}

impl Index {
    pub(super) fn new() -> Self {
        Self::with_lines(1)
    }

    fn with_lines(count: usize) -> Self {
        Self {
            lines: vec![Line::EMPTY; count],
            len: 0,
            taken: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Asks memory for where a search will begin.
    #[inline]
    pub(super) fn fetch(&self, digest: &[u8; 32]) {
        if let Some(line) = self.lines.get(self.first(tag(digest))) {
            ahead::fetch(line);
        }
    }

    /// What is most likely to be found, before anything is compared but tags.
    #[inline]
    pub(super) fn guess(&self, digest: &[u8; 32]) -> Option<usize> {
        let tag = tag(digest);
        let Line(entries) = self.lines.get(self.first(tag))?;
        let entry = entries.iter().find(|entry| entry.tag == tag && entry.position < GONE)?;
        Some(entry.position as usize)
    }

    /// The position that `is_it` says yes to.
    #[inline]
    pub(super) fn find(&self, digest: &[u8; 32], mut is_it: impl FnMut(usize) -> bool) -> Option<usize> {
        let tag = tag(digest);
        for number in self.order(tag) {
            let Line(entries) = &self.lines[number];
            for entry in entries {
                if entry.position == FREE {
                    return None;
                }
                if entry.tag == tag && entry.position != GONE && is_it(entry.position as usize) {
                    return Some(entry.position as usize);
                }
            }
        }
        None
    }

    /// Puts a position in that is not there yet. (Memory for so many keys that it could be one of the two that mean something else
    /// there is not.)
    pub(super) fn insert(&mut self, digest: &[u8; 32], position: u32) {
        if (self.taken + 1) * 8 > self.lines.len() * IN_A_LINE * 7 {
            self.rebuild();
        }
        self.put(Entry {
            tag: tag(digest),
            position,
        });
    }

    /// Takes a position out. Only the beginning of the digest matters.
    pub(super) fn remove(&mut self, beginning: &[u8; 16], position: usize) {
        for number in self.order(tag(beginning)) {
            let Line(entries) = &mut self.lines[number];
            if let Some(place) = entries.iter().position(|entry| entry.position as usize == position) {
                // Searches that went past it still have to, unless they end in this line anyway.
                let ends_here = entries.get(place + 1).is_some_and(|next| next.position == FREE);
                entries[place].position = if ends_here { FREE } else { GONE };
                self.taken -= usize::from(ends_here);
                self.len -= 1;
                return;
            }
            if entries.iter().any(|entry| entry.position == FREE) {
                return;
            }
        }
    }

    /// With a quarter more room, or with as much where it is what is gone that takes it. (Twice as much would leave half of it empty.)
    fn rebuild(&mut self) {
        let before = self.lines.len();
        let is_full = (self.len + 1) * 4 > before * IN_A_LINE * 3;
        let count = if is_full { before + before / 4 + 1 } else { before };
        let old = std::mem::replace(self, Self::with_lines(count));
        let entries = old.lines.iter().flat_map(|Line(entries)| entries);
        entries
            .filter(|entry| entry.position < GONE)
            .for_each(|entry| self.put(*entry));
    }

    fn put(&mut self, entry: Entry) {
        for number in self.order(entry.tag) {
            let Line(entries) = &mut self.lines[number];
            if let Some(place) = entries.iter_mut().find(|place| place.position >= GONE) {
                self.taken += usize::from(place.position == FREE);
                self.len += 1;
                *place = entry;
                return;
            }
        }
    }

    /// The line where a search begins: as far from the first as the tag is from nothing.
    fn first(&self, tag: u32) -> usize {
        ((u64::from(tag) * self.lines.len() as u64) >> 32) as usize
    }

    /// The numbers of the lines, in the order of a search.
    fn order(&self, tag: u32) -> impl Iterator<Item = usize> + use<> {
        let first = self.first(tag);
        (first..self.lines.len()).chain(0..first)
    }
}

/// A digest is as good a hash as there is.
fn tag(digest: &[u8]) -> u32 {
    digest
        .first_chunk()
        .map_or(0, |first: &[u8; 4]| u32::from_le_bytes(*first))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn digest(tag: u32, rest: u8) -> [u8; 32] {
        let mut digest = [rest; 32];
        digest[..4].copy_from_slice(&tag.to_le_bytes());
        digest
    }

    #[test]
    fn a_line_is_a_cache_line() {
        assert_eq!((size_of::<Line>(), align_of::<Line>()), (64, 64));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

        /// Tags meet often (the few there are begin at few lines), and come and go in any order.
        #[test]
        fn it_finds_what_is_in_it_and_nothing_else(
            spread in prop_oneof![Just(1_u32), Just(1 << 20), Just(u32::MAX / 40)],
            steps in prop::collection::vec((any::<bool>(), 0..40_u32, 0..4_u8), 0..200),
        ) {
            let (mut index, mut known) = (Index::new(), HashMap::<[u8; 32], u32>::new());
            for (number, (adds, tag, rest)) in (0..).zip(steps) {
                let here = digest(tag * spread, rest);
                match (adds, known.get(&here).copied()) {
                    (true, None) => {
                        index.insert(&here, number);
                        known.insert(here, number);
                    }
                    (false, Some(position)) => {
                        index.remove(here.first_chunk().unwrap(), position as usize);
                        known.remove(&here);
                    }
                    _ => {}
                }
                prop_assert_eq!(index.len(), known.len());
                prop_assert!(index.taken < index.lines.len() * IN_A_LINE);
                for tag in 0..40 {
                    for rest in 0..4 {
                        let asked = digest(tag * spread, rest);
                        let expected = known.get(&asked).map(|position| *position as usize);
                        let found = index.find(&asked, |position| Some(position) == expected);
                        prop_assert_eq!(found, expected);
                    }
                }
            }
        }
    }

    #[test]
    fn a_full_one_is_mostly_full() {
        let mut index = Index::new();
        for number in 0..20_000_u32 {
            index.insert(&digest(number.wrapping_mul(0x9e37_79b9), 0), number);
            let room = index.lines.len() * IN_A_LINE;
            assert!(
                number < 1_000 || index.len() * 100 > room * 69,
                "{} of {room}",
                index.len()
            );
        }
    }

    #[test]
    fn it_does_not_grow_while_as_many_go_as_come() {
        let mut index = Index::new();
        for number in 0..100_000_u32 {
            let here = |number: u32| digest(number.wrapping_mul(0x9e37_79b9), 0);
            index.insert(&here(number), number);
            if let Some(old) = number.checked_sub(50) {
                index.remove(here(old).first_chunk().unwrap(), old as usize);
            }
        }
        assert_eq!(index.len(), 50);
        assert!(index.lines.len() <= 12, "{}", index.lines.len());
    }
}
