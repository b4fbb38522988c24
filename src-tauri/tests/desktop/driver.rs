//! The page in the app's window, operated as a user would over WebDriver.

#![allow(clippy::disallowed_types, reason = "WebDriver listens on a port")]

use std::{
    net::{TcpListener, TcpStream},
    process::Stdio,
};

use gpu_keepalive_core::protocol::Request;
use serde_json::{Value, json};
use thirtyfour::{
    ElementId, RequestData, SessionId, common::command::FormatRequestData, prelude::*,
};

use crate::{
    app::App,
    session::{Killed, Session},
    soon,
};

/// The elements that can be operated.
const CONTROLS: &str = "a, button, input, select, summary";

/// WebKit's driver, which joins the window when there is one.
///
/// It receives the address where the window listens instead of starting the app itself: so the
/// window that is driven is the one that the tray opens, with everything the tray gives it.
pub(crate) struct Driver {
    process: Killed,
    address: String,
    window: String,
}

impl Driver {
    /// For the windows of apps that are started from now on.
    pub(crate) fn start(session: &mut Session) -> Self {
        let [address, window] = free_addresses();
        session.set("TAURI_WEBVIEW_AUTOMATION", "true");
        session.set("WEBKIT_INSPECTOR_SERVER", &window);
        let (_, port) = address.split_once(':').unwrap();
        let process = session
            .command("WebKitWebDriver")
            .args([format!("--port={port}"), format!("--target={window}")])
            .stdout(Stdio::null())
            .spawn()
            .expect("WebKitWebDriver of the package webkit2gtk-driver");
        Self {
            process: Killed::new(process),
            address,
            window,
        }
    }

    /// Opens the app's window, unless it opens by itself, and joins it.
    pub(crate) async fn open(self, app: &App) -> Page {
        app.wait_for_status("a desktop", |status| status.desktop.is_some())
            .await;
        app.ask(Request::ShowWindow).await;
        let page = self.join().await;
        page.wait_for_title("Overview").await;
        page
    }

    /// Joins the window that opens.
    pub(crate) async fn join(self) -> Page {
        for address in [&self.address, &self.window] {
            soon("a driver and a window", async || {
                TcpStream::connect(address).ok()
            })
            .await;
        }
        let url = format!("http://{}", self.address);
        let web = soon("a page", async || {
            WebDriver::new(&url, Capabilities::new()).await.ok()
        })
        .await;
        // The session ends with the driver's process, and needs no farewell.
        web.clone().leak().unwrap();
        Page {
            _process: self.process,
            web,
        }
    }
}

/// Free at this moment, both.
fn free_addresses() -> [String; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().to_string())
}

/// A driven window's page.
pub(crate) struct Page {
    _process: Killed,
    web: WebDriver,
}

impl Page {
    /// Goes to one of the window's pages, such as `settings`.
    pub(crate) async fn go(&self, page: &str) {
        self.run("location.hash = arguments[0]", [json!(page)])
            .await;
        let title = page[..1].to_uppercase() + &page[1..];
        self.wait_for_title(&title).await;
    }

    /// Waits for the page of that title, such as `Settings`.
    pub(crate) async fn wait_for_title(&self, title: &str) {
        soon(title, async || {
            let shown = self.web.title().await.ok()?;
            shown.starts_with(title).then_some(())
        })
        .await;
    }

    /// The value that the script returns.
    pub(crate) async fn run<const N: usize>(&self, script: &str, arguments: [Value; N]) -> Value {
        let answer = self.web.execute(script, arguments.to_vec()).await;
        answer
            .unwrap_or_else(|e| panic!("{script}: {e}"))
            .json()
            .clone()
    }

    /// The value that the script gives to its last argument, a function.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        let answer = self.web.execute_async(script, Vec::new()).await;
        answer
            .unwrap_or_else(|e| panic!("{script}: {e}"))
            .json()
            .clone()
    }

    /// Waits until the script returns `true`.
    pub(crate) async fn wait_until(&self, script: &str) {
        soon(script, async || {
            (self.run(script, []).await == json!(true)).then_some(())
        })
        .await;
    }

    /// Waits until there is something of that selector.
    pub(crate) async fn wait_for(&self, selector: &str) {
        soon(selector, async || {
            let found = self.web.find_all(By::Css(selector)).await.ok()?;
            (!found.is_empty()).then_some(())
        })
        .await;
    }

    /// The controls that can be seen, with what a screen reader calls them.
    async fn controls(&self) -> WebDriverResult<Vec<(String, WebElement)>> {
        let mut controls = Vec::new();
        for element in self.web.find_all(By::Css(CONTROLS)).await? {
            if element.is_displayed().await? {
                let label = ComputedLabel(element.element_id());
                controls.push((self.web.cmd(label).await?.value()?, element));
            }
        }
        Ok(controls)
    }

    /// The control whose name starts like that, if it can be seen now.
    pub(crate) async fn find(&self, name: &str) -> Option<WebElement> {
        // It fails where one of them was replaced meanwhile.
        let controls = self.controls().await.ok()?;
        let found = controls
            .into_iter()
            .find(|(label, _)| label.starts_with(name));
        found.map(|(_, element)| element)
    }

    /// Waits for the control whose name starts like that.
    pub(crate) async fn control(&self, name: &str) -> WebElement {
        soon(name, async || self.find(name).await).await
    }

    /// Waits for that control and clicks it.
    pub(crate) async fn click(&self, name: &str) {
        soon(&format!("a click on {name}"), async || {
            self.find(name).await?.click().await.ok()
        })
        .await;
    }

    /// Replaces what stands in that field, and leaves it.
    pub(crate) async fn type_into(&self, name: &str, text: &str) {
        let field = self.control(name).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
        self.press(Key::Tab).await;
    }

    /// Presses a key where the focus is.
    pub(crate) async fn press(&self, key: Key) {
        let pressed = self.web.action_chain().send_keys(key).perform().await;
        pressed.unwrap();
    }

    /// Presses a key while Control is held.
    pub(crate) async fn press_with_control(&self, key: &str) {
        let chain = self.web.action_chain().key_down(Key::Control);
        let pressed = chain.send_keys(key).key_up(Key::Control).perform().await;
        pressed.unwrap();
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        let sized = self.web.set_window_rect(0, 0, width, height).await;
        sized.unwrap();
        self.wait_until(&format!(
            "return innerWidth === {width} && innerHeight === {height}"
        ))
        .await;
    }
}

/// The name of an element in the accessibility tree, which the client has no word for.
#[derive(Debug)]
struct ComputedLabel(ElementId);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let path = format!("session/{session}/element/{}/computedlabel", self.0);
        // The default method is GET.
        RequestData::new(Default::default(), path)
    }
}
