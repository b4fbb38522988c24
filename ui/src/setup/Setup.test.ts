import { screen, waitFor, within } from "@testing-library/svelte";
import { expect, test } from "vitest";
import type { Request } from "../protocol";
import { recorded, STATES, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

const COMPLETED: Request = { request: "set", key: "app.setup_completed", value: true };

test("to its end with the keyboard alone", async () => {
  const { engine, user } = await open("setup", statusWith(STATES.asleep));
  expect(await screen.findByText(/24\.0\sGiB of memory \(VRAM\), driver 580\.159\.04/)).toBeTruthy();
  expect(await screen.findByText(/Mains power/)).toBeTruthy();

  screen.getByRole("button", { name: "Next" }).focus();
  await user.keyboard("{Enter}");
  const models = await screen.findByRole("heading", { name: "A model for your GPU" });
  await waitFor(() => expect(document.activeElement).toBe(models));
  (await screen.findByRole("button", { name: "Use this one: Qwen3.8 27B Q5_K_M" })).focus();
  await user.keyboard("{Enter}");
  const how = await screen.findByRole("group", { name: "How to get it" });
  await waitFor(() => expect(document.activeElement).toBe(how));

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
  const minutes = screen.queryByLabelText("How long to stay ready");
  // They mean nothing while a model alone decides.
  expect(minutes).toBeNull();

  screen.getByRole("button", { name: "Next" }).focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Where it lives from now on" });
  expect(screen.getByRole("img", { name: /^Drawing of a panel/ })).toBeTruthy();
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

test("one model is recommended, and the others are folded", async () => {
  const { engine, user } = await open("setup", statusWith(), (engine) => {
    const problem = "/home/you/.config/gpu-keepalive/models.toml, line 3: no such key";
    engine.recommend = { ...engine.recommend, notes: [problem, ...engine.recommend.notes] };
  });
  await user.click(screen.getByRole("button", { name: "Next" }));
  await screen.findByText("Recommended");
  const names = screen.getAllByRole("heading", { level: 2 });
  expect(names.map((name) => name.textContent?.trim())).toEqual([
    expect.stringMatching(/^Qwen3\.8 27B\s+Q5_K_M$/),
    expect.stringMatching(/^Qwen3\.6 27B\s+Q6_K$/),
    expect.stringMatching(/^Gemma 4 12B QAT\s+Q4_0$/),
  ]);
  expect(names.map((name) => name.closest("details")?.open)).toEqual([undefined, false, false]);
  expect(screen.getByRole("list", { name: "Notices" }).textContent).toContain(
    "models.toml, line 3",
  );
  await user.click(screen.getByRole("radio", { name: "Vision" }));
  await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ use: "vision" }));
});

test("a model that is installed needs nothing to be done", async () => {
  const { user } = await open("setup", statusWith(), (engine) => {
    const [first, ...others] = engine.recommend.models;
    if (!first) throw new Error("no model");
    engine.recommend = { ...engine.recommend, models: [{ ...first, installed: true }, ...others] };
  });
  await user.click(screen.getByRole("button", { name: "Next" }));
  const offer = await screen.findByRole("region", { name: /^Qwen3\.8 27B/ });
  expect(within(offer).getByText(/installed in Ollama already/)).toBeTruthy();
  expect(within(offer).queryByRole("button")).toBeNull();
});

test("a damaged settings file is reported in the first step", async () => {
  await open("setup", statusWith(), (engine) => {
    const message = "mode is \"sometimes\", but it has to be \"always\" or \"on_demand\".";
    engine.settings.problems = [{ severity: "warning", line: 2, key: "mode", message }];
  });
  const problems = await screen.findByRole("region", { name: "Your settings file needs attention" });
  expect(problems.textContent).toContain(
    "Line 2: When to be ready is \"sometimes\", but it has to be “Always on” or “On demand”.",
  );
});

test("the minutes are edited where they count", async () => {
  const { engine, user } = await open("setup");
  for (const name of ["Next", "Next", "Next"])
    await user.click(screen.getByRole("button", { name }));
  const minutes = await screen.findByLabelText<HTMLInputElement>("How long to stay ready");
  await user.clear(minutes);
  await user.type(minutes, "45{Tab}");
  expect(engine.asked("set")).toEqual([
    { request: "set", key: "warm_window_minutes", value: 45 },
  ]);
});

test.each([
  ["without a tray", { tray: false, starts_at_login: false, login_entry: null, hosts_engine: true }, /does not show icons of programs/],
  ["without the app", null, /was started without an icon/],
])("the last step %s draws no icon", async (_, desktop, text) => {
  const { user } = await open("setup", { ...statusWith(), desktop });
  for (const name of ["Next", "Next", "Next", "Next"])
    await user.click(screen.getByRole("button", { name }));
  expect(await screen.findByText(text)).toBeTruthy();
  expect(screen.queryByRole("img")).toBeNull();
});

test("a card that fits nothing is described as such in the setup", async () => {
  const { user } = await open("setup", statusWith(), (engine) => {
    engine.recommend = recorded.recommendNone;
  });
  await user.click(screen.getByRole("button", { name: "Next" }));
  expect(await screen.findByText(/^No model fits in 1\.50\sGiB/)).toBeTruthy();
});

test("without a GPU the VRAM is asked for, and nothing is to be measured", async () => {
  const { engine, user } = await open("setup", { ...statusWith(), gpus: [] }, (engine) => {
    engine.gpus = [];
  });
  expect(await screen.findByText(/You can go on/)).toBeTruthy();
  expect(await screen.findByText("Setup, step 1 of 4")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Next" }));
  const vram = await screen.findByLabelText("How much VRAM does the GPU have?");
  await user.clear(vram);
  await user.type(vram, "8");
  await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ vram_gib: 8 }));
  await user.click(screen.getByRole("button", { name: "Next" }));
  await screen.findByRole("heading", { name: "When to be ready" });
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
