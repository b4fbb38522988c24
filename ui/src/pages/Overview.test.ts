import { render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, test, vi } from "vitest";
import Badge from "../components/Badge.svelte";
import type { HoldKind, HoldStatus } from "../protocol";
import { recorded, STATES, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";
import { locale } from "../text";

describe("every phase and reason", () => {
  test.each([
    ["off", "Switched off", "Off, P-state 8"],
    ["asleep", "No AI program is using this GPU.", "Asleep, P-state 8"],
    ["unseen", "No AI program is using this GPU.", "Asleep"],
    ["standby", "Resting. Full speed on the next request.", "Resting, P-state 8"],
    ["standby", "Ollama has a model loaded. The GPU wakes in 12 ms when you ask.", "Resting"],
    ["served", "LM Studio keeps this GPU at full speed by itself, at 31 W.", "Ready, P-state 2"],
    ["warming", "For 15 min, as you asked.", "Getting ready, P-state 5"],
    ["warm", "Sleeps in 12 min unless your AI is used.", "Ready, P-state 2"],
    ["yielding", "Ollama is answering.", "Busy, P-state 0"],
    ["user", "You paused it until you resume.", "Paused, P-state 8"],
    ["thermal", "84 °C is above your limit of 83 °C. Resumes at 78 °C.", "Paused, P-state 3"],
    ["sensor", "The temperature of the GPU cannot be read.", "Paused, P-state 8"],
    ["battery", "The computer is running on battery.", "Paused, P-state 8"],
    ["adapter", "The power adapter is too weak for this GPU.", "Paused, P-state 8"],
    ["vram", "Only 310 MiB of GPU memory is free.", "Paused, P-state 8"],
    ["budget", "Today's energy budget of 50 Wh is used up.", "Paused, P-state 8"],
    ["fault", "The GPU has stopped answering.", "Not working"],
  ] as [keyof typeof STATES, string, string][])("%s", async (state, text, badge) => {
    await open("overview", statusWith(STATES[state]));
    const card = await screen.findByRole("region", { name: "NVIDIA GeForce RTX 4090" });
    expect(within(card).getByText(text, { exact: false })).toBeTruthy();
    expect(within(card).getByRole("img", { name: new RegExp(`^${badge}`) })).toBeTruthy();
  });
});

test("the badge shows the level by its shape and not only by colour", () => {
  const states = ["warm", "warming", "asleep", "unseen", "standby", "thermal", "fault"] as const;
  const shapes = states.map((state) => {
    const [gpu] = statusWith(STATES[state]).gpus;
    if (!gpu) throw new Error("no GPU");
    const { container } = render(Badge, { gpu });
    return container.querySelector("path")?.getAttribute("d");
  });
  expect(new Set(shapes).size).toBe(states.length);
});

test("a fault has the advice, the next attempt, and the driver's message as details", async () => {
  await open("overview", statusWith(STATES.fault));
  const message = await screen.findByText(/^nvmlDeviceGetPerformanceState: GPU is lost/);
  expect(message.closest("details")?.open).toBe(false);
  expect(screen.getByText(/restart the computer/)).toBeTruthy();
  expect(screen.getByText("Tried again in 8 s.")).toBeTruthy();
  expect(screen.getByText("24.0 GiB, how much is free is not known")).toBeTruthy();
});

test("a server that keeps the GPU up is shown with what a quiet one would save", async () => {
  const loud = {
    servers: [{ pid: 7, name: "LM Studio", quiet: false }],
    power_w: 131,
    idle_w: 84,
    month_kwh: 34,
    month_cost: 10.3,
    possible: true,
    text: "It would rest at 84 W.",
    how: "A command shows how.",
  };
  await open("overview", statusWith({ ...STATES.served, loud }));
  const text = await screen.findByText(/It would rest at 84/);
  expect(text.textContent).toContain("A command shows how.");
});

test("a running model and our share of the VRAM are distinguished", async () => {
  const vram = { total_bytes: 8 * 2 ** 30, free_bytes: 2 ** 30, ours_bytes: 170 * 2 ** 20 };
  await open("overview", statusWith({ ...STATES.warm, vram }));
  const item = (label: string) =>
    screen.getByText(label, { exact: false, selector: "li" }).textContent;
  await screen.findByText("GPU memory (VRAM)");
  expect(item("GPU Keepalive")).toContain("170\u00a0MiB");
  expect(item("Everything else")).toContain("6.8\u00a0GiB");
  expect(item("Free")).toContain("1.0\u00a0GiB");
  expect(screen.getByText("A tiny pulse of work every 4 s")).toBeTruthy();
});

test("the switches ask the engine and show its new status", async () => {
  const { engine, user } = await open("overview", statusWith(STATES.warm));
  const keep = await screen.findByRole("switch", { name: "Keep GPU ready" });
  expect(keep.getAttribute("aria-checked")).toBe("true");
  await user.click(keep);
  expect(engine.asked("off")).toHaveLength(1);
  await waitFor(() => expect(keep.getAttribute("aria-checked")).toBe("false"));
  await user.click(keep);

  await user.click(screen.getByRole("button", { name: "15 minutes" }));
  expect(engine.asked("pause")).toEqual([{ request: "pause", for_s: 900 }]);
  expect(await screen.findByText("Paused. Resumes in 15 min.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Resume" }));
  expect(engine.asked("resume")).toHaveLength(1);

  await user.click(await screen.findByRole("button", { name: "Full speed for 15 minutes" }));
  expect(engine.asked("warm")).toEqual([{ request: "warm", for_s: 900 }]);

  await user.click(screen.getByRole("radio", { name: /^Always/ }));
  expect(engine.asked("mode")).toEqual([{ request: "mode", mode: "always" }]);
});

test("a pause without an end can be resumed", async () => {
  const { engine } = statusWith();
  const text = { ...engine.text, pause: "Paused until you resume" };
  await open("overview", statusWith(STATES.user, { paused: true, text }));
  expect(await screen.findByText("Paused until you resume")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Resume" })).toBeTruthy();
});

test("a mode that is refused stays as it was and shows why", async () => {
  const { user } = await open("overview", statusWith(STATES.warm), (engine) => {
    const message = "The settings file cannot be written.";
    engine.refusals.mode = { code: "settings_not_written", message };
  });
  const always = await screen.findByRole<HTMLInputElement>("radio", { name: /^Always/ });
  await user.click(always);
  expect((await screen.findByRole("alert")).textContent).toBe(
    "The settings file cannot be written.",
  );
  await waitFor(() => expect(always.checked).toBe(false));
});

test("energy that was not measured is not invented", async () => {
  await open("overview", statusWith(), (engine) => {
    engine.energy = { days: [], currency: "EUR" };
  });
  expect(await screen.findAllByText("Not measured yet")).toHaveLength(2);
  expect(screen.queryByText("Day by day")).toBeNull();
});

test("energy of today and of thirty days, with its cost", async () => {
  const energy = {
    today_wh: 7.42,
    today_cost: 0.0023,
    cold_starts_avoided_today: 3,
    saved_today_wh: 310,
    text: { saved: "310 Wh", saved_note: "saved today by resting, about 0.09 EUR" },
  };
  await open("overview", { ...statusWith(), energy });
  expect(await screen.findByText("7.42 Wh")).toBeTruthy();
  expect(await screen.findByText("less than 0.01 EUR")).toBeTruthy();
  const saved = screen.getByText("saved today by resting, about 0.09 EUR");
  expect(saved.parentElement?.textContent).toMatch(/310\sWh/);
  const table = await screen.findByRole("table", { hidden: true });
  expect(within(table).getAllByRole("row", { hidden: true })).toHaveLength(31);
  expect(within(table).getAllByText("not measured")).toHaveLength(3);
});

test("without a GPU the notice states what is wrong", async () => {
  const message = "No NVIDIA GPU: libnvidia-ml.so.1 was not found.";
  const recorded = statusWith();
  const text = { ...recorded.engine.text, no_gpu: "No GPU was found" };
  const status = {
    ...recorded,
    engine: { ...recorded.engine, text },
    gpus: [],
    notices: [{ id: "no-gpu", severity: "error", message }],
  };
  await open("overview", status as ReturnType<typeof statusWith>);
  expect(await screen.findByText(message)).toBeTruthy();
  const main = within(screen.getByRole("main"));
  const why = main.getByRole("link", { name: "Diagnostics" }).parentElement;
  expect(why?.textContent?.replace(/\s+/g, " ").trim()).toBe(
    "Diagnostics shows why. Models works without one, for any amount of VRAM.",
  );
  expect(screen.getByRole("img", { name: "Error" })).toBeTruthy();
  expect(screen.getByRole("heading", { name: "No GPU was found" })).toBeTruthy();
});

test("the chart describes itself as text, and as a table", async () => {
  const { engine, user } = await open("overview", statusWith(STATES.warm));
  await engine.change({}, { pstate: 8, temperature_c: 97 });
  const chart = await screen.findByRole("slider", { name: /Last 10 minutes\. P-state: .*P8/ });
  expect(chart.getAttribute("aria-label")).toContain("97\u00a0°C");
  await user.click(screen.getByText("More charts, minute by minute"));
  expect(await screen.findByRole("columnheader", { name: "SM clock" })).toBeTruthy();
});

test("a moment of the chart is read off with the keyboard and stays while samples arrive", async () => {
  const { engine, user } = await open("overview", statusWith(STATES.warm));
  const chart = await screen.findByRole("slider", { name: /Last 10 minutes/ });
  chart.focus();
  await user.keyboard("{ArrowLeft}");
  expect(chart.getAttribute("aria-valuetext")).toMatch(/^10\u00a0s ago · /);
  expect(chart.getAttribute("aria-valuenow")).toBe("-10");
  await engine.change({}, { temperature_c: 61 });
  expect(chart.getAttribute("aria-valuetext")).toMatch(/ago · /);
  await user.keyboard("{Escape}");
  expect(chart.getAttribute("aria-valuetext")).toMatch(/^now, /);
});

test("the chart goes on while nothing changes", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ["setInterval", "clearInterval", "Date"] });
  const { user } = await open("overview", statusWith(STATES.warm));
  await vi.advanceTimersByTimeAsync(3 * 60_000);
  await user.click(await screen.findByText("More charts, minute by minute"));
  expect(await screen.findByRole("rowheader", { name: "2 min" })).toBeTruthy();
  vi.useRealTimers();
});

test("a GPU that sleeps is a sentence, without a dash", async () => {
  const nothing = { total_bytes: null, free_bytes: null, ours_bytes: null };
  const asleep = { ...STATES.unseen, vram: nothing, uuid: "GPU-asleep" };
  await open("overview", statusWith(asleep));
  const card = await screen.findByRole("region", { name: "NVIDIA GeForce RTX 4090" });
  expect(within(card).getByText(/Nothing is read from the GPU while it sleeps/)).toBeTruthy();
  expect(within(card).queryByRole("slider")).toBeNull();
  expect(card.textContent).not.toContain("–");
});

test.each([
  ["off", { enabled: false }, STATES.off, []],
  ["paused", { paused: true }, STATES.user, ["Resume"]],
  ["hot", {}, STATES.thermal, ["15 minutes", "1 hour", "Until I resume"]],
  ["always on", { mode: "always" as const }, STATES.warm, ["15 minutes", "1 hour", "Until I resume"]],
  [
    "resting",
    {},
    STATES.standby,
    ["Full speed for 15 minutes", "15 minutes", "1 hour", "Until I resume"],
  ],
])("what cannot work is not offered: %s", async (_, engine, gpu, names) => {
  await open("overview", statusWith(gpu, engine));
  const switches = await screen.findByRole("region", { name: "Switches" });
  const offered = within(switches).queryAllByRole("button");
  expect(offered.map((button) => button.textContent?.trim())).toEqual(names);
});

test("the focus follows from Pause to Resume and back", async () => {
  const { user } = await open("overview", statusWith(STATES.warm));
  (await screen.findByRole("button", { name: "1 hour" })).focus();
  await user.keyboard("{Enter}");
  const resume = await screen.findByRole("button", { name: "Resume" });
  await waitFor(() => expect(document.activeElement).toBe(resume));
  await user.keyboard("{Enter}");
  const full = await screen.findByRole("button", { name: "Full speed for 15 minutes" });
  await waitFor(() => expect(document.activeElement).toBe(full));
});

test("heat and its end are announced, a request and its answer are not", async () => {
  const { engine } = await open("overview", statusWith(STATES.standby));
  const announced = await screen.findByRole("status", { name: "State of the GPU" });
  await screen.findByRole("region", { name: "NVIDIA GeForce RTX 4090" });
  await engine.change({}, STATES.yielding);
  await engine.change({}, STATES.standby);
  expect(announced.textContent).toBe("");
  await engine.change({}, STATES.thermal);
  await waitFor(() =>
    expect(announced.textContent).toMatch(/^Paused\. 84\s°C is above your limit/),
  );
  await engine.change({}, STATES.standby);
  await waitFor(() => expect(announced.textContent).toMatch(/^Resting\. Full speed on the next/));
});

test("the effect of a switch is announced", async () => {
  const { engine, user } = await open("overview", statusWith(STATES.standby));
  await user.click(await screen.findByRole("button", { name: "Full speed for 15 minutes" }));
  await engine.change({}, STATES.warming);
  const announced = screen.getByRole("status", { name: "State of the GPU" });
  await waitFor(() =>
    expect(announced.textContent).toBe("Getting ready. For 15\u00a0min, as you asked."),
  );
});

test("programs that have the GPU open are named, and one that keeps it awake is", async () => {
  const clients = [
    { pid: 7, name: "Ollama", quiet: true },
    { pid: 8, name: "LM Studio", quiet: false },
  ];
  await open("overview", statusWith({ ...STATES.standby, clients }));
  const users = await screen.findByRole("region", { name: "Who uses it" });
  const rows = within(users).getAllByRole("listitem").map((row) => row.textContent?.trim());
  expect(rows).toEqual(["Ollama", expect.stringMatching(/^LM Studio\s+keeps it awake by itself$/)]);
});

/** A demand of a program that has been there for that time. */
function demand(id: number, application: string, kind: HoldKind, since_s: number): HoldStatus {
  return { id, kind, application, reason: null, since_s };
}

test("who asked for full speed is listed once, with its reason and when, and is ended", async () => {
  const minute = (since_s: number) =>
    new Date(Date.now() - since_s * 1000).toLocaleTimeString(locale, {
      hour: "numeric",
      minute: "2-digit",
    });
  vi.useFakeTimers({ now: new Date(2026, 10, 23, 14, 5, 30), toFake: ["Date"] });
  const everywhere = { ...demand(7, "Blender", "dbus", 300), reason: "rendering a film" };
  const yesterday = demand(8, "nightly.sh", "program", 24 * 3600);
  const others = [demand(9, "vLLM", "lease", 1), { ...demand(0, "", "warm", 1), id: null }];
  const { status } = recorded;
  const gpus = status.gpus.map((gpu, index) => ({
    ...gpu,
    clients: [],
    holds: index === 0 ? [everywhere, yesterday, ...others] : [everywhere],
  }));
  const { engine, user } = await open("overview", { ...statusWith(), gpus });
  const users = await screen.findByRole("region", { name: "Who uses it" });
  const rows = () =>
    within(users)
      .getAllByRole("listitem")
      .map((row) => row.textContent?.replace(/\s+/g, " ").trim());
  const before = minute(24 * 3600).replace(/\s/g, " ");
  const five = minute(300).replace(/\s/g, " ");
  expect(rows()).toEqual([
    `Blender asked for full speed at ${five}: rendering a film End`,
    `nightly.sh on ${gpus[0]?.name} asked for full speed on Nov 22 at ${before} End`,
  ]);
  await user.click(within(users).getByRole("button", { name: "End the request of Blender" }));
  expect(engine.asked("end_hold")).toEqual([{ request: "end_hold", id: 7 }]);
  await waitFor(() => expect(rows()).toHaveLength(1));
  vi.useRealTimers();
});

test("the focus follows from an ended request to the next, and then to what stands before", async () => {
  const holds = [demand(7, "Blender", "dbus", 5), demand(8, "nightly.sh", "program", 5)];
  const { user } = await open("overview", statusWith({ ...STATES.warm, clients: [], holds }));
  (await screen.findByRole("button", { name: "End the request of Blender" })).focus();
  await user.keyboard("{Enter}");
  const next = screen.getByRole("button", { name: "End the request of nightly.sh" });
  await waitFor(() => expect(document.activeElement).toBe(next));
  await user.keyboard("{Enter}");
  // Not a mode: those are folded away.
  await waitFor(() =>
    expect(document.activeElement?.textContent?.trim()).toMatch(/^When to be ready/),
  );
  expect(screen.queryByRole("region", { name: "Who uses it" })).toBeNull();
});

test("a request that cannot be ended has no button, and one that is refused shows why", async () => {
  const message = "There is no hold 8; the status lists those there are.";
  const fixed = { ...demand(7, "Blender", "dbus", 5), id: null, application: null };
  const holds = [fixed, demand(8, "nightly.sh", "program", 5)];
  const status = statusWith({ ...STATES.warm, clients: [], holds });
  const { user } = await open("overview", status, (engine) => {
    engine.refusals.end_hold = { code: "invalid_argument", message };
  });
  const users = await screen.findByRole("region", { name: "Who uses it" });
  expect(within(users).getByText(/^A program/)).toBeTruthy();
  await user.click(within(users).getByRole("button"));
  expect((await screen.findByRole("alert")).textContent).toBe(message);
});

test("an engine that is not the app's is reported, with and without an icon", async () => {
  const { engine } = await open("overview", statusWith(STATES.standby));
  await screen.findByRole("region", { name: "NVIDIA GeForce RTX 4090" });
  const text = /was started in a terminal or as a service/;
  expect(screen.queryByText(text)).toBeNull();
  const { desktop } = engine.status;
  if (!desktop) throw new Error("no desktop");
  for (const other of [null, { ...desktop, hosts_engine: false }]) {
    await engine.show({ ...engine.status, desktop });
    await waitFor(() => expect(screen.queryByText(text)).toBeNull());
    await engine.show({ ...engine.status, desktop: other });
    expect(await screen.findByText(text)).toBeTruthy();
  }
});

test("thirty days without use are a sentence and not an empty picture", async () => {
  await open("overview", statusWith(STATES.standby), (engine) => {
    const days = engine.energy.days.map((day) => ({ ...day, warm_wh: 0, cost: 0 }));
    engine.energy = { ...engine.energy, days };
  });
  expect(await screen.findByText(/On none of these days/)).toBeTruthy();
  expect(screen.queryByText(/Most on one day/)).toBeNull();
});
