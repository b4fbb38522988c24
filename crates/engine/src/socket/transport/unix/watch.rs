use std::{path::Path, time::Duration};

use tokio::time::{Instant, sleep_until};

/// While the socket is in its place and the system announces what is removed: a folder may be
/// covered by another, of which nothing is announced.
const CHECK_EVERY: Duration = Duration::from_secs(60);
/// After the socket was removed: what clears a folder is not to find a new one while it is at it.
const BIND_AFTER: Duration = Duration::from_secs(1);
/// Between attempts, as long as there is no folder, or another file is in the way.
const BIND_EVERY: Duration = Duration::from_secs(5);

/// The time to check that the socket is in its place, and the time to bind it again.
#[derive(Debug)]
pub(super) struct Watch {
    due: Instant,
    resting: bool,
    #[cfg(target_os = "linux")]
    removals: Option<linux::Removals>,
}

impl Watch {
    /// A watch over the folder of that socket, which was just bound. Must be made within a tokio
    /// runtime.
    ///
    /// The first check is due at once: the socket may be gone again since before the watch.
    pub(super) fn of(socket: &Path) -> Self {
        Self {
            due: Instant::now(),
            resting: true,
            #[cfg(target_os = "linux")]
            removals: linux::Removals::beside(socket)
                .inspect_err(|error| tracing::debug!("the runtime folder is not watched: {error}"))
                .ok(),
        }
    }

    /// Waits until it is time to check. Cancel safe.
    pub(super) async fn due(&mut self) {
        #[cfg(target_os = "linux")]
        if self.resting
            && let Some(removals) = &mut self.removals
        {
            tokio::select! {
                seen = removals.next() => if seen.is_err() {
                    self.removals = None;
                },
                () = sleep_until(self.due) => {}
            }
            return;
        }
        sleep_until(self.due).await;
    }

    /// Returns true if the socket was in its place at the last check.
    pub(super) fn is_resting(&self) -> bool {
        self.resting
    }

    /// The socket is in its place.
    pub(super) fn rest(&mut self) {
        #[cfg(target_os = "linux")]
        let announced = self.removals.is_some();
        #[cfg(not(target_os = "linux"))]
        let announced = false;
        let pause = if announced { CHECK_EVERY } else { BIND_EVERY };
        (self.due, self.resting) = (Instant::now() + pause, true);
    }

    /// The socket was removed just now.
    pub(super) fn bind_soon(&mut self) {
        (self.due, self.resting) = (Instant::now() + BIND_AFTER, false);
    }

    /// It could not be bound again.
    pub(super) fn bind_later(&mut self) {
        self.due = Instant::now() + BIND_EVERY;
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{io, path::Path};

    use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
    use tokio::{io::AsyncReadExt, net::unix::pipe::Receiver};

    /// Longer than any one announcement: its head and a name (inotify(7)).
    const ROOM: usize = 4096;

    /// The kernel's announcements of files removed from a folder, and of the folder's own end.
    ///
    /// It is waited for and read like a pipe, and the receiving end of one is what tokio offers for
    /// a descriptor without `unsafe`.
    #[derive(Debug)]
    pub(super) struct Removals(Receiver);

    impl Removals {
        pub(super) fn beside(file: &Path) -> io::Result<Self> {
            let inotify = init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC)?;
            let removals = WatchFlags::DELETE
                | WatchFlags::MOVED_FROM
                | WatchFlags::DELETE_SELF
                | WatchFlags::MOVE_SELF
                | WatchFlags::ONLYDIR;
            add_watch(&inotify, file.parent().unwrap_or(Path::new(".")), removals)?;
            Receiver::from_owned_fd_unchecked(inotify).map(Self)
        }

        /// The next announcement, whatever it is of. Cancel safe.
        pub(super) async fn next(&mut self) -> io::Result<()> {
            self.0.read(&mut [0; ROOM]).await.map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_socket_that_was_removed_before_the_watch_is_missed_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let mut watch = Watch::of(&folder.path().join("gone.sock"));
        watch.due().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        watch.rest();
        watch.due().await;
        assert_eq!(start.elapsed(), CHECK_EVERY);
    }
}
