//! Where a shard keeps its records: in blocks, so that growing neither moves what is there (under the shard's lock, while
//! others wait) nor leaves behind pieces of memory that nothing fits into any more.

use super::record::Record;
use crate::model::ahead;

/// Records in a block. It is reserved whole, but takes memory only as far as it is filled (to the next page, however large pages are). Half a
/// megabyte: an allocator keeps pieces of one size together, and the tables that an index grows out of, given back among blocks that
/// stay, would be lost to others. They are smaller, up to about three million keys.
const BLOCK: usize = 4_096;

/// Records at positions that do not change.
#[derive(Debug, Default)]
pub(super) struct Slab {
    blocks: Vec<Vec<Option<Record>>>,
    free: Vec<u32>,
    /// Positions from here on were never taken.
    end: usize,
}

impl Slab {
    pub(super) fn get(&self, position: usize) -> Option<&Record> {
        self.blocks.get(position / BLOCK)?.get(position % BLOCK)?.as_ref()
    }

    /// Asks memory for the beginning of a record, without looking whether there is one.
    #[inline]
    pub(super) fn fetch(&self, position: usize) {
        let block = self.blocks.get(position / BLOCK);
        if let Some(place) = block.and_then(|block| block.get(position % BLOCK)) {
            ahead::fetch(place);
        }
    }

    pub(super) fn get_mut(&mut self, position: usize) -> Option<&mut Record> {
        self.blocks
            .get_mut(position / BLOCK)?
            .get_mut(position % BLOCK)?
            .as_mut()
    }

    /// Puts a record where there is room, and says where.
    pub(super) fn insert(&mut self, record: Record) -> u32 {
        if let Some(position) = self.free.pop()
            && let Some(place) = self.blocks.get_mut(position as usize / BLOCK)
            && let Some(place) = place.get_mut(position as usize % BLOCK)
        {
            *place = Some(record);
            return position;
        }
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(Some(record)),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(Some(record));
                self.blocks.push(block);
            }
        }
        self.end += 1;
        (self.end - 1) as u32
    }

    /// Takes a record out; its position may be given to another.
    pub(super) fn remove(&mut self, position: usize) -> Option<Record> {
        let record = self
            .blocks
            .get_mut(position / BLOCK)?
            .get_mut(position % BLOCK)?
            .take()?;
        self.free.push(position as u32);
        Some(record)
    }

    /// Positions that were ever taken.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.blocks.iter_mut().flat_map(|block| block.iter_mut()).flatten()
    }
}
