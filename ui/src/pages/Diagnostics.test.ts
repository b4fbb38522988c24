import { screen, waitFor, within } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import { STATES, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

test("versions, driver, findings, the driver's messages and the log", async () => {
  await open("diagnostics", statusWith(STATES.fault));
  expect(await screen.findByText("CUDA is told not to raise the clocks")).toBeTruthy();
  expect(screen.getByRole("img", { name: "Warning" })).toBeTruthy();
  expect(await screen.findAllByText(/Driver 580\.159\.04, compute capability 8\.9/)).toHaveLength(
    1,
  );
  const region = await screen.findByRole("region", { name: "What the driver says" });
  expect(within(region).getByText(/NVML_ERROR_GPU_IS_LOST/)).toBeTruthy();
  expect((await screen.findAllByText(/kept ready all the time/)).length).toBeGreaterThan(0);
});

test("an engine that does not know the request for findings", async () => {
  await open("diagnostics", statusWith(), (engine) => {
    engine.refusals.doctor = { code: "unknown_request", message: "unknown variant `doctor`" };
  });
  expect(await screen.findByText(/does not look for causes by itself yet/)).toBeTruthy();
  expect(screen.queryByText(/unknown variant/)).toBeNull();
  expect(await screen.findByText(/kept ready all the time.*RTX 3060/s)).toBeTruthy();
});

test("one missing answer does not hide the others", async () => {
  const { engine, user } = await open("diagnostics", statusWith(), (engine) => {
    engine.refusals.log = { code: "stopping", message: "The engine is stopping." };
  });
  expect(await screen.findByText("The engine is stopping.")).toBeTruthy();
  expect(await screen.findByText("CUDA is told not to raise the clocks")).toBeTruthy();
  delete engine.refusals.log;
  await user.click(screen.getByRole("button", { name: "Look again" }));
  await waitFor(() => expect(screen.queryByText("The engine is stopping.")).toBeNull());
});

test("the engine's report is copied", async () => {
  const { user } = await open("diagnostics", statusWith(STATES.warm));
  const write = vi.spyOn(navigator.clipboard, "writeText");
  const copy = screen.getByRole<HTMLButtonElement>("button", { name: "Copy report" });
  await waitFor(() => expect(copy.disabled).toBe(false));
  await user.click(copy);
  expect(write).toHaveBeenCalledWith("GPU Keepalive 0.2.0, simulated GPUs\n");
  expect((await screen.findAllByText("Copied")).length).toBeGreaterThan(0);
});
