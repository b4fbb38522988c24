//! The control socket's path, taken by another user.

use std::{
    fs,
    os::unix::fs::{FileTypeExt, PermissionsExt},
};

use rustix::process::Signal;

use super::engine::Engine;
use crate::user::User;

const RUN: [&str; 5] = ["run", "--mode", "always", "--simulate", "h200"];

#[tokio::test]
async fn the_socket_of_a_dead_engine_is_taken_over() {
    let user = User::new();
    let engine = Engine::start(&user, user.command(&RUN)).await;
    engine.signal(Signal::KILL);
    assert_eq!(engine.ended().await.code, None);
    assert!(user.socket().exists(), "a killed engine cannot remove it");
    let absent = user.run(&["status"]).await;
    assert_eq!(absent.code, Some(3), "{absent:?}");
    let engine = Engine::start(&user, user.command(&RUN)).await;
    engine.until_warm().await;
    assert_eq!(engine.interrupted().await.code, Some(0));
    assert!(!user.socket().exists());
}

#[tokio::test]
async fn a_second_engine_is_refused_and_the_first_keeps_running() {
    let user = User::new();
    let engine = Engine::start(&user, user.command(&RUN)).await;
    let second = user.run(&RUN).await;
    assert_eq!(
        (second.code, second.out.as_str()),
        (Some(1), ""),
        "{second:?}"
    );
    assert!(second.err.contains("running already"), "{}", second.err);
    engine.until_warm().await;
}

#[tokio::test]
async fn what_is_no_socket_is_left_alone() {
    let user = User::new();
    fs::write(user.socket(), "precious").unwrap();
    let refused = user.run(&RUN).await;
    assert_eq!(
        (refused.code, refused.out.as_str()),
        (Some(1), ""),
        "{refused:?}"
    );
    let path = user.socket();
    assert!(
        refused.err.contains(&*path.to_string_lossy()),
        "{}",
        refused.err
    );
    assert!(!fs::metadata(&path).unwrap().file_type().is_socket());
    assert_eq!(fs::read_to_string(path).unwrap(), "precious");
}

#[tokio::test]
async fn a_runtime_folder_open_to_others_is_refused() {
    let user = User::new();
    fs::set_permissions(user.home(), fs::Permissions::from_mode(0o777)).unwrap();
    let refused = user.run(&RUN).await;
    assert_eq!(
        (refused.code, refused.out.as_str()),
        (Some(1), ""),
        "{refused:?}"
    );
    assert!(!user.socket().exists());
}
