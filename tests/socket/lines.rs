use gpu_keepalive_core::protocol::{MAX_CLIENTS, MAX_LINE_BYTES, Request};
use insta::assert_snapshot;
use serde_json::json;

use super::{Raw, Served};
use crate::support::soon;

/// The server's reply to one line, after which it must still answer.
async fn answer_to(line: &[u8]) -> String {
    let served = Served::start();
    let mut client = served.connect().await;
    client.send(line).await;
    client.send(b"\n").await;
    let answer = client.line().await;
    assert!(client.lives().await, "the connection ended after {answer}");
    format!(
        "{}: {}",
        answer["error"]["code"].as_str().expect("a code"),
        answer["error"]["message"].as_str().expect("a message"),
    )
}

#[tokio::test]
async fn bad_lines_get_an_error_that_states_what_would_be_right() {
    let mut answers = String::new();
    for line in [
        b"" as &[u8],
        b"status",
        b"{\"request\":\"status\"",
        b"\xff\xfe{}",
        b"[1,2]",
        b"{}",
        br#"{"request":7}"#,
        br#"{"request":"dance"}"#,
        br#"{"request":"mode"}"#,
        br#"{"request":"mode","mode":"turbo"}"#,
        br#"{"request":"pause","for_s":"long"}"#,
        br#"{"request":"pause","for_s":-1}"#,
        br#"{"request":"warm","for_s":1e300}"#,
        br#"{"request":"energy","days":0}"#,
        br#"{"request":"energy","days":-1}"#,
    ] {
        answers += &format!(
            "{}\n  {}\n",
            String::from_utf8_lossy(line),
            answer_to(line).await
        );
    }
    assert_snapshot!(answers);
}

#[tokio::test]
async fn nested_json_is_refused_not_followed() {
    let answer = answer_to("[".repeat(60_000).as_bytes()).await;
    assert!(answer.starts_with("invalid_json: "), "{answer}");
}

#[tokio::test]
async fn a_line_may_be_as_long_as_the_limit_and_no_longer() {
    let served = Served::start();
    let mut client = served.connect().await;
    let padded = |bytes: usize| {
        let request = r#"{"request":"on"}"#;
        format!("{request}{}", " ".repeat(bytes - 1 - request.len()))
    };
    assert_eq!(
        client.ask(&padded(MAX_LINE_BYTES)).await,
        json!({"ok": "done"})
    );
    for bytes in [MAX_LINE_BYTES + 1, 10 * MAX_LINE_BYTES] {
        let answer = client.ask(&padded(bytes)).await;
        assert_eq!(answer["error"]["code"], "line_too_long", "{bytes} bytes");
        assert!(client.lives().await);
    }
}

#[tokio::test]
async fn a_line_without_end_is_answered_before_it_ends() {
    let served = Served::start();
    let mut client = served.connect().await;
    client.send(&vec![b'x'; MAX_LINE_BYTES]).await;
    assert_eq!(client.line().await["error"]["code"], "line_too_long");
    client.send(&vec![b'x'; 5 * MAX_LINE_BYTES]).await;
    client.send(b"\n").await;
    assert!(
        client.lives().await,
        "the rest of the line was taken for a request"
    );
}

#[tokio::test]
async fn half_a_line_and_a_hang_up_do_nothing() {
    let mut served = Served::start();
    let mut client = served.connect().await;
    client.send(br#"{"request":"off"}"#).await;
    drop(client);
    let mut other = served.connect().await;
    assert!(other.lives().await);
    assert_eq!(
        soon("a request", served.engine.asked.recv()).await,
        Some(Request::On)
    );
}

#[tokio::test]
async fn requests_sent_at_once_are_answered_in_order() {
    let served = Served::start();
    let mut client = served.connect().await;
    client
        .send(b"{\"request\":\"status\"}\n{\"request\":\"dance\"}\r\n{\"request\":\"off\"}\n")
        .await;
    assert_eq!(client.line().await["ok"]["status"]["engine"]["pid"], 4242);
    assert_eq!(client.line().await["error"]["code"], "unknown_request");
    assert_eq!(client.line().await, json!({"ok": "done"}));
}

#[tokio::test]
async fn one_client_too_many_gets_an_error_and_a_freed_place_is_given() {
    let served = Served::start();
    let mut clients: Vec<Raw> = Vec::new();
    for _ in 0..MAX_CLIENTS {
        let mut client = served.connect().await;
        assert!(client.lives().await);
        clients.push(client);
    }
    let mut surplus = served.connect().await;
    assert_eq!(surplus.line().await["error"]["code"], "too_many_clients");
    assert!(surplus.line().await.is_null(), "it must be closed");
    for client in &mut clients {
        assert!(client.lives().await);
    }
    clients.pop();
    soon("a free place", async {
        while !served.connect().await.lives_or_is_refused().await {}
    })
    .await;
}

impl Raw {
    /// Returns true if it answers; not, when it was turned away.
    async fn lives_or_is_refused(&mut self) -> bool {
        let sent =
            tokio::io::AsyncWriteExt::write_all(self.0.get_mut(), b"{\"request\":\"on\"}\n").await;
        sent.is_ok() && self.line().await == json!({"ok": "done"})
    }
}
