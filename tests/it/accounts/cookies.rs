use reqwest::header::{COOKIE, SET_COOKIE};

use crate::support::{Answer, PASSWORD, TestApp};

fn set_cookies(answer: &Answer) -> Vec<String> {
    let all = answer.headers.get_all(SET_COOKIE).iter();
    all.map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::start().await;
    app.person("alice").await;
    let browser = app.browser();
    let first = browser.get("/sign-in").await;
    let fields = [("email", "alice@example.com"), ("password", PASSWORD)];
    let answer = browser.submit("/sign-in", "/sign-in", &fields).await;
    let cookies = [set_cookies(&first), set_cookies(&answer)].concat();
    assert!(
        cookies.iter().any(|cookie| cookie.starts_with("keyhatch_session=")),
        "{cookies:?}"
    );
    for cookie in cookies {
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        assert!(cookie.contains("Path=/") && !cookie.contains("Secure"), "{cookie}");
    }
}

#[tokio::test]
async fn over_https_they_are_bound_to_the_host() {
    let app = TestApp::start_with(&[("KEYHATCH_PUBLIC_URL", "https://keys.example.com")]).await;
    keyhatch::domain::accounts::create(&app.app, "alice@example.com", PASSWORD, None)
        .await
        .unwrap();
    // The client would rightly not send these cookies over plain http: they are carried by hand.
    let browser = app.browser();
    let page = browser.get("/sign-in").await;
    assert!(page.headers.contains_key("strict-transport-security"));
    let cookies = set_cookies(&page);
    let kept = cookies[0].split(';').next().unwrap();
    let csrf = page.attribute("input[name=csrf]", "value").unwrap();
    let fields = [
        ("csrf", csrf.as_str()),
        ("email", "alice@example.com"),
        ("password", PASSWORD),
    ];
    let request = browser
        .client
        .post(browser.url("/sign-in"))
        .header(COOKIE, kept)
        .form(&fields);
    let answer = Answer::of(request.send().await.unwrap()).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let cookies = [cookies, set_cookies(&answer)].concat();
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.starts_with("__Host-keyhatch_session=")),
        "{cookies:?}"
    );
    for cookie in cookies {
        for needed in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(needed), "{cookie} lacks {needed}");
        }
        assert!(!cookie.contains("Domain="), "{cookie}");
    }
}
