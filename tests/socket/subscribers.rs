use std::sync::Arc;

use gpu_keepalive_core::protocol::{ErrorCode, Event, Reply, Request};
use gpu_keepalive_engine::socket::{Client, ClientError};
use serde_json::json;

use super::Served;
use crate::support::{soon, status};

#[tokio::test]
async fn a_subscriber_gets_the_full_status_then_every_change() {
    let served = Served::start();
    let mut client = served.connect().await;
    assert_eq!(
        client.ask(r#"{"request":"subscribe"}"#).await,
        json!({"ok": "done"})
    );
    let first = client.line().await;
    assert_eq!(
        first,
        json!({"event": {"status": serde_json::to_value(status()).unwrap()}})
    );
    let settings = client.line().await;
    assert_eq!(
        settings["event"]["settings"]["settings"][0]["value"],
        "always"
    );
    for pulses in 13..20 {
        served.engine.status.send_modify(|status| {
            Arc::make_mut(status).gpus[0].pulses = pulses;
        });
        let line = client.line().await;
        assert_eq!(line["event"]["status"]["gpus"][0]["pulses"], pulses);
    }
    assert!(client.lives().await, "a subscriber may go on asking");
}

#[tokio::test]
async fn a_subscriber_receives_the_request_for_the_window() {
    let served = Served::start();
    let client = Client::connect(&served.path).await.unwrap();
    let mut events = client.subscribe().await.unwrap();
    let first = soon("the status", events.next()).await.unwrap();
    assert_eq!(first, Event::Status(Box::new(status())));
    let settings = soon("the settings", events.next()).await.unwrap();
    assert!(matches!(settings, Event::Settings(_)), "{settings:?}");
    let mut other = served.connect().await;
    assert_eq!(
        other.ask(r#"{"request":"show_window"}"#).await,
        json!({"ok": "done"})
    );
    assert_eq!(
        soon("the event", events.next()).await.unwrap(),
        Event::ShowWindow
    );
}

#[tokio::test]
async fn a_slow_subscriber_misses_what_lay_between_and_gets_the_newest() {
    const CHANGES: u64 = 5_000;
    let served = Served::start();
    let mut slow = served.connect().await;
    slow.send(b"{\"request\":\"subscribe\"}\n").await;
    let mut other = served.connect().await;
    for pulses in 1..=CHANGES {
        served.engine.status.send_modify(|status| {
            Arc::make_mut(status).gpus[0].pulses = pulses;
        });
        tokio::task::yield_now().await;
    }
    assert!(
        other.lives().await,
        "a client that does not read must not hold up another"
    );
    assert_eq!(slow.line().await, json!({"ok": "done"}));
    let mut lines = 0;
    loop {
        lines += 1;
        if slow.line().await["event"]["status"]["gpus"][0]["pulses"] == CHANGES {
            break;
        }
    }
    assert!(
        lines < CHANGES,
        "{lines} lines were kept for a client that did not read"
    );
}

#[tokio::test]
async fn a_subscription_ends_with_the_engine() {
    let served = Served::start();
    let client = Client::connect(&served.path).await.unwrap();
    let mut events = client.subscribe().await.unwrap();
    soon("the status", events.next()).await.unwrap();
    soon("the settings", events.next()).await.unwrap();
    served.server.abort();
    let error = soon("the end", events.next()).await.unwrap_err();
    assert!(
        matches!(error, ClientError::Closed | ClientError::Io(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_client_distinguishes_replies_from_refusals() {
    let served = Served::start();
    let mut client = Client::connect(&served.path).await.unwrap();
    let reply = client.ask(&Request::Status).await.unwrap();
    assert_eq!(reply, Reply::Status(Box::new(status())));
    match client.ask(&Request::Energy { days: 1000 }).await {
        Err(ClientError::Refused(error)) => assert_eq!(error.code, ErrorCode::InvalidArgument),
        other => panic!("{other:?}"),
    }
    assert_eq!(client.ask(&Request::On).await.unwrap(), Reply::Done);
}
