//! Rolling up: days that are over are settled, hours are kept for 90 days, days for 25 months, and who called for eight days.

use crate::domain::App;
use crate::error::Result;
use crate::model::timestamp::{DAY, HOUR, Timestamp};
use crate::model::usage::month_of;
use crate::store;
use crate::store::db::commit;
use crate::store::usage::{Due, Step};

/// For how many days it is known in which hour requests were made.
const HOURS_KEPT: i64 = 90;

/// For how many months before this one it is known on which day.
const MONTHS_KEPT: i64 = 24;

/// For how many days before this one it is known who called: a week ends in the eighth.
const CALLERS_KEPT: i64 = 7;

/// How long after midnight a day is over: what waits to be written down is written by then.
const LATE: i64 = HOUR;

/// How many steps are made at a time: writing down what is counted waits for them.
const STEPS: usize = 20;

/// Makes some steps; a transaction is only begun when anything is due.
pub async fn sweep(app: &App) -> Result<()> {
    let due = due(app.now());
    if !store::usage::is_any_due(app.db.reader(), due).await? {
        return Ok(());
    }
    for _ in 0..STEPS {
        let tx = app.db.begin().await?;
        let step = store::usage::step(&tx, due).await?;
        commit(tx).await?;
        if step == Step::Nothing {
            break;
        }
    }
    Ok(())
}

fn due(now: Timestamp) -> Due {
    let day = |at: Timestamp| at.millis().div_euclid(DAY);
    let months = (0..MONTHS_KEPT).fold(month_of(day(now)), |month, _| month_of(month - 1));
    Due {
        over: day(now.plus(-LATE)),
        hours: day(now) - HOURS_KEPT,
        months,
        callers: day(now) - CALLERS_KEPT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_stay_for_90_days_and_days_for_25_months() {
        let due = |text: &str| {
            let Due {
                over,
                hours,
                months,
                callers,
            } = due(Timestamp::parse(text).unwrap());
            [over, hours, months, callers].map(|day| Timestamp::from_millis(day * DAY).iso_day())
        };
        assert_eq!(
            due("2026-11-30T00:59"),
            ["2026-11-29", "2026-09-01", "2024-11-01", "2026-11-23"]
        );
        assert_eq!(
            due("2026-11-30T01:00"),
            ["2026-11-30", "2026-09-01", "2024-11-01", "2026-11-23"]
        );
        assert_eq!(
            due("2026-01-31T12:00"),
            ["2026-01-31", "2025-11-02", "2024-01-01", "2026-01-24"]
        );
    }
}
