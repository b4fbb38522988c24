//! An icon in the tray as a panel sees and clicks it.

use std::collections::HashMap;

use zbus::{Connection, OwnedVariant, Variant, fdo::Error::InvalidArgs};

use crate::{peers::Panel, soon};

const ITEM: &str = "org.kde.StatusNotifierItem";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const MENU: &str = "com.canonical.dbusmenu";

/// The app's icon.
pub(crate) struct TrayItem {
    connection: Connection,
    bus_name: String,
}

/// An entry of its menu; those of submenus follow theirs.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    id: i32,
    pub(crate) label: String,
    /// `None` for what has no mark.
    pub(crate) checked: Option<bool>,
}

/// An item of the protocol's layout: id, properties, children.
type Node = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

impl TrayItem {
    /// The item that registers with this panel.
    pub(crate) async fn on(panel: &Panel) -> Self {
        Self {
            bus_name: panel.item().await,
            connection: panel.connection().clone(),
        }
    }

    /// Waits until that share of the icon's pixels has that colour, at least.
    pub(crate) async fn wait_for_colour(&self, rgb: [u8; 3], share: f64) {
        let what = format!("{share} of the icon in {rgb:?}");
        soon(&what, async || {
            let pixels = self.pixels().await?;
            let same = pixels.iter().filter(|pixel| **pixel == rgb).count();
            (same as f64 >= share * pixels.len() as f64).then_some(())
        })
        .await;
    }

    /// Every opaque pixel of the icon; `None` while the item does not answer.
    pub(crate) async fn pixels(&self) -> Option<Vec<[u8; 3]>> {
        let pictures: Vec<(i32, i32, Vec<u8>)> =
            self.property("IconPixmap").await?.try_into().ok()?;
        let (width, height, argb) = pictures.into_iter().next()?;
        assert_eq!(argb.len(), (width * height * 4) as usize);
        let opaque = argb.chunks_exact(4).filter(|pixel| pixel[0] == 255);
        Some(opaque.map(|pixel| [pixel[1], pixel[2], pixel[3]]).collect())
    }

    /// The text for a pointer that rests on it: title and lines.
    pub(crate) async fn tooltip(&self) -> Option<(String, String)> {
        type Picture = (i32, i32, Vec<u8>);
        let tooltip: (String, Vec<Picture>, String, String) =
            self.property("ToolTip").await?.try_into().ok()?;
        Some((tooltip.2, tooltip.3))
    }

    /// A click with the left button.
    pub(crate) async fn activate(&self) {
        self.call("/StatusNotifierItem", ITEM, "Activate", &(0i32, 0i32))
            .await
            .unwrap();
    }

    /// The menu as it is; empty while the item does not answer.
    pub(crate) async fn menu(&self) -> Vec<Entry> {
        let all = (0i32, -1i32, Vec::<&str>::new());
        let Ok(answer) = self.call("/MenuBar", MENU, "GetLayout", &all).await else {
            return Vec::new();
        };
        let body = answer.body();
        let (_, root): (u32, Node) = body.deserialize().unwrap();
        let mut entries = Vec::new();
        collect(root, &mut entries);
        entries
    }

    /// Waits for an entry of which that is true.
    pub(crate) async fn wait_for(&self, what: &str, is: impl Fn(&Entry) -> bool) -> Entry {
        soon(what, async || {
            self.menu().await.into_iter().find(|entry| is(entry))
        })
        .await
    }

    /// Waits for the entry of that label, and clicks on it. A menu that has changed since it was
    /// read refuses the click, as its entries have other ids now.
    pub(crate) async fn click(&self, label: &str) {
        soon(label, async || {
            let menu = self.menu().await;
            let entry = menu.iter().find(|entry| entry.label == label)?;
            let clicked = (entry.id, "clicked", Variant::from(""), 0u32);
            match self.call("/MenuBar", MENU, "Event", &clicked).await {
                Err(zbus::Error::FDO(error)) if matches!(*error, InvalidArgs(_)) => None,
                // An app that ends because of it may not come to answer.
                _ => Some(()),
            }
        })
        .await;
    }

    async fn property(&self, name: &str) -> Option<OwnedVariant> {
        let wanted = (ITEM, name);
        let get = self.call("/StatusNotifierItem", PROPERTIES, "Get", &wanted);
        get.await.ok()?.body().deserialize().ok()
    }

    async fn call<B: serde::Serialize + zbus::DynamicType>(
        &self,
        path: &str,
        interface: &str,
        method: &str,
        body: &B,
    ) -> zbus::Result<zbus::Message> {
        let bus_name = Some(self.bus_name.as_str());
        self.connection
            .call_method(bus_name, path, Some(interface), method, body)
            .await
    }
}

fn collect((id, properties, children): Node, entries: &mut Vec<Entry>) {
    let property = |name: &str| properties.get(name)?.try_clone().ok();
    if let Some(label) = property("label").and_then(|label| String::try_from(label).ok()) {
        let mark = property("toggle-type").is_some();
        let on = property("toggle-state").and_then(|state| i32::try_from(state).ok()) == Some(1);
        entries.push(Entry {
            id,
            // An underscore marks the letter of a key.
            label: label.replace("__", "_"),
            checked: mark.then_some(on),
        });
    }
    for child in children {
        collect(child.try_into().unwrap(), entries);
    }
}
