import { render, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, test, vi } from "vitest";
import Badge from "../components/Badge.svelte";
import { STATES, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

describe("every phase and reason", () => {
  test.each([
    ["off", "Switched off", "P-state 8, Off"],
    ["asleep", "Nothing asks for this GPU", "P-state 8, Asleep"],
    ["unseen", "Nothing asks for this GPU", "Asleep"],
    ["warming", "As you asked for another 15 min", "P-state 5, Warm"],
    ["warm", "Ready for the next request for another 12 min", "P-state 2, Warm"],
    ["yielding", "No pulses while another program computes", "P-state 0, In use"],
    ["user", "By you, until you resume", "P-state 8, Paused"],
    ["thermal", "84 °C, the limit is 83 °C; goes on at 78 °C", "P-state 3, Paused"],
    ["sensor", "The temperature cannot be read", "P-state 8, Paused"],
    ["battery", "On battery", "P-state 8, Paused"],
    ["vram", "Only 310 MiB of VRAM are free", "P-state 8, Paused"],
    ["budget", "The energy budget of today is spent", "P-state 8, Paused"],
    ["fault", "Not possible now", "Fault"],
  ] as [keyof typeof STATES, string, string][])("%s", async (state, text, badge) => {
    await open("overview", statusWith(STATES[state]));
    const card = await screen.findByRole("region", { name: "NVIDIA GeForce RTX 4090" });
    expect(within(card).getByText(text, { exact: false })).toBeTruthy();
    expect(within(card).getByRole("img", { name: badge })).toBeTruthy();
  });
});

test("the badge tells the level by its shape and not only by colour", () => {
  const shapes = (["warm", "warming", "asleep", "fault"] as const).map((state) => {
    const [gpu] = statusWith(STATES[state]).gpus;
    if (!gpu) throw new Error("no GPU");
    const { container } = render(Badge, { gpu });
    return container.querySelector("path")?.getAttribute("d");
  });
  expect(new Set(shapes).size).toBe(4);
});

test("a fault has the driver's words, the advice and the next attempt", async () => {
  await open("overview", statusWith(STATES.fault));
  expect(await screen.findByText(/^nvmlDeviceGetPerformanceState: GPU is lost/)).toBeTruthy();
  expect(screen.getByText(/restart the computer/)).toBeTruthy();
  expect(screen.getByText("Tried again in 8 s.")).toBeTruthy();
  expect(screen.getByText("24.0 GiB, how much is free is not known")).toBeTruthy();
});

test("a running model and our share of the VRAM are told apart", async () => {
  const vram = { total_bytes: 8 * 2 ** 30, free_bytes: 2 ** 30, ours_bytes: 170 * 2 ** 20 };
  await open("overview", statusWith({ ...STATES.warm, vram }));
  const item = (label: string) =>
    screen.getByText(label, { exact: false, selector: "li" }).textContent;
  await screen.findByText("VRAM");
  expect(item("GPU Keepalive")).toContain("170\u00a0MiB");
  expect(item("Everything else")).toContain("6.8\u00a0GiB");
  expect(item("Free")).toContain("1.0\u00a0GiB");
  expect(screen.getByText("A tiny pulse of work every 4 s")).toBeTruthy();
});

test("the switches ask the engine and show what it then says", async () => {
  const { engine, user } = await open("overview", statusWith(STATES.warm));
  const keep = await screen.findByRole("switch", { name: "Keep GPU warm" });
  expect(keep.getAttribute("aria-checked")).toBe("true");
  await user.click(keep);
  expect(engine.asked("off")).toHaveLength(1);
  await waitFor(() => expect(keep.getAttribute("aria-checked")).toBe("false"));
  await user.click(keep);

  await user.click(screen.getByRole("button", { name: "15 minutes" }));
  expect(engine.asked("pause")).toEqual([{ request: "pause", for_s: 900 }]);
  expect(await screen.findByText("Paused for another 15 min")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Resume" }));
  expect(engine.asked("resume")).toHaveLength(1);

  await user.click(await screen.findByRole("button", { name: "Warm it now" }));
  expect(engine.asked("warm")).toEqual([{ request: "warm" }]);

  await user.click(screen.getByRole("radio", { name: /^Always/ }));
  expect(engine.asked("mode")).toEqual([{ request: "mode", mode: "always" }]);
});

test("a pause without an end can be resumed", async () => {
  await open("overview", statusWith(STATES.user));
  expect(await screen.findByText("Paused until you resume")).toBeTruthy();
});

test("a mode that is refused stays as it was and says why", async () => {
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
  expect(await screen.findByText("Not measured yet")).toBeTruthy();
  expect(screen.queryByText("Day by day")).toBeNull();
});

test("energy of today and of thirty days, with its cost", async () => {
  const energy = { today_wh: 7.42, today_cost: 0.0023, cold_starts_avoided_today: 3 };
  await open("overview", { ...statusWith(), energy });
  expect(await screen.findByText("7.42 Wh")).toBeTruthy();
  expect(await screen.findByText("0.0023 EUR")).toBeTruthy();
  const table = await screen.findByRole("table", { hidden: true });
  expect(within(table).getAllByRole("row", { hidden: true })).toHaveLength(31);
  expect(within(table).getAllByText("not measured")).toHaveLength(3);
});

test("without a GPU the notice says what is wrong", async () => {
  const message = "No NVIDIA GPU: libnvidia-ml.so.1 was not found.";
  const status = {
    ...statusWith(),
    gpus: [],
    notices: [{ id: "no-gpu", severity: "error", message }],
  };
  await open("overview", status as ReturnType<typeof statusWith>);
  expect(await screen.findByText(message)).toBeTruthy();
  expect(screen.getByRole("img", { name: "Error" })).toBeTruthy();
  expect(screen.getByRole("heading", { name: "No GPU to look after" })).toBeTruthy();
});

test("the chart says in words what it shows, and as a table", async () => {
  const { engine, user } = await open("overview", statusWith(STATES.warm));
  await engine.change({}, { pstate: 8, temperature_c: 97 });
  const chart = await screen.findByRole("img", { name: /Last 10 minutes\. P-state: .*P8/ });
  expect(chart.getAttribute("aria-label")).toContain("97\u00a0°C");
  await user.click(screen.getByText("Minute by minute"));
  expect(await screen.findByRole("columnheader", { name: "SM clock" })).toBeTruthy();
});

test("the chart goes on while nothing changes", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ["setInterval", "clearInterval", "Date"] });
  const { user } = await open("overview", statusWith(STATES.warm));
  await vi.advanceTimersByTimeAsync(3 * 60_000);
  await user.click(await screen.findByText("Minute by minute"));
  expect(await screen.findByRole("rowheader", { name: "2 min" })).toBeTruthy();
  vi.useRealTimers();
});
