import { screen, waitFor } from "@testing-library/svelte";
import { expect, test } from "vitest";
import type { Request } from "../protocol";
import { recorded, STATES, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

const COMPLETED: Request = { request: "set", key: "app.setup_completed", value: true };

test("to its end with the keyboard alone", async () => {
  const { engine, user } = await open("setup", statusWith(STATES.asleep));
  expect(await screen.findByText(/24\.0 GiB of VRAM, driver 580\.159\.04/)).toBeTruthy();
  expect(await screen.findByText(/Mains power/)).toBeTruthy();

  screen.getByRole("button", { name: "Next" }).focus();
  await user.keyboard("{Enter}");
  const models = await screen.findByRole("heading", { name: "Models that fit" });
  await waitFor(() => expect(document.activeElement).toBe(models));
  const copy = "Copy the command that fetches Qwen3.8 27B Q5_K_M with llama.cpp";
  expect(await screen.findByRole("button", { name: copy })).toBeTruthy();

  screen.getByRole("button", { name: "Next" }).focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "What you gain on this GPU" });

  screen.getByRole("button", { name: "Next" }).focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "When to be ready" });
  await user.tab();
  expect(document.activeElement).toBe(screen.getByRole("radio", { name: /^On demand/ }));
  await user.keyboard("{ArrowDown}");
  await waitFor(() => expect(engine.status.engine.mode).toBe("while_loaded"));

  const login = await screen.findByRole("switch", { name: "Start at login" });
  expect(login.getAttribute("aria-checked")).toBe("false");
  login.focus();
  await user.keyboard(" ");
  await waitFor(() => expect(login.getAttribute("aria-checked")).toBe("true"));
  expect(engine.requests).not.toContainEqual(COMPLETED);

  screen.getByRole("button", { name: "Finish" }).focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Overview" });
  expect(engine.requests.filter((request) => "key" in request)).toEqual([
    { request: "set", key: "app.start_at_login", value: true },
    COMPLETED,
  ]);
});

test("leaving half-way keeps what was chosen and does not come again", async () => {
  const { engine, user } = await open("setup");
  await user.click(screen.getByRole("button", { name: "Leave the setup" }));
  await screen.findByRole("heading", { name: "Overview" });
  expect(engine.requests.filter((request) => "key" in request)).toEqual([COMPLETED]);
});

test("the tray asking for another page leaves it too", async () => {
  const { engine } = await open("setup");
  location.hash = "settings";
  await screen.findByRole("heading", { level: 1, name: "Settings" });
  await waitFor(() => expect(engine.requests).toContainEqual(COMPLETED));
});

test("back and forth loses nothing", async () => {
  const { engine, user } = await open("setup");
  for (const name of ["Next", "Next", "Next"])
    await user.click(screen.getByRole("button", { name }));
  await user.click(await screen.findByRole("radio", { name: /^Always/ }));
  await user.click(screen.getByRole("button", { name: "Back" }));
  await user.click(screen.getByRole("button", { name: "Next" }));
  const always = await screen.findByRole<HTMLInputElement>("radio", { name: /^Always/ });
  expect(always.checked).toBe(true);
  expect(engine.asked("mode")).toHaveLength(1);
});

test("three models are suggested for what they are wanted for, one of them to take", async () => {
  const { engine, user } = await open("setup", statusWith(), (engine) => {
    const problem = "/home/you/.config/gpu-keepalive/models.toml, line 3: no such key";
    engine.recommend = { ...engine.recommend, notes: [problem, ...engine.recommend.notes] };
  });
  await user.click(screen.getByRole("button", { name: "Next" }));
  await screen.findByText("Take this one");
  const names = screen
    .getAllByRole("heading", { level: 2 })
    .map((name) => name.textContent?.trim());
  expect(names).toEqual([
    expect.stringMatching(/^Qwen3\.8 27B\s+Q5_K_M$/),
    expect.stringMatching(/^Qwen3\.6 27B\s+Q6_K$/),
    expect.stringMatching(/^Gemma 4 12B QAT\s+Q4_0$/),
  ]);
  expect(
    screen.getByText("Conservative: leaves room for a much longer context, or for another program"),
  ).toBeTruthy();
  expect(screen.getByRole("list", { name: "Notices" }).textContent).toContain(
    "models.toml, line 3",
  );
  expect(screen.queryByText("What the words mean")).toBeNull();
  await user.click(screen.getByRole("radio", { name: "Vision" }));
  await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ use: "vision" }));
});

test("a card that fits nothing is described as such in the setup", async () => {
  const { user } = await open("setup", statusWith(), (engine) => {
    engine.recommend = recorded.recommendNone;
  });
  await user.click(screen.getByRole("button", { name: "Next" }));
  expect(await screen.findByText(/^No model fits in 1\.50\sGiB/)).toBeTruthy();
});

test("without a GPU the VRAM is asked for", async () => {
  const { engine, user } = await open("setup", { ...statusWith(), gpus: [] }, (engine) => {
    engine.gpus = [];
  });
  expect(await screen.findByText(/You can go on without a GPU/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Next" }));
  const vram = await screen.findByLabelText("How much VRAM does the GPU have?");
  await user.clear(vram);
  await user.type(vram, "8");
  await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ vram_gib: 8 }));
});

test("without a desktop there is nothing to start at login", async () => {
  const { user } = await open("setup", { ...statusWith(), desktop: null });
  for (const name of ["Next", "Next", "Next"])
    await user.click(screen.getByRole("button", { name }));
  await screen.findByRole("radio", { name: /^Always/ });
  expect(screen.queryByRole("switch")).toBeNull();
});

test("a settings file that cannot be written is reported, and one can still leave", async () => {
  const { user } = await open("setup", statusWith(), (engine) => {
    const message = "The settings file cannot be written: disk full.";
    engine.refusals["set app.setup_completed"] = { code: "settings_not_written", message };
  });
  await user.click(screen.getByRole("button", { name: "Leave the setup" }));
  expect((await screen.findByRole("alert")).textContent).toContain("disk full");
  await user.click(screen.getByRole("button", { name: "Leave the setup" }));
  expect(await screen.findByRole("heading", { name: "Overview" })).toBeTruthy();
});
