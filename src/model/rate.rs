//! How often something was done lately, and whether it may be done again: a window that slides on with the clock.
//!
//! A limit of at most [`exact::MOST`] requests remembers the moment of each ([`exact`]). Then all of this holds, and the tests
//! hold it to that:
//!
//! - No stretch of time as long as the period holds more than the allowance, wherever it begins.
//! - Whoever never sends more than the allowance in any such stretch is never refused: evenly, in bursts, or however else.
//! - Nobody is told to wait for longer than the period, and waiting as long as told suffices.
//!
//! A larger limit would take too much memory for that. It counts in [`SLICES`] slices of its period ([`few`], [`ring`]), and
//! forgets a slice one period after it began. The last two promises hold as they stand, and instead of the first: no
//! [`SLICES`] slices in a row hold more than the allowance. So nobody gets more in the long run, but what came at the end of
//! a slice is forgotten up to a twelfth of the period early.
//!
//! (A token bucket, or GCRA, would let nearly twice as much through in the worst stretch.)

mod exact;
mod few;
mod policy;
mod ring;

pub use policy::Rate;

use exact::{Brief, Log};
use few::Few;
use policy::SLICES;
use ring::Ring;

use crate::model::ahead;
use crate::model::timestamp::Timestamp;

/// What was done lately. Little takes no memory but this: so it is when there are many keys, each of which asks seldom, and that is
/// when memory is what takes time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent(Memory);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Memory {
    #[default]
    Nothing,
    /// Exact, and little.
    Brief(Brief),
    /// Exact.
    Log(Box<Log>),
    /// By slices, and little.
    Few(Few),
    /// By slices.
    Many(Box<Ring>),
}

impl Memory {
    fn exact(moments: &[i64]) -> Self {
        match moments {
            [] => Self::Nothing,
            few => Brief::of(few).map_or_else(|| Self::Log(Box::new(Log::of(few))), Self::Brief),
        }
    }

    fn slices(slice: i64, count: u32) -> Self {
        Few::new(slice, count).map_or_else(|| Self::Many(Box::new(Ring::new(slice, count))), Self::Few)
    }

    fn many(few: Few, change: impl FnOnce(&mut Ring)) -> Self {
        let mut ring = Box::new(Ring::from(few));
        change(&mut ring);
        Self::Many(ring)
    }
}

impl Recent {
    /// How many more may come now, or how many milliseconds to wait for the next.
    pub fn room(&mut self, rate: Rate, now: Timestamp) -> Result<u32, i64> {
        self.forget(rate, now);
        match rate.count.checked_sub(self.used()) {
            None | Some(0) => Err(self.wait(rate, now)),
            Some(room) => Ok(room),
        }
    }

    /// Asks memory for what the other functions will change.
    #[inline]
    pub fn fetch(&self) {
        match &self.0 {
            Memory::Many(ring) => ahead::fetch(&**ring),
            Memory::Log(log) => ahead::fetch(&**log),
            Memory::Nothing | Memory::Brief(_) | Memory::Few(_) => {}
        }
    }

    /// Remembers one more. (A clock that is set back must not make the past longer: it counts as now.)
    pub fn count(&mut self, rate: Rate, now: Timestamp) {
        match &mut self.0 {
            Memory::Nothing if rate.count as usize <= exact::MOST => self.0 = Memory::exact(&[now.millis()]),
            Memory::Nothing => self.0 = Memory::slices(rate.slice(now), 1),
            Memory::Brief(brief) => match brief.and_one(now.millis()) {
                Some(more) => *brief = more,
                None => {
                    let mut log = Log::of(&brief.moments().collect::<Vec<_>>());
                    log.add(now.millis());
                    self.0 = Memory::Log(Box::new(log));
                }
            },
            Memory::Log(log) if log.len() < exact::MOST => log.add(now.millis()),
            // The plan has become larger meanwhile.
            Memory::Log(log) => {
                let moments = log.moments().chain([now.millis()]);
                let mut slices = moments.map(|moment| rate.slice(Timestamp::from_millis(moment)));
                let mut ring = Ring::new(slices.next().unwrap_or_default(), 1);
                slices.for_each(|slice| ring.add(slice));
                self.0 = Memory::Many(Box::new(ring));
            }
            Memory::Few(few) => match few.and_one(rate.slice(now)) {
                Some(more) => *few = more,
                None => self.0 = Memory::many(*few, |ring| ring.add(rate.slice(now))),
            },
            Memory::Many(ring) => ring.add(rate.slice(now)),
        }
    }

    /// Whether nothing is remembered that still counts; what no longer counts is let go.
    pub fn is_idle(&mut self, rate: Rate, now: Timestamp) -> bool {
        self.forget(rate, now);
        self.0 == Memory::Nothing
    }

    fn used(&self) -> u32 {
        match &self.0 {
            Memory::Nothing => 0,
            Memory::Brief(brief) => brief.moments().count() as u32,
            Memory::Log(log) => log.len() as u32,
            Memory::Few(few) => few.sum(),
            Memory::Many(ring) => ring.sum(),
        }
    }

    fn forget(&mut self, rate: Rate, now: Timestamp) {
        let (moment, slice) = (now.millis(), rate.slice(now));
        match &mut self.0 {
            Memory::Nothing => return,
            // The clock was set back by more than a period: all of it counts as done now, and not until that clock is where it was.
            Memory::Brief(brief) if brief.newest() - moment > rate.slack() => {
                self.0 = Memory::exact(&brief.moments().map(|_| moment).collect::<Vec<_>>());
            }
            Memory::Log(log) if log.newest() - moment > rate.slack() => **log = Log::of(&vec![moment; log.len()]),
            Memory::Few(few) if few.newest() - slice > SLICES as i64 => self.0 = Memory::slices(slice, few.sum()),
            Memory::Many(ring) if ring.newest() - slice > SLICES as i64 => **ring = Ring::new(slice, ring.sum()),
            Memory::Brief(brief) => {
                if brief.oldest() <= moment - rate.period {
                    let left: Vec<_> = brief.moments().filter(|&one| one > moment - rate.period).collect();
                    self.0 = Memory::exact(&left);
                }
            }
            Memory::Log(log) => log.forget_until(moment - rate.period),
            Memory::Few(few) => match few.advanced(slice) {
                Some(advanced) => *few = advanced,
                None => self.0 = Memory::many(*few, |ring| ring.advance(slice)),
            },
            Memory::Many(ring) => ring.advance(slice),
        }
        if self.used() == 0 {
            self.0 = Memory::Nothing;
        }
    }

    /// Until so much is forgotten that one more fits. (A plan may have become smaller meanwhile. And a clock that was set back is
    /// no reason to name a longer wait than the policy does.)
    fn wait(&self, rate: Rate, now: Timestamp) -> i64 {
        let used = self.used();
        let over = used.saturating_sub(rate.count) as usize;
        let in_slices = |mut slices: Box<dyn Iterator<Item = (i64, u32)> + '_>| {
            let mut left = used;
            let enough = slices.find(|(_, count)| {
                left -= count;
                left < rate.count
            });
            enough.map(|(slice, _)| rate.forgotten_at(slice))
        };
        let room_at = match &self.0 {
            Memory::Nothing => None,
            Memory::Brief(brief) => brief.moments().nth(over).map(|moment| moment + rate.period),
            Memory::Log(log) => log.moments().nth(over).map(|moment| moment + rate.period),
            Memory::Few(few) => in_slices(Box::new(few.oldest_first())),
            Memory::Many(ring) => in_slices(Box::new(ring.oldest_first())),
        };
        room_at.map_or(rate.period, |at| (at - now.millis()).clamp(1, rate.period))
    }
}

#[cfg(test)]
mod tests;
