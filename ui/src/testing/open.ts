import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import App from "../App.svelte";
import type { SeenElsewhere, Status } from "../protocol";
import type { Page } from "../route.svelte";
import { FakeEngine } from "./fake-engine";
import { statusWith } from "./fixtures";

const HEADINGS: Record<Page, string> = {
  overview: "Overview",
  models: "Models for your VRAM",
  settings: "Settings",
  diagnostics: "Diagnostics",
  setup: "Your GPUs",
};

/** Opens the window on a page, with an engine that has that status. */
export async function open(
  page: Page,
  status: Status = statusWith(),
  prepare: (engine: FakeEngine) => void = () => {},
): Promise<{
  engine: FakeEngine;
  user: ReturnType<typeof userEvent.setup>;
  container: HTMLElement;
}> {
  const engine = new FakeEngine(status);
  prepare(engine);
  location.hash = page;
  const { container } = render(App);
  await screen.findByRole("heading", { level: 1, name: HEADINGS[page] });
  return { engine, user: userEvent.setup(), container };
}

/** Opens the setup at the step that measures. */
export async function toMeasuring(
  status: Status,
  elsewhere: SeenElsewhere[] = [],
): ReturnType<typeof open> {
  const opened = await open("setup", status, (engine) => (engine.elsewhere = elsewhere));
  const next = () => opened.user.click(screen.getByRole("button", { name: "Next" }));
  await next();
  await next();
  await screen.findByRole("heading", { name: "What you gain on this GPU" });
  return opened;
}
