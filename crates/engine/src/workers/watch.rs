#![allow(
    clippy::disallowed_methods,
    reason = "the watch begins before a GPU is touched"
)]

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use gpu_keepalive_core::keeper::StoreAction;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{sync::mpsc, time::timeout};

use super::store::Order;

/// An editor may empty a file and write it a moment later; the states between are not meant.
const SETTLED: Duration = Duration::from_millis(100);

/// Sends when the settings file may have changed; nothing wakes while it does not.
///
/// The folder is watched and not the file, because editors put a new file in the place of the old
/// one; and the folder of what a symbolic link points to as well. On file systems that announce no
/// changes (some network drives) only the keeper's poll finds them.
pub(super) struct SettingsWatch {
    // Dropping it ends the watch.
    _watcher: Option<RecommendedWatcher>,
}

impl SettingsWatch {
    pub(super) fn new(settings: Option<&Path>) -> (Self, mpsc::Receiver<()>) {
        let (change, changes) = mpsc::channel(1);
        // Between the first reading and the watch it may have changed as well.
        let _ = change.try_send(());
        let watcher = settings.and_then(|path| {
            // A change that is not taken yet serves as well.
            watch(path, move || {
                let _ = change.try_send(());
            })
            .inspect_err(|error| tracing::debug!("the settings are not watched: {error}"))
            .ok()
        });
        (Self { _watcher: watcher }, changes)
    }
}

/// Has the settings read again when their changes have come to rest.
pub(super) async fn reload_when_settled(
    mut changes: mpsc::Receiver<()>,
    store: mpsc::Sender<Order>,
) {
    while changes.recv().await.is_some() {
        while let Ok(Some(())) = timeout(SETTLED, changes.recv()).await {}
        let reload = Order::Action(StoreAction::ReloadSettings);
        if store.send(reload).await.is_err() {
            return;
        }
    }
}

fn watch(
    path: &Path,
    changed: impl Fn() + Send + 'static,
) -> Result<RecommendedWatcher, notify::Error> {
    let target = path.canonicalize().ok().filter(|target| target != path);
    let files: Vec<PathBuf> = target.into_iter().chain([path.to_owned()]).collect();
    let names: Vec<_> = files.iter().filter_map(|file| file.file_name()).collect();
    let names: Vec<_> = names.into_iter().map(ToOwned::to_owned).collect();
    let concerns_us = move |event: notify::Event| {
        let mut touched = event.paths.iter().filter_map(|path| path.file_name());
        !event.kind.is_access() && touched.any(|name| names.iter().any(|ours| ours == name))
    };
    let mut watcher = notify::recommended_watcher(move |event: Result<notify::Event, _>| {
        // A change that cannot be ruled out counts as one.
        if event.map_or(true, &concerns_us) {
            changed();
        }
    })?;
    for folder in files.iter().filter_map(|file| file.parent()) {
        std::fs::create_dir_all(folder)?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}
