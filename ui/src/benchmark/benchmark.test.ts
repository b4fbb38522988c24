import { screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, test } from "vitest";
import { recorded, STATES, statusWith } from "../testing/fixtures";
import { open, toMeasuring } from "../testing/open";

const BENCH = { request: "bench", gpu: 0, quick: true };

describe("the setup's third step", () => {
  test("describes the measurement, and measures when asked", async () => {
    const { engine, user } = await toMeasuring(statusWith(STATES.asleep));
    expect(await screen.findByText(/takes one to three minutes/)).toBeTruthy();
    expect(engine.asked("bench")).toEqual([]);

    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    expect(engine.asked("bench")).toEqual([BENCH]);
    const bar = await screen.findByRole("progressbar", { name: /^Measuring NVIDIA/ });
    expect(bar.getAttribute("aria-valuetext")).toBe("At most 2\u00a0min left");
    expect(await screen.findByText("Watching the GPU at rest")).toBeTruthy();

    await engine.endBench?.(recorded.benchmark);
    expect(await screen.findByText(recorded.benchmark.verdict)).toBeTruthy();
    expect(screen.queryByRole("progressbar")).toBeNull();
    expect(screen.getByRole("button", { name: "Measure again" })).toBeTruthy();
  });

  test("says what was seen on the same card elsewhere until it is measured here", async () => {
    const status = statusWith(STATES.asleep);
    const text = "Measured on another NVIDIA H200: on request: 0 W more at rest.";
    const { uuid } = status.gpus[0] ?? { uuid: "" };
    const { engine, user } = await toMeasuring(status, [{ uuid, text }]);
    expect(await screen.findByText(text)).toBeTruthy();

    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    await screen.findByRole("progressbar");
    await engine.endBench?.(recorded.benchmark);
    expect(await screen.findByText(recorded.benchmark.verdict)).toBeTruthy();
    expect(screen.queryByText(text)).toBeNull();
  });

  test("is skipped with Next, also half-way, which cancels", async () => {
    const { engine, user } = await toMeasuring(statusWith(STATES.asleep));
    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    await screen.findByRole("progressbar");
    await user.click(screen.getByRole("button", { name: "Next" }));
    await screen.findByRole("heading", { name: "When to be ready" });
    await waitFor(() => expect(engine.status.measuring).toBeNull());
    expect(engine.asked("cancel_bench")).toHaveLength(1);
  });

  test("is left alone when another client measures", async () => {
    const { uuid: gpu } = statusWith().gpus[0] ?? { uuid: "" };
    const measuring = { gpu, text: "waiting", elapsed_s: 10, left_s: 30 };
    const status = { ...statusWith(STATES.asleep), measuring };
    const { engine, user } = await toMeasuring(status);
    const bar = await screen.findByRole("progressbar");
    expect(bar.getAttribute("aria-valuenow")).toBe("25");
    await user.click(screen.getByRole("button", { name: "Next" }));
    await screen.findByRole("heading", { name: "When to be ready" });
    expect(engine.asked("cancel_bench")).toEqual([]);
  });

  test("cancelled and refused, it shows that and can be begun again", async () => {
    const { engine, user } = await toMeasuring(statusWith(STATES.asleep));
    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toBe("The measurement was cancelled.");

    const message = "Nothing was measured: the GPU reached 84 °C, and the limit is 83 °C.";
    engine.refusals.bench = { code: "not_measured", message };
    await user.click(screen.getByRole("button", { name: "Start measuring" }));
    await waitFor(() => expect(screen.getByRole("alert").textContent).toBe(message));
  });

  test.each(["battery", "thermal", "fault", "yielding"] as const)(
    "shows why nothing can be measured when %s",
    async (state) => {
      await toMeasuring(statusWith(STATES[state]));
      expect(await screen.findByText(STATES[state].cannot_measure ?? "")).toBeTruthy();
      expect(screen.queryByRole("button", { name: "Start measuring" })).toBeNull();
    },
  );

  test("measures one of several GPUs at a time", async () => {
    const { engine, user } = await toMeasuring(recorded.status);
    const [first, second] = await screen.findAllByRole<HTMLButtonElement>("button", {
      name: /^Start measuring: /,
    });
    if (!first || !second) throw new Error("two GPUs, two buttons");
    await user.click(second);
    expect(engine.asked("bench")).toEqual([{ ...BENCH, gpu: 1 }]);
    await screen.findByRole("progressbar", { name: "Measuring NVIDIA GeForce RTX 3060" });
    expect(first.isConnected).toBe(false);
    expect(screen.getByText("Another GPU is being measured.")).toBeTruthy();
  });

  test("keeps the focus when it begins and when it ends", async () => {
    const { engine, user } = await toMeasuring(statusWith(STATES.asleep));
    (await screen.findByRole("button", { name: "Start measuring" })).focus();
    await user.keyboard("{Enter}");
    const cancel = await screen.findByRole("button", { name: "Cancel" });
    await waitFor(() => expect(document.activeElement).toBe(cancel));
    await engine.endBench?.(recorded.benchmark);
    const again = await screen.findByRole("button", { name: "Measure again" });
    await waitFor(() => expect(document.activeElement).toBe(again));
  });
});

describe("the result on the overview", () => {
  test("is a table of bars with date, GPU, driver and verdict", async () => {
    const { container } = await open("overview", statusWith(STATES.warm), (engine) => {
      engine.benchmarks = [recorded.benchmark];
    });
    const table = await screen.findByRole("table", { name: "Writing an answer (decode)" });
    const row = within(table).getByRole("row", { name: /After 20\ss, ready/ });
    expect(row.textContent).toMatch(/13\.7\sms.*1\.6 × as fast/);
    const bars = container.querySelectorAll<HTMLElement>(".benchmark .tables .bar");
    const [right, ...rests] = [...bars];
    const cold = rests.find((bar) => bar.style.width === "100%");
    expect(Number.parseFloat(right?.style.width ?? "")).toBeLessThan(100);
    expect(cold?.closest("tr")?.textContent).toContain("After 20\u00a0s, cold");
    expect(screen.getByText(recorded.benchmark.verdict)).toBeTruthy();
    expect(screen.getByText(/on a simulated GPU/).textContent).toMatch(
      /RTX 4090 · driver\s+580\.159\.04 · 2 rounds/,
    );
  });

  test("is first of all each way to keep the GPU ready, with the best marked", async () => {
    await open("overview", statusWith(STATES.warm), (engine) => {
      engine.benchmarks = [recorded.benchmark];
    });
    const table = await screen.findByRole("table", { name: "Each way to keep the GPU ready" });
    const rows = within(table).getAllByRole("row").map((row) => row.textContent ?? "");
    expect(rows).toHaveLength(6);
    expect(rows[1]).toMatch(/Left alone.*21\.5\sms.*22\sW.*Nothing is held/);
    expect(rows[2]).toMatch(/On request.*best here.*0\sW more at rest, first answer 6\sms later/);
    expect(rows.filter((row) => row.includes("best here"))).toHaveLength(1);
    expect(rows[5]).toMatch(/Held by a pulse every 100\sms.*300\sMiB.*40\sW more at rest/);
    const why = /open connection: not here, because the clocks fell although they were held\./;
    expect(screen.getByText(why)).toBeTruthy();
  });

  test("without a strategy that works shows that and marks none", async () => {
    await open("overview", statusWith(STATES.warm), (engine) => {
      const strategies = recorded.benchmark.strategies.map((one) => ({
        ...one,
        works: false,
        best: false,
        why_not: "this user may not do it",
        text: `${one.label}: not here, because this user may not do it`,
      }));
      engine.benchmarks = [{ ...recorded.benchmark, strategies, chosen: null }];
    });
    const table = await screen.findByRole("table", { name: "Each way to keep the GPU ready" });
    expect(within(table).getAllByRole("row")).toHaveLength(2);
    expect(screen.queryByText("best here")).toBeNull();
    expect(screen.getAllByText(/this user may not do it\.$/)).toHaveLength(5);
  });

  test("of an earlier version has no ways to show", async () => {
    await open("overview", statusWith(STATES.warm), (engine) => {
      engine.benchmarks = [
        { ...recorded.benchmark, strategies: [], chosen: null, alone: null },
      ];
    });
    expect(await screen.findByText(recorded.benchmark.verdict)).toBeTruthy();
    expect(screen.queryByRole("table", { name: "Each way to keep the GPU ready" })).toBeNull();
    expect(screen.queryByText("Every number")).toBeNull();
  });

  test("a value that could not be measured is a dash", async () => {
    await open("overview", statusWith(STATES.warm), (engine) => {
      const watts = { ...recorded.benchmark.watts, cold: null };
      engine.benchmarks = [{ ...recorded.benchmark, watts }];
    });
    const power = await screen.findByRole("table", { name: "Power drawn" });
    const row = within(power).getByRole("row", { name: /Loaded, cold/ });
    expect(within(row).getByText("–")).toBeTruthy();
  });

  test("goes on when the page is left, and is shown when it was measured elsewhere", async () => {
    const { engine, user } = await open("overview", statusWith(STATES.asleep));
    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    await screen.findByRole("progressbar");
    location.hash = "diagnostics";
    await screen.findByRole("heading", { name: "Diagnostics" });
    expect(engine.asked("cancel_bench")).toEqual([]);
    location.hash = "overview";
    await screen.findByRole("progressbar");
    await engine.endBench?.(recorded.benchmark);
    expect(await screen.findByText(recorded.benchmark.verdict)).toBeTruthy();
  });

  test("its progress stands in the card of the GPU, with the focus", async () => {
    const { user } = await open("overview", statusWith(STATES.asleep));
    await user.click(await screen.findByRole("button", { name: "Start measuring" }));
    const card = screen.getByRole("region", { name: "NVIDIA GeForce RTX 4090" });
    expect(await within(card).findByRole("progressbar")).toBeTruthy();
    const cancel = within(card).getByRole("button", { name: "Cancel" });
    await waitFor(() => expect(document.activeElement).toBe(cancel));
    expect(screen.getAllByRole("progressbar")).toHaveLength(1);
    expect(screen.getByText(/Its card above shows the progress/)).toBeTruthy();
  });
});
