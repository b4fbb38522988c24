// Which page is shown: the hash of the address.

import { onPage } from "./ipc";

export const PAGES = ["overview", "models", "settings", "diagnostics", "setup"] as const;
export type Page = (typeof PAGES)[number];

class Route {
  page = $state<Page>("overview");

  /** Follows the address and the tray until the returned function is called. */
  async start(): Promise<() => void> {
    const read = () => (this.page = pageOf(location.hash));
    read();
    addEventListener("hashchange", read);
    const stop = await onPage((page) => this.go(pageOf(page)));
    return () => {
      removeEventListener("hashchange", read);
      stop();
    };
  }

  go(page: Page): void {
    location.hash = page;
    this.page = page;
  }
}

function pageOf(name: string): Page {
  const bare = name.replace(/^#/, "");
  return PAGES.find((page) => page === bare) ?? "overview";
}

export const route = new Route();
