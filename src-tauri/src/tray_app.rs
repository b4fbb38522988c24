//! The role of the tray: icon, menu and notifications around the engine. It never loads a page.

use std::{
    convert::Infallible as Never,
    path::PathBuf,
    process::ExitCode,
    sync::mpsc::{self as mpsc_std, RecvTimeoutError},
    thread,
    time::Duration,
};

use gpu_keepalive_core::Moment;
use gpu_keepalive_engine::{
    clock::Clock, output_queue::OutputQueue, paths::Paths, signals::Signals,
};
use tauri::{
    AppHandle, RunEvent,
    tray::{MouseButton, MouseButtonState, TrayIconEvent},
};
use tokio::{
    runtime::Runtime,
    sync::mpsc::{self, Receiver, Sender, error::TrySendError},
};

use crate::{
    controller::{Controller, Input},
    desktop::RealDesktop,
    engine_link::{self, Claim, Hosting},
    login_entry::{self, LoginEntry},
    platform,
    tray::{MenuAction, TrayThread},
    window_process::WindowProcess,
};

/// The time that a desktop that is just starting may take to have a place for icons.
const TRAY_GRACE: Duration = Duration::from_secs(8);
/// The time in which the engine releases the GPUs and saves its state when the toolkit ends this
/// process: Windows allows about 5 s for the end of a session (documented for `WM_ENDSESSION`).
const RELEASE_WITHIN: Duration = Duration::from_secs(4);
/// The time that the desktop may take to remove the icon.
const END_WITHIN: Duration = Duration::from_secs(2);
/// Inputs, and requests to the engine, that wait at most: far more than one status and the clicks
/// of a person. Who can wait for room does; a click is dropped.
const QUEUED: usize = 64;

/// Runs until the user quits. The engine and all that belongs to it have a thread of their own;
/// this one, the main thread, belongs to the toolkit.
pub(crate) fn run(
    runtime: Runtime,
    claim: Claim,
    hosting: Hosting,
    hidden: bool,
    errors: OutputQueue,
) -> anyhow::Result<ExitCode> {
    let (inputs, received) = mpsc::channel(QUEUED);
    let app = tauri::Builder::default()
        .plugin(login_entry::plugin())
        .build(crate::context())?;
    listen(&app, &inputs);
    let work = Work {
        app: app.handle().clone(),
        program: std::env::current_exe()?,
        places: Paths::of_user()?,
        hidden,
    };
    let to_controller = inputs.clone();
    let (at_work, work_ended) = mpsc_std::sync_channel::<Never>(1);
    thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            let app = work.app.clone();
            let code = match runtime.block_on(work.work(claim, hosting, to_controller, received)) {
                Ok(()) => 0,
                Err(error) => {
                    platform::report(&error, &errors);
                    1
                }
            };
            drop(at_work);
            app.exit(code);
            // Normally the process is gone by now. But the toolkit's thread waits for the panel
            // when an icon comes or goes, and a panel may hang; nothing of ours is open any more.
            runtime.block_on(async { tokio::time::sleep(END_WITHIN).await });
            errors.flush();
            std::process::exit(code);
        })?;
    let code = app.run_return(move |_, event| match event {
        // There is never a window here whose end could be meant.
        RunEvent::ExitRequested {
            code: None, api, ..
        } => api.prevent_exit(),
        // At the end of a Windows session the toolkit ends this process when this returns.
        RunEvent::Exit => end_work(&inputs, &work_ended),
        _ => {}
    });
    Ok(match code {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// Has the engine end, if it has not, and waits for that.
fn end_work(inputs: &Sender<Input>, work_ended: &mpsc_std::Receiver<Never>) {
    let _ = inputs.try_send(Input::Quit);
    if work_ended.recv_timeout(RELEASE_WITHIN) == Err(RecvTimeoutError::Timeout) {
        tracing::warn!("this process ends before the GPUs are released");
    }
}

/// Passes clicks on to the controller.
fn listen(app: &tauri::App, inputs: &Sender<Input>) {
    let menu = inputs.clone();
    app.on_menu_event(move |_, event| {
        if let Some(action) = MenuAction::from_id(&event.id().0) {
            clicked(&menu, Input::Menu(action));
        }
    });
    let icon = inputs.clone();
    app.on_tray_icon_event(move |_, event| {
        if let TrayIconEvent::Click {
            button: MouseButton::Left,
            button_state: MouseButtonState::Up,
            ..
        } = event
        {
            clicked(&icon, Input::IconClicked);
        }
    });
}

/// Passes on a click, on the toolkit's thread, which must not wait.
fn clicked(inputs: &Sender<Input>, input: Input) {
    if let Err(TrySendError::Full(input)) = inputs.try_send(input) {
        tracing::warn!("the app does not keep up; dropped: {input:?}");
    }
}

/// The parts that the thread of the engine needs.
struct Work {
    app: AppHandle,
    program: PathBuf,
    places: Paths,
    hidden: bool,
}

impl Work {
    /// Runs until the user quits: then the GPUs are released first, and the window is closed.
    async fn work(
        self,
        claim: Claim,
        hosting: Hosting,
        inputs: Sender<Input>,
        received: Receiver<Input>,
    ) -> anyhow::Result<()> {
        let windows = WindowProcess::new(self.program.clone(), inputs.clone());
        let (ask, asks) = mpsc::channel(QUEUED);
        let shown = inputs.clone();
        let desktop = RealDesktop {
            tray: TrayThread::start(self.app.clone(), move |is_shown| {
                let _ = shown.blocking_send(Input::Tray(is_shown));
            }),
            inputs: inputs.clone(),
            asks: Some(ask),
            windows: windows.wishes(),
            login_entry: LoginEntry {
                app: self.app.clone(),
                program: self.program.clone(),
            },
            shown_before: self.places.state.join("told.json"),
        };
        let controller = Controller::new(desktop, self.hidden);
        tokio::spawn(quit_on_signal(Signals::new()?, inputs.clone()));
        tokio::spawn(platform::follow_panel(inputs.clone()));
        tokio::spawn(end_of_grace(inputs.clone()));
        let engine = async {
            let ended = engine_link::run(hosting, claim, asks, inputs.clone()).await;
            // Without an engine there is nothing to show.
            let _ = inputs.send(Input::Quit).await;
            ended
        };
        let ((), engine) = tokio::join!(control(controller, received), engine);
        windows.end().await;
        engine
    }
}

/// Hands the controller what happens, until it ends.
async fn control(mut controller: Controller<RealDesktop>, mut inputs: Receiver<Input>) {
    while !controller.is_quitting() {
        let input = tokio::select! {
            biased;
            input = inputs.recv() => input,
            () = woken(controller.wake_at()) => Some(Input::Woke),
        };
        let Some(input) = input else {
            return;
        };
        controller.handle(input, Clock::Boot.now());
    }
}

/// Waits until then; for ever when nothing waits for its time.
async fn woken(at: Option<Moment>) {
    match at {
        Some(at) => tokio::time::sleep(at.since(Clock::Boot.now())).await,
        None => std::future::pending().await,
    }
}

async fn quit_on_signal(mut signals: Signals, inputs: Sender<Input>) {
    signals.next().await;
    let _ = inputs.send(Input::Quit).await;
}

async fn end_of_grace(inputs: Sender<Input>) {
    tokio::time::sleep(TRAY_GRACE).await;
    let _ = inputs.send(Input::TrayWaitedFor).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_session_waits_for_the_engine() {
        let (inputs, mut received) = mpsc::channel(1);
        let (at_work, work_ended) = mpsc_std::sync_channel::<Never>(1);
        let ending = thread::spawn(move || end_work(&inputs, &work_ended));
        let input = received.blocking_recv();
        assert!(matches!(input, Some(Input::Quit)), "{input:?}");
        assert!(!ending.is_finished(), "it waits");
        drop(at_work);
        ending.join().expect("no panic");
    }
}
