// What jsdom lacks of a browser.

import { clearMocks } from "@tauri-apps/api/mocks";
import { cleanup } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

// uPlot asks when it is loaded, the chart later.
vi.stubGlobal("matchMedia", () => ({ addEventListener() {}, removeEventListener() {} }));
vi.stubGlobal(
  "ResizeObserver",
  class {
    observe() {}
    disconnect() {}
  },
);
vi.stubGlobal("scrollTo", () => {});
vi.stubGlobal("Path2D", class {});

const context: unknown = new Proxy(
  {},
  { get: (_, name) => (name === "measureText" ? () => ({ width: 10 }) : () => {}), set: () => true },
);
HTMLCanvasElement.prototype.getContext = () => context as null;

afterEach(() => {
  cleanup();
  clearMocks();
});
