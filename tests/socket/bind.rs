use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use gpu_keepalive_engine::socket::{BindError, Client, ConnectError, Server};
use tempfile::tempdir;

use super::Served;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_socket_and_its_folder_are_for_this_user_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("made/for/it/control.sock");
    let server = Server::bind(&path).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    drop(server);
    assert!(!path.exists(), "it must be removed");
}

#[tokio::test]
async fn a_folder_that_others_can_write_is_refused() {
    let folder = tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let error = Server::bind(&folder.path().join("control.sock")).unwrap_err();
    assert!(matches!(error, BindError::FolderNotPrivate(_)), "{error}");
}

#[tokio::test]
async fn the_socket_of_a_dead_engine_is_replaced() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("control.sock");
    // The standard library leaves the file behind, as a killed engine does.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(matches!(
        Client::connect(&path).await,
        Err(ConnectError::NotRunning)
    ));
    let _server = Server::bind(&path).unwrap();
    assert!(Client::connect(&path).await.is_ok());
}

#[tokio::test]
async fn a_second_engine_is_refused_and_the_first_lives() {
    let served = Served::start();
    let error = Server::bind(&served.path).unwrap_err();
    assert!(matches!(error, BindError::AlreadyRunning(_)), "{error}");
    assert!(served.connect().await.lives().await);
}

#[tokio::test]
async fn a_live_socket_without_a_lock_is_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("control.sock");
    let _foreign = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let error = Server::bind(&path).unwrap_err();
    assert!(matches!(error, BindError::AlreadyRunning(_)), "{error}");
    assert!(path.exists());
}

#[tokio::test]
async fn of_engines_that_start_at_once_one_wins() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("control.sock");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let runtime = tokio::runtime::Handle::current();
    let results: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let _runtime = runtime.enter();
                    Server::bind(&path)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(
        results.iter().filter(|r| r.is_ok()).count(),
        1,
        "{results:?}"
    );
    assert!(Client::connect(&path).await.is_ok());
}

#[tokio::test]
async fn what_is_not_a_socket_is_never_deleted() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "precious").unwrap();
    let directory = folder.path().join("directory");
    fs::create_dir(&directory).unwrap();
    let link = folder.path().join("link");
    symlink(&file, &link).unwrap();
    for path in [&file, &directory, &link] {
        let error = Server::bind(path).unwrap_err();
        assert!(matches!(error, BindError::NotASocket(_)), "{error}");
        assert!(error.to_string().contains(&*path.to_string_lossy()));
        assert!(path.symlink_metadata().is_ok());
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
}

#[tokio::test]
async fn a_socket_that_another_put_in_its_place_is_not_removed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("control.sock");
    let server = Server::bind(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let _other = std::os::unix::net::UnixListener::bind(&path).unwrap();
    drop(server);
    assert!(path.exists());
}

#[tokio::test]
async fn without_an_engine_the_client_states_how_to_start_one() {
    let folder = tempdir().unwrap();
    for path in ["control.sock", "no/such/folder/control.sock"] {
        let Err(error) = Client::connect(&folder.path().join(path)).await else {
            panic!("connected to nothing");
        };
        assert!(matches!(error, ConnectError::NotRunning));
        assert!(error.to_string().contains("gpu-keepalive run"));
    }
}
