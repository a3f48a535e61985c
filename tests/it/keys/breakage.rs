//! "Who would break?": what is said before a key is ended or loses something is what happens then.

use keyhatch::domain::usage::roll_up;
use keyhatch::domain::verify::{Question, verify};
use keyhatch::model::verdict::Verdict;
use keyhatch::store::usage::callers::MOST;
use reqwest::Method;
use sea_orm::{ConnectionTrait, Statement};

use super::world::{Made, World};
use crate::support::{Answer, TestApp};

const HOUR: u64 = 3_600;

/// This machine is a proxy.
async fn start() -> World {
    World::of(TestApp::start_with(&[("KEYHATCH_TRUSTED_PROXIES", "127.0.0.1")]).await).await
}

/// Through the gateway: the status.
async fn ask(world: &World, key: &Made, request: &str, address: &str, agent: &str) -> u16 {
    let (method, path) = request.split_once(' ').unwrap();
    let program = world.app.program(&key.text);
    let request = program.request(Method::GET, "/gateway/forward");
    let request = request
        .header("x-forwarded-for", address)
        .header("x-forwarded-method", method)
        .header("x-forwarded-uri", path)
        .header("user-agent", agent);
    Answer::of(request.send().await.unwrap()).await.status
}

/// What a table of the page says, a line a row.
fn lines(page: &Answer, table: &str) -> Vec<String> {
    let rows = format!("table[aria-label$='{table}'] tbody tr");
    page.texts(&rows)
}

const SHIPMENTS: &str = "GET /api/v1/shipments";
const TRACKING: &str = "GET /api/v1/tracking/7";

async fn restricted(world: &World) -> Made {
    let fields = [
        ("name", "Partner"),
        ("type", "restricted"),
        ("scopes", "shipments:read"),
        ("scopes", "tracking:read"),
        ("expiry", "never"),
    ];
    world.make(&fields).await
}

#[tokio::test]
async fn who_uses_a_key_is_told_by_route_address_and_program() {
    let world = start().await;
    let key = restricted(&world).await;
    let nobody = world.alice.get(&format!("{}/callers", key.url)).await;
    assert!(nobody.text(".empty").starts_with("Nobody, lately"), "{}", nobody.body);

    for _ in 0..3 {
        assert_eq!(ask(&world, &key, SHIPMENTS, "203.0.113.7", "curl/8.5").await, 200);
    }
    assert_eq!(ask(&world, &key, TRACKING, "203.0.113.8", "Acme-Sync/2").await, 200);
    // What is refused breaks already.
    assert_eq!(
        ask(&world, &key, "POST /api/v1/shipments", "198.51.100.1", "x").await,
        403
    );
    world.app.advance(std::time::Duration::from_secs(30 * HOUR));
    assert_eq!(ask(&world, &key, TRACKING, "203.0.113.7", "curl/8.5").await, 200);

    let page = world.alice.get(&format!("{}/callers", key.url)).await;
    assert!(
        page.text("#all > p")
            .contains("5 requests of the last 7 days were accepted, 1 of them in the last 24 hours"),
        "{}",
        page.text("#all > p")
    );
    let routes = lines(&page, "What they ask for");
    assert_eq!(routes.len(), 2, "{routes:?}");
    assert!(
        routes[0].starts_with("GET /api/v1/shipments") && routes[0].contains(" 0 3 "),
        "{routes:?}"
    );
    assert!(
        routes[1].contains("/api/v1/tracking") && routes[1].contains(" 1 2 "),
        "{routes:?}"
    );
    let addresses = lines(&page, "Where they come from");
    assert_eq!(addresses.len(), 2, "{addresses:?}");
    assert!(addresses[0].starts_with("203.0.113.7 1 4 "), "{addresses:?}");
    assert!(addresses[1].starts_with("203.0.113.8 0 1 "), "{addresses:?}");
    let programs = lines(&page, "What sends them");
    assert!(
        programs[0].starts_with("curl/8.5 1 4 ") && programs[1].starts_with("Acme-Sync/2 0 1 "),
        "{programs:?}"
    );

    // Where it is revoked, the same is said.
    let revoke = world.alice.get(&format!("{}/revocation", key.url)).await;
    assert_eq!(lines(&revoke, "Where they come from"), addresses);

    // After a week, nobody asks.
    world.app.advance(std::time::Duration::from_secs(6 * 24 * HOUR));
    let page = world.alice.get(&format!("{}/callers", key.url)).await;
    assert!(lines(&page, "Where they come from")[0].starts_with("203.0.113.7 0 1 "));
}

#[tokio::test]
async fn before_an_edit_takes_something_away_it_says_from_whom() {
    let world = start().await;
    let key = restricted(&world).await;
    for _ in 0..2 {
        assert_eq!(ask(&world, &key, SHIPMENTS, "203.0.113.7", "curl/8.5").await, 200);
    }
    assert_eq!(ask(&world, &key, TRACKING, "198.51.100.4", "Acme-Sync/2").await, 200);
    let edit = format!("{}/edit", key.url);
    let without_tracking = [("name", "Partner"), ("scopes", "shipments:read"), ("expiry", "never")];

    // What takes nothing away is not asked about.
    let all = [
        ("name", "Partner Ltd"),
        ("scopes", "shipments:read"),
        ("scopes", "tracking:read"),
        ("scopes", "webhooks:read"),
        ("expiry", "never"),
    ];
    assert_eq!(world.alice.submit(&edit, &edit, &all).await.status, 303);

    let asked = world.alice.submit(&edit, &edit, &without_tracking).await;
    assert_eq!(asked.status, 409);
    assert!(
        asked.text(".problems").contains("Nothing is saved yet"),
        "{}",
        asked.body
    );
    assert!(
        asked.text("#rights > p").starts_with(
            "Of the 3 requests of the last 7 days, 1 would have been refused with these settings, and that in the last 24 hours."
        ),
        "{}",
        asked.text("#rights > p")
    );
    let in_the_way = lines(&asked, "What stands in the way");
    assert!(
        in_the_way.len() == 1 && in_the_way[0].starts_with("tracking:read 1 1 "),
        "{in_the_way:?}"
    );
    assert!(lines(&asked, "Where they come from")[0].starts_with("198.51.100.4 1 1 "));
    assert_eq!(
        ask(&world, &key, TRACKING, "198.51.100.4", "Acme-Sync/2").await,
        200,
        "nothing is saved"
    );

    // Confirmed is what was shown, and nothing else.
    let confirmed = asked.attribute("input[name=confirmed]", "value").unwrap();
    let other = [
        ("name", "Partner"),
        ("scopes", "tracking:read"),
        ("expiry", "never"),
        ("confirmed", confirmed.as_str()),
    ];
    assert_eq!(world.alice.submit(&edit, &edit, &other).await.status, 409);
    let mut sure = without_tracking.to_vec();
    sure.push(("confirmed", confirmed.as_str()));
    assert_eq!(world.alice.submit(&edit, &edit, &sure).await.status, 303);
    assert_eq!(ask(&world, &key, TRACKING, "198.51.100.4", "Acme-Sync/2").await, 403);
    assert_eq!(ask(&world, &key, SHIPMENTS, "203.0.113.7", "curl/8.5").await, 200);

    // An address list.
    let listed = [
        ("name", "Partner"),
        ("scopes", "shipments:read"),
        ("expiry", "never"),
        ("allowed_addresses", "198.51.100.0/24"),
    ];
    let asked = world.alice.submit(&edit, &edit, &listed).await;
    assert_eq!(asked.status, 409);
    // Five of the last week: three of shipments, and two of tracking, which the key may not ask any more, from elsewhere.
    assert!(
        asked.text("#rights > p").contains("Of the 5 requests"),
        "{}",
        asked.text("#rights > p")
    );
    let in_the_way = lines(&asked, "What stands in the way");
    assert!(
        in_the_way[0].starts_with("The address is not listed 3 3 "),
        "{in_the_way:?}"
    );

    // An end that comes nearer.
    let soon = world.app.app.now().plus(40 * 24 * 3_600_000).iso_day();
    let ends = [
        ("name", "Partner"),
        ("scopes", "shipments:read"),
        ("expiry", "date"),
        ("expires_at", soon.as_str()),
    ];
    let asked = world.alice.submit(&edit, &edit, &ends).await;
    assert_eq!(asked.status, 409);
    assert!(
        asked.text("#end h2").starts_with("Who would break from "),
        "{}",
        asked.body
    );
    assert_eq!(lines(&asked, "What stands in the way").len(), 0);
}

#[tokio::test]
async fn nobody_is_asked_about_a_key_that_nobody_uses() {
    let world = start().await;
    let key = restricted(&world).await;
    let edit = format!("{}/edit", key.url);
    let fields = [("name", "Partner"), ("scopes", "shipments:read"), ("expiry", "30")];
    assert_eq!(world.alice.submit(&edit, &edit, &fields).await.status, 303);
}

/// Many requests of all kinds, through the database: what is foretold is what is refused when they all come again.
#[tokio::test]
async fn what_is_foretold_comes_true() {
    let world = start().await;
    let key = restricted(&world).await;
    let requests = |number: usize| {
        let request = [SHIPMENTS, TRACKING, "GET /api/v1/shipments/7"][number % 3];
        let address = ["203.0.113.7", "203.0.113.8", "2001:db8::7", "198.51.100.4"][number / 3 % 4];
        (request, address, ["curl/8.5", "Acme-Sync/2", ""][number / 5 % 3])
    };
    for number in 0..60 {
        let (request, address, agent) = requests(number);
        assert_eq!(ask(&world, &key, request, address, agent).await, 200);
        if number % 7 == 0 {
            world.app.app.usage.flush(&world.app.app.db).await.unwrap();
        }
    }
    let edit = format!("{}/edit", key.url);
    let changed = [
        ("name", "Partner"),
        ("scopes", "shipments:read"),
        ("expiry", "never"),
        ("allowed_addresses", "203.0.113.0/28 2001:db8::/32"),
    ];
    let asked = world.alice.submit(&edit, &edit, &changed).await;
    let confirmed = asked.attribute("input[name=confirmed]", "value").unwrap();
    let foretold = asked.text("#rights > p");
    let mut sure = changed.to_vec();
    sure.push(("confirmed", confirmed.as_str()));
    assert_eq!(world.alice.submit(&edit, &edit, &sure).await.status, 303);
    let mut refused = 0;
    for number in 0..60 {
        let (request, address, agent) = requests(number);
        refused += u32::from(ask(&world, &key, request, address, agent).await == 403);
    }
    assert!(
        foretold.starts_with(&format!(
            "Of the 60 requests of the last 7 days, {refused} would have been refused"
        )),
        "{foretold}, and {refused} were"
    );
    assert!(asked.texts("#rights > p.muted").is_empty(), "everybody is known");
}

/// Who has a key that the whole world uses does not fill the database; and is told what is not known.
#[tokio::test]
async fn a_key_that_everybody_has_is_counted_and_told_apart_only_so_far() {
    let world = start().await;
    let key = restricted(&world).await;
    let mut sent = 0_u32;
    for _ in 0..3 {
        for _ in 0..400 {
            // As fast as the plan allows.
            world.app.advance(std::time::Duration::from_secs(1));
            let question = Question {
                credential: Some(&key.text),
                method: Some("GET"),
                path: Some("/api/v1/shipments"),
                address: Some(std::net::Ipv4Addr::from(0xcb00_0000 + sent).into()),
                ..Question::default()
            };
            let verdict = verify(&world.app.app, &question).await.unwrap();
            assert!(matches!(verdict, Verdict::Allowed(_)));
            sent += 1;
        }
        world.app.app.usage.flush(&world.app.app.db).await.unwrap();
    }
    assert_eq!(rows(&world, "usage_callers").await, MOST as i64);
    assert_eq!(rows(&world, "scope_uses").await, 1);
    let page = world.alice.get(&format!("{}/callers", key.url)).await;
    assert!(
        page.text("#all > p")
            .contains("1,200 requests of the last 7 days were accepted"),
        "{}",
        page.text("#all > p")
    );
    let unknown = page.text("#all > p.muted");
    assert!(
        unknown.starts_with("Of 700 requests it is not known who made them"),
        "{unknown}"
    );
    assert!(lines(&page, "What they ask for")[0].contains(" 1,200 1,200 "));

    // A day later there is room again; and after eight days nothing is left of the first.
    world.app.advance(std::time::Duration::from_secs(24 * HOUR));
    assert_eq!(world.ask(&key.text).await, "accepted");
    world.app.app.usage.flush(&world.app.app.db).await.unwrap();
    assert_eq!(rows(&world, "usage_callers").await, MOST as i64 + 1);
    world.app.advance(std::time::Duration::from_secs(7 * 24 * HOUR));
    roll_up::sweep(&world.app.app).await.unwrap();
    assert_eq!(rows(&world, "usage_callers").await, 1);
    assert_eq!(rows(&world, "scope_uses").await, 1);
}

async fn rows(world: &World, table: &str) -> i64 {
    let db = world.app.app.db.reader();
    let count = Statement::from_string(db.get_database_backend(), format!("SELECT COUNT(*) FROM {table}"));
    let row = db.query_one_raw(count).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
