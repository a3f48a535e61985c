//! What pages and tables say is what was sent: in each range, across hours, days and months.

use std::collections::BTreeMap;

use super::world::{Owned, RANGES, World};

#[tokio::test]
async fn sums_are_the_requests_sent_across_hours_days_and_months() {
    let mut world = World::start().await;
    world.pass("hour");
    for passed in ["", "hour", "hour", "day", "month", "hour", "day"] {
        if !passed.is_empty() {
            world.pass(passed);
        }
        for key in 0..4 {
            world.send(key, key + 1, key % 3).await;
        }
    }
    world.sign_in_again().await;
    check(&world).await;
}

/// Holds everything that is said about usage against what was sent.
pub async fn check(world: &World) {
    of(world, "/w/acme", |_, _| true).await;
    for project in [0, 2] {
        let slug = world.keys[project].project.slug.clone();
        of(world, &world.project_url(project), |owned, _| {
            owned.project.slug == slug
        })
        .await;
    }
    for key in 0..4 {
        of(world, &world.key_url(key), |_, number| number == key).await;
    }
}

async fn of(world: &World, url: &str, of: impl Fn(&Owned, usize) -> bool) {
    for (range, length, unit) in RANGES {
        let expected = world.expected(&of, length, unit);
        let sum = |place: usize| expected.values().map(|counts| counts[place]).sum::<i64>();
        let (accepted, refused) = (sum(0), sum(1));

        let page = world.alice.get(&format!("{url}/usage?range={range}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        if accepted + refused == 0 {
            assert_eq!(page.text(".empty h2"), "No requests yet", "{url} {range}");
        } else {
            let figures: Vec<i64> = page
                .texts(".number dd:not(.hint)")
                .iter()
                .map(|figure| number(figure))
                .collect();
            assert_eq!(figures, [accepted + refused, accepted, refused], "{url} {range}");
            let cells: Vec<i64> = page.texts(".twin td").iter().map(|cell| number(cell)).collect();
            let twin: Vec<i64> = [0, 1].map(|place| cells.iter().skip(place).step_by(2).sum()).into();
            assert_eq!(twin, [accepted, refused], "{url} {range}");
        }

        let table = world.alice.get(&format!("{url}/usage.csv?range={range}")).await;
        assert_eq!(lines(&table.body), expected, "{url} {range}");
    }
}

/// The lines of a table that have anything in them.
fn lines(csv: &str) -> BTreeMap<(String, &'static str), [i64; 2]> {
    let mut lines = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let counts = [cells[2].parse().unwrap(), cells[3].parse().unwrap()];
        let by_reason: i64 = cells[4..].iter().map(|cell| cell.parse::<i64>().unwrap()).sum();
        assert_eq!(by_reason, counts[1], "{line}");
        let environment = if cells[1] == "live" { "live" } else { "test" };
        if counts != [0, 0] {
            lines.insert((cells[0].to_owned(), environment), counts);
        }
    }
    lines
}

fn number(text: &str) -> i64 {
    text.replace(',', "").parse().unwrap()
}
