// The keys of the whole window: Ctrl+1 to 4 for the pages, Ctrl+W and Escape to close.

import { closeWindow } from "./ipc";
import { PAGES, route } from "./route.svelte";

/** Obeys them until the returned function is called. */
export function listenToKeys(): () => void {
  addEventListener("keydown", obey);
  return () => removeEventListener("keydown", obey);
}

function obey(event: KeyboardEvent): void {
  // What the page itself has a use for is not for the window: a list that Escape closes.
  if (event.defaultPrevented || event.altKey || event.metaKey || event.shiftKey) return;
  const page = event.ctrlKey ? PAGES[Number(event.key) - 1] : undefined;
  if (page && page !== "setup") {
    event.preventDefault();
    route.go(page);
  } else if (event.ctrlKey ? event.key === "w" : event.key === "Escape" && !hasUseForEscape()) {
    event.preventDefault();
    void closeWindow();
  }
}

/** Whether Escape closes something within the page, or takes back what is being typed. */
function hasUseForEscape(): boolean {
  const focused = document.activeElement;
  return (
    document.querySelector("dialog[open]") !== null ||
    (focused instanceof HTMLInputElement && /^(text|number|search)$/.test(focused.type)) ||
    focused instanceof HTMLTextAreaElement
  );
}
