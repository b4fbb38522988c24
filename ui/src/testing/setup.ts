// The parts of a browser that jsdom lacks.

import { cleanup, configure } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

// Visibility by layout is not known here, and asking is slow.
configure({ asyncUtilTimeout: 20_000, defaultHidden: true });

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
// For names of ours, in which nothing has to be escaped.
vi.stubGlobal("CSS", { escape: (text: string) => text });

// A surface to draw on that shows nothing.
const surface: unknown = new Proxy(
  {},
  {
    get: (_, name) => (name === "measureText" ? () => ({ width: 10 }) : () => {}),
    set: () => true,
  },
);
vi.stubGlobal(
  "Path2D",
  class {
    constructor() {
      return surface as object;
    }
  },
);
HTMLCanvasElement.prototype.getContext = () => surface as null;

// As in index.html.
document.documentElement.lang = "en";

afterEach(async () => {
  // The next fake engine replaces this one; the page is still unsubscribing from it.
  cleanup();
  // Imported late: it must see the stubs above.
  const { engine } = await import("../engine.svelte");
  const { settings } = await import("../settings/settings.svelte");
  settings.report = null;
  settings.refusal = null;
  engine.status = null;
  engine.connection = { connected: true, message: null };
  engine.refusal = null;
  engine.switched_ms = 0;
});
