use std::time::Duration;

/// Far longer than anything takes here: what is awaited for so long does not happen.
const DEADLINE: Duration = Duration::from_secs(60);
/// Time between two checks of a condition.
const CHECK_EVERY: Duration = Duration::from_millis(20);

/// Waits until `check` sees something.
pub(crate) async fn soon<T>(what: &str, check: impl AsyncFnMut() -> Option<T>) -> T {
    within(DEADLINE, what, check).await
}

/// Waits that long for what takes its time.
pub(crate) async fn within<T>(
    deadline: Duration,
    what: &str,
    mut check: impl AsyncFnMut() -> Option<T>,
) -> T {
    let seen = async {
        loop {
            if let Some(seen) = check().await {
                return seen;
            }
            tokio::time::sleep(CHECK_EVERY).await;
        }
    };
    tokio::time::timeout(deadline, seen)
        .await
        .unwrap_or_else(|_| panic!("in vain: {what}"))
}
