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

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    sync::watch,
    task::JoinHandle,
    time::timeout,
};

use crate::page::Page;

/// The window's answer to each page that it was asked for.
pub(crate) const SHOWN: &str = "shown";
/// The time that a window may take to close before it is killed.
const CLOSE_WITHIN: Duration = Duration::from_secs(2);
/// The place where glvnd finds Mesa, on every distribution that has it in its usual place.
const MESA_EGL: &str = "/usr/share/glvnd/egl_vendor.d/50_mesa.json";

/// Starts the window when it is asked for, and raises the one that is open.
pub(crate) struct WindowProcess {
    pages: watch::Sender<Page>,
    task: JoinHandle<()>,
}

impl WindowProcess {
    /// Starts nothing yet. Must be called within a tokio runtime.
    pub(crate) fn new(program: PathBuf) -> Self {
        let (pages, asked) = watch::channel(Page::Overview);
        let task = tokio::spawn(keep(program, asked));
        Self { pages, task }
    }

    /// The channel that asks for a page; the newest one is shown.
    pub(crate) fn pages(&self) -> watch::Sender<Page> {
        self.pages.clone()
    }

    /// Closes the window, once no sender can ask for it any more.
    pub(crate) async fn end(self) {
        drop(self.pages);
        let _ = self.task.await;
    }
}

async fn keep(program: PathBuf, mut pages: watch::Receiver<Page>) {
    let mut window: Option<Window> = None;
    loop {
        let start = tokio::select! {
            asked = pages.changed() => {
                if asked.is_err() {
                    break;
                }
                let page = *pages.borrow_and_update();
                match &mut window {
                    Some(window) => window.show(page).await.is_err().then_some(page),
                    None => Some(page),
                }
            }
            unanswered = closed(&mut window) => {
                window = None;
                unanswered
            }
        };
        if let Some(page) = start {
            window = Window::start(&program, page)
                .inspect_err(|error| tracing::error!(%error, "the window cannot be opened"))
                .ok();
        }
    }
    if let Some(window) = window {
        window.close().await;
    }
}

/// Waits until the window was closed, for ever without one; gives the page that was asked for
/// when it was closing already.
async fn closed(window: &mut Option<Window>) -> Option<Page> {
    let Some(window) = window else {
        return std::future::pending().await;
    };
    loop {
        tokio::select! {
            ended = window.child.wait() => {
                tracing::debug!(?ended, "the window is closed");
                return window.asked;
            }
            Ok(Some(line)) = window.answers.next_line() => {
                if line == SHOWN {
                    window.asked = None;
                }
            }
        }
    }
}

struct Window {
    child: Child,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    /// The last page that it was asked for and has not answered.
    asked: Option<Page>,
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
            asked: None,
        })
    }

    async fn show(&mut self, page: Page) -> io::Result<()> {
        self.asked = Some(page);
        let line = format!("page {}\n", page.name());
        self.stdin.write_all(line.as_bytes()).await
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
pub(crate) fn command(program: &Path, page: Page) -> std::process::Command {
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
