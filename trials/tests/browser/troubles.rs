//! Starts that fail, and servers that do not answer.

use crate::desk::Desk;

#[tokio::test]
async fn a_failed_start_is_explained_and_can_be_tried_again() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.refuse_to_associate("UnauthorizedOperation");
    desk.sign_in("/vpn/osaka").await;
    page.phase("starting").await;
    assert!(
        page.text()
            .await
            .contains("An attempt failed (UnauthorizedOperation).")
    );
    desk.give_up().await;
    page.until("document.querySelector('h1').textContent === 'Could not be started'")
        .await;
    let text = page.text().await;
    for told in [
        "This system lacks a permission in AWS.",
        "tell an administrator this",
        "UnauthorizedOperation",
        "Root=1-",
    ] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(page.has("link[rel=icon][href*='/failed-']").await);

    desk.sandbox.ec2().change(|world, _| world.clear_faults());
    page.submit("#ask").await;
    page.phase("starting").await;
    desk.come_up().await;
    // A look while a sweep reads EC2, and nothing recent is known, is told to come back.
    desk.clear_after(|message| message.contains("503")).await;
}

#[tokio::test]
async fn a_page_that_cannot_be_kept_up_to_date_says_so_and_goes_on_trying() {
    let desk = Desk::set().await;
    let page = &desk.browser;
    desk.sign_in("/vpn/tokyo").await;
    page.phase("starting").await;
    let fault =
        sandbox::dynamo::TableFault::Error("ProvisionedThroughputExceededException".to_owned());
    desk.sandbox.dynamo().inject(None, fault, u32::MAX);
    page.look().await;
    page.until("!document.getElementById('out-of-reach').hidden")
        .await;
    desk.sandbox.dynamo().clear_faults();
    desk.come_up().await;
    page.until("document.getElementById('out-of-reach').hidden")
        .await;
    desk.clear_after(|message| message.contains("503")).await;
}
