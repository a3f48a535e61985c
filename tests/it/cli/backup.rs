use std::os::unix::fs::PermissionsExt;

use keyhatch::store::Db;
use keyhatch::store::db::Location;

use super::installation::Installation;

#[tokio::test]
async fn a_copy_is_taken_while_the_server_runs_and_nothing_is_overwritten() {
    let keyhatch = Installation::new().await;
    let copy = keyhatch.path("copy.db");
    let path = copy.display().to_string();
    if !keyhatch.is_embedded() {
        assert!(keyhatch.run(&["backup", &path]).err.contains("pg_dump"));
        return;
    }
    let none = keyhatch.run(&["backup", &path]);
    assert_eq!(none.code, Some(1), "there is nothing to copy yet");
    assert!(!copy.exists());

    let _server = keyhatch.serve();
    keyhatch.furnish();
    let ran = keyhatch.run(&["backup", &path]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains(&path) && ran.out.contains("kB"), "{}", ran.out);
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);

    let before = std::fs::read(&copy).unwrap();
    let again = keyhatch.run(&["backup", &path]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("exists already"), "{}", again.err);
    assert_eq!(std::fs::read(&copy).unwrap(), before);

    let db = Db::connect(&Location::File(copy)).await.unwrap();
    assert!(db.is_whole().await.unwrap());
    let found = keyhatch::store::workspaces::find_by_slug(db.reader(), "acme").await;
    assert!(found.unwrap().is_some());
}
