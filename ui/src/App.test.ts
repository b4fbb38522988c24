import { emit } from "@tauri-apps/api/event";
import { screen, waitFor } from "@testing-library/svelte";
import axe from "axe-core";
import { describe, expect, test } from "vitest";
import { PAGES } from "./route.svelte";
import { recorded, STATES, statusWith } from "./testing/fixtures";
import { open, toMeasuring } from "./testing/open";

describe("axe finds nothing wrong", () => {
  test.each(PAGES)("on %s", async (page) => {
    const { container } = await open(page, statusWith(STATES.warm));
    await settled(page);
    expect(await violations(container)).toEqual([]);
  });

  test.each(Object.keys(STATES))("on the overview when %s", async (state) => {
    const { container } = await open("overview", statusWith(STATES[state as keyof typeof STATES]));
    await settled("overview");
    expect(await violations(container)).toEqual([]);
  });

  test("on every step of the setup, and with a refused setting", async () => {
    const { container, user } = await open("setup");
    await settled("setup");
    for (const heading of [
      "A model for your GPU",
      "What you gain on this GPU",
      "When to be ready",
      "Where it lives from now on",
    ]) {
      await user.click(screen.getByRole("button", { name: "Next" }));
      await screen.findByRole("heading", { name: heading });
      expect(await violations(container)).toEqual([]);
    }
  });
});

describe("axe finds nothing wrong where the GPU is measured", () => {
  test("before, meanwhile and after", async () => {
    const { engine, container, user } = await toMeasuring(statusWith(STATES.asleep));
    expect(await violations(container)).toEqual([]);
    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    await screen.findByRole("progressbar");
    expect(await violations(container)).toEqual([]);
    await engine.endBench?.(recorded.benchmark);
    await screen.findByText(recorded.benchmark.verdict);
    expect(await violations(container)).toEqual([]);
  });

  test("cancelled", async () => {
    const { container, user } = await toMeasuring(statusWith(STATES.asleep));
    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    await screen.findByRole("alert");
    expect(await violations(container)).toEqual([]);
  });

  test("where that is not possible, and with two GPUs", async () => {
    const busy = recorded.status.gpus.map((gpu) => ({ ...gpu, ...STATES.yielding }));
    const { container } = await toMeasuring({ ...recorded.status, gpus: busy });
    expect(await screen.findAllByText(/Ollama is answering/)).toHaveLength(2);
    expect(await violations(container)).toEqual([]);
  });
});

test("the tray asks for a page", async () => {
  await open("overview");
  await emit("page", "diagnostics");
  await screen.findByRole("heading", { level: 1, name: "Diagnostics" });
  await waitFor(() => expect(document.title).toBe("Diagnostics – GPU Keepalive (simulated)"));
  await emit("page", "no such page");
  await screen.findByRole("heading", { level: 1, name: "Overview" });
});

test("the pages are reached with the keyboard", async () => {
  const { user } = await open("overview");
  await user.tab();
  expect(document.activeElement?.textContent).toBe("Overview");
  await user.tab();
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { level: 1, name: "Models for your VRAM" });
  const current = screen.getByRole("link", { current: "page" });
  expect(current.textContent).toBe("Models");
});

test("the window's keys show pages and close it", async () => {
  const { engine, user } = await open("overview");
  await user.keyboard("{Control>}2{/Control}");
  await screen.findByRole("heading", { level: 1, name: "Models for your VRAM" });
  await user.keyboard("{Control>}4{/Control}");
  await screen.findByRole("heading", { level: 1, name: "Diagnostics" });
  await user.keyboard("{Control>}5{/Control}4{Control>}{Shift>}1{/Shift}{/Control}");
  expect(location.hash).toBe("#diagnostics");
  expect(engine.closed).toBe(0);
  await user.keyboard("{Control>}w{/Control}");
  expect(engine.closed).toBe(1);
  await user.keyboard("{Escape}");
  expect(engine.closed).toBe(2);

  await user.keyboard("{Control>}3{/Control}");
  const field = await screen.findByLabelText("Highest temperature");
  field.focus();
  await user.keyboard("{Escape}");
  expect(engine.closed).toBe(2);
});

test("a lost connection greys the values, stops the switches and mends itself", async () => {
  const { engine, container } = await open("overview", statusWith(STATES.warm));
  const keep = await screen.findByRole<HTMLButtonElement>("switch", { name: "Keep GPU ready" });
  await engine.disconnect("The engine ended.");
  const banner = await screen.findByRole("alert");
  expect(banner.textContent).toContain("No connection to GPU Keepalive.");
  expect(banner.textContent).toContain("The engine ended.");
  expect(screen.getByText("Sleeps in 12 min unless your AI is used.")).toBeTruthy();
  expect(container.querySelector(".stale")).toBeTruthy();
  expect(keep.matches(":disabled")).toBe(true);

  engine.status = statusWith(STATES.asleep);
  await engine.reconnect();
  expect(await screen.findByText("No AI program is using this GPU.")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
  expect(container.querySelector(".stale")).toBeNull();
});

test("an engine that is not there from the start is reported at once", async () => {
  await open("overview", statusWith(), (engine) => {
    engine.connected = false;
  });
  expect((await screen.findByRole("alert")).textContent).toContain("no connection");
});

/** Waits until the answers of a page are shown. */
async function settled(page: (typeof PAGES)[number]): Promise<void> {
  const signs = {
    overview: "Day by day",
    models: /catalogue was checked/,
    settings: "Highest temperature",
    diagnostics: "CUDA is told not to raise the clocks",
    setup: /Mains power/,
  };
  await screen.findByText(signs[page]);
}

async function violations(container: HTMLElement): Promise<string[]> {
  // jsdom lays nothing out, so contrast is checked in a real window.
  const rules = { "color-contrast": { enabled: false } };
  const { violations } = await axe.run(container.ownerDocument, { rules });
  return violations.flatMap((found) => found.nodes.map((node) => `${found.id}: ${node.html}`));
}
