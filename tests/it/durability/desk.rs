//! Support's deeds while the disk fails: they are refused, nothing of them has happened, and the same form works afterwards, once.

use crate::support::{Browser, PASSWORD};

use super::assert_not_now;
use super::disk::{Disk, Fault};
use super::world::World;

const SAM: &str = "sam@example.com";

#[tokio::test(flavor = "multi_thread")]
async fn a_deed_is_done_once_or_not_at_all() {
    if std::env::var_os("KEYHATCH_TEST_POSTGRES").is_some() {
        return;
    }
    let disk = Disk::new();
    let world = World::start(&disk.settings()).await;
    let account = ["account", "create", "--email", SAM, "--staff", "--password-stdin"];
    world.program.run(&account, &format!("{PASSWORD}\n"));
    let sam = Browser::new(&world.program.address());
    sam.sign_in(SAM, PASSWORD).await;
    let page = sam
        .submit("/staff", "/staff/lookups", &[("display_prefix", "acme")])
        .await
        .location();
    assert!(page.starts_with("/staff/workspaces/"), "{page}");
    let mut forms = Vec::new();
    for (deed, amount) in [("credits", Some("500")), ("suspension", None)] {
        let page = format!("{page}/{deed}");
        let mut form = sam.get(&page).await.form(&page);
        form.retain(|(name, _)| name != "reason" && name != "amount");
        form.push(("reason".to_owned(), "The disk fails".to_owned()));
        form.extend(amount.map(|amount| ("amount".to_owned(), amount.to_owned())));
        forms.push((page, form));
    }
    for fault in [Fault::Full, Fault::Broken, Fault::ReadOnly] {
        disk.fail(fault, 1);
        for (page, form) in &forms {
            let answer = sam.try_post(page, form).await.unwrap();
            assert_not_now(&answer, &format!("{fault:?} {page}"));
        }
        // Nothing is shown that cannot be put on record.
        assert_not_now(&sam.get(&page).await, &format!("{fault:?} {page}"));
        assert_eq!(world.me(&world.root).await, Some(200), "{fault:?}: it is not suspended");
        disk.mend();
        world.recovers(&format!("{fault:?}")).await;
        assert!(
            sam.get(&page).await.text("article").contains("Balance 100 credits"),
            "{fault:?}"
        );
    }
    for (page, form) in forms.iter().chain(&forms) {
        let answer = sam.try_post(page, form).await.unwrap();
        assert_eq!(answer.status, 303, "{page}: {}", answer.body);
    }
    assert_eq!(world.me(&world.root).await, Some(403), "it is suspended");
    assert!(sam.get(&page).await.text("article").contains("Balance 600 credits"));
}
