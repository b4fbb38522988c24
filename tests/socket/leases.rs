use serde_json::json;

use super::Served;
use crate::support::soon;

#[tokio::test]
async fn a_lease_ends_with_its_connection() {
    let mut served = Served::start();
    let mut client = served.connect().await;
    assert_eq!(
        client.ask(r#"{"request":"begin_lease"}"#).await,
        json!({"ok": "done"})
    );
    drop(client);
    let gone = soon("the end of the lease", served.engine.leases_ended.recv()).await;
    assert_eq!(gone, Some(true));
}

#[tokio::test]
async fn a_lease_ended_by_its_holder_ends_once() {
    let mut served = Served::start();
    let mut holder = served.connect().await;
    let mut other = served.connect().await;
    holder.ask(r#"{"request":"begin_lease"}"#).await;
    other.ask(r#"{"request":"end_lease"}"#).await;
    assert!(
        served.engine.leases_ended.try_recv().is_err(),
        "another client ended the lease"
    );
    holder.ask(r#"{"request":"end_lease"}"#).await;
    assert_eq!(served.engine.leases_ended.try_recv(), Ok(false));
    drop(holder);
    assert!(other.lives().await);
    assert!(served.engine.leases_ended.try_recv().is_err());
}
