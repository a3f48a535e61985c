//! What was done lately, each request with its moment.

use std::collections::VecDeque;

/// How many requests are remembered so at the most: four kilobytes of them.
pub(super) const MOST: usize = 1_024;

/// There is no such request. No period is as long.
const NONE: u32 = u32::MAX;

/// Up to three requests, in two words. Packed, so that the word beside it which says what it is needs no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(2))]
pub(super) struct Brief {
    /// How long before the newest the others came, the oldest first.
    before: [u32; 2],
    newest_low: u32,
    newest_high: u16,
}

impl Brief {
    /// Of these, the oldest first. Nothing, where they do not fit.
    pub(super) fn of(moments: &[i64]) -> Option<Self> {
        let (&newest, earlier) = moments.split_last()?;
        let mut before = [NONE; 2];
        let places = before.len().checked_sub(earlier.len())?;
        for (place, moment) in before[places..].iter_mut().zip(earlier) {
            *place = u32::try_from(newest - moment).ok().filter(|age| *age != NONE)?;
        }
        Some(Self {
            before,
            newest_low: (newest & i64::from(u32::MAX)) as u32,
            newest_high: u16::try_from(newest >> u32::BITS).ok()?,
        })
    }

    pub(super) fn newest(self) -> i64 {
        (i64::from(self.newest_high) << u32::BITS) | i64::from(self.newest_low)
    }

    pub(super) fn oldest(self) -> i64 {
        self.moments().next().unwrap_or_else(|| self.newest())
    }

    /// The oldest first.
    pub(super) fn moments(self) -> impl Iterator<Item = i64> {
        let newest = self.newest();
        let ages = self.before.into_iter().filter(|age| *age != NONE).chain([0]);
        ages.map(move |age| newest - i64::from(age))
    }

    /// One more; what comes late counts as the newest. Nothing, where it is too much.
    pub(super) fn and_one(self, moment: i64) -> Option<Self> {
        let [oldest, older] = self.before;
        if oldest != NONE {
            return None;
        }
        let (newest, moment) = (self.newest(), moment.max(self.newest()));
        if older == NONE {
            Self::of(&[newest, moment])
        } else {
            Self::of(&[newest - i64::from(older), newest, moment])
        }
    }
}

/// However many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Log {
    newest: i64,
    /// The lower halves of the moments, the oldest first: they are never further apart than a period.
    moments: VecDeque<u32>,
}

impl Log {
    /// Of these, the oldest first.
    pub(super) fn of(moments: &[i64]) -> Self {
        let mut log = Self {
            newest: moments.first().copied().unwrap_or_default(),
            moments: VecDeque::with_capacity(moments.len() + 1),
        };
        moments.iter().for_each(|&moment| log.add(moment));
        log
    }

    pub(super) fn len(&self) -> usize {
        self.moments.len()
    }

    pub(super) fn newest(&self) -> i64 {
        self.newest
    }

    /// The oldest first.
    pub(super) fn moments(&self) -> impl Iterator<Item = i64> {
        self.moments.iter().map(|&low| self.whole(low))
    }

    /// One more; what comes late counts as the newest.
    pub(super) fn add(&mut self, moment: i64) {
        self.newest = self.newest.max(moment);
        self.moments.push_back(low(self.newest));
    }

    /// Forgets what was done until then.
    pub(super) fn forget_until(&mut self, moment: i64) {
        // Then the oldest may be further back than the lower halves can tell.
        if self.newest <= moment {
            self.moments.clear();
        }
        while self.moments.front().is_some_and(|&low| self.whole(low) <= moment) {
            self.moments.pop_front();
        }
    }

    fn whole(&self, lower: u32) -> i64 {
        self.newest - i64::from(low(self.newest).wrapping_sub(lower))
    }
}

fn low(moment: i64) -> u32 {
    (moment & i64::from(u32::MAX)) as u32
}
