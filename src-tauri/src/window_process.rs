//! The window as the tray sees it: a process of its own, one at a time.
//!
//! WebKit never gives back what it took within a process, so the window's memory ends with its
//! process, and a page that crashes affects no other process.

use std::{
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::{mpsc::Sender, watch},
    task::JoinHandle,
    time::timeout,
};

use crate::{controller::Input, page::Page, tray::MenuAction};

/// The window's answer to each wish that it followed by being there.
pub(crate) const SHOWN: &str = "shown";
/// Its answer when it followed a wish by closing.
pub(crate) const CLOSING: &str = "closing";
/// Its word that the user chose to quit in its menu.
pub(crate) const QUIT: &str = "quit";
/// The time that a window may take to close before it is killed.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// The place where glvnd finds Mesa, on every distribution that has it in its usual place.
const MESA_EGL: &str = "/usr/share/glvnd/egl_vendor.d/50_mesa.json";

/// What the window is to do: a line of JSON on its standard input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Wish {
    /// Be before the user's eyes, at that page.
    Show(Page),
    /// Close if it is before the user's eyes already, else as [`Self::Show`].
    Toggle(Page),
}

impl Wish {
    fn page(self) -> Page {
        match self {
            Self::Show(page) | Self::Toggle(page) => page,
        }
    }
}

/// Starts the window when it is asked for, and raises the one that is open.
pub(crate) struct WindowProcess {
    wishes: watch::Sender<Wish>,
    task: JoinHandle<()>,
}

impl WindowProcess {
    /// Starts nothing yet. Must be called within a tokio runtime.
    pub(crate) fn new(program: PathBuf, inputs: Sender<Input>) -> Self {
        let (wishes, wished) = watch::channel(Wish::Show(Page::Overview));
        let task = tokio::spawn(keep(program, wished, inputs));
        Self { wishes, task }
    }

    /// The channel for wishes; the newest one counts.
    pub(crate) fn wishes(&self) -> watch::Sender<Wish> {
        self.wishes.clone()
    }

    /// Closes the window, once no sender can ask for it any more.
    pub(crate) async fn end(self) {
        drop(self.wishes);
        let _ = self.task.await;
    }
}

async fn keep(program: PathBuf, mut wishes: watch::Receiver<Wish>, inputs: Sender<Input>) {
    let mut window: Option<Window> = None;
    loop {
        let start = tokio::select! {
            wished = wishes.changed() => {
                if wished.is_err() {
                    break;
                }
                let wish = *wishes.borrow_and_update();
                match &mut window {
                    Some(window) => window.follow(wish).await.is_err().then_some(wish),
                    None => Some(wish),
                }
            }
            (unanswered, well) = closed(&mut window, &inputs) => {
                window = None;
                if unanswered.is_none() && well {
                    // Not waited for: the controller may be ending, or waiting for this task.
                    let _ = inputs.try_send(Input::WindowClosed);
                }
                unanswered
            }
        };
        if let Some(wish) = start {
            window = Window::start(&program, wish.page())
                .inspect_err(|error| tracing::error!(%error, "the window cannot be opened"))
                .ok();
        }
    }
    if let Some(window) = window {
        window.close().await;
    }
}

/// Waits until the window was closed, for ever without one; gives the wish that came when it was
/// closing already, and whether it ended well.
async fn closed(window: &mut Option<Window>, inputs: &Sender<Input>) -> (Option<Wish>, bool) {
    let Some(window) = window else {
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            // Its last answer counts, also where its end is known at the same moment.
            biased;
            Ok(Some(line)) = window.answers.next_line() => match line.as_str() {
                SHOWN | CLOSING => window.unanswered = None,
                QUIT => {
                    let _ = inputs.try_send(Input::Menu(MenuAction::Quit));
                }
                _ => {}
            },
            ended = window.child.wait() => {
                tracing::debug!(?ended, "the window is closed");
                return (
                    window.unanswered,
                    ended.is_ok_and(|status| status.success()),
                );
            }
        }
    }
}

struct Window {
    child: Child,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// The last wish that it has not answered.
    unanswered: Option<Wish>,
}

impl Window {
    fn start(program: &Path, page: Page) -> io::Result<Self> {
        let mut command = Command::from(command(program, page));
        let mut child = command
            .arg("--pages-on-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdin = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self {
            child,
            stdin,
            answers: BufReader::new(stdout).lines(),
            unanswered: None,
        })
    }

    async fn follow(&mut self, wish: Wish) -> io::Result<()> {
        self.unanswered = Some(wish);
        let mut line = serde_json::to_vec(&wish)?;
        line.push(b'\n');
        self.stdin.write_all(&line).await
    }

    async fn close(mut self) {
        // The end of its input ends it.
        drop(self.stdin);
        if timeout(CLOSE_WITHIN, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }
}

/// The command that opens the window in a process of its own.
#[allow(
    clippy::disallowed_methods,
    reason = "whether a file of the system is there"
)]
fn command(program: &Path, page: Page) -> std::process::Command {
    let mut command = std::process::Command::new(program);
    command.args(["--window", page.name()]);
    // A window that shows whether the GPU sleeps must not wake it. WebKit draws such a page on the
    // CPU well enough: the first asks it not to compose on a GPU, the second leaves it without any
    // way to share a GPU's buffers, and so without a render node to open (2.44 and later; a page must
    // then start no view transition, at which WebKitGTK 2.52 crashes).
    command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1");
    command.env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
    // GTK and WebKit still ask for EGL and GLX, whatever their version. They get Mesa, since to load
    // NVIDIA's library alone opens the card (open-gpu-kernel-modules#1071), and of Mesa the part
    // that draws on the CPU, since another would open the node of a card that it can drive.
    if Path::new(MESA_EGL).is_file() {
        command.env("__EGL_VENDOR_LIBRARY_FILENAMES", MESA_EGL);
    }
    command.env("__GLX_VENDOR_LIBRARY_NAME", "mesa");
    command.env("LIBGL_ALWAYS_SOFTWARE", "1");
    // The variables that a launcher sets to run a program on the discrete GPU.
    for name in [
        "DRI_PRIME",
        "__NV_PRIME_RENDER_OFFLOAD",
        "__VK_LAYER_NV_optimus",
    ] {
        command.env_remove(name);
    }
    command
}
