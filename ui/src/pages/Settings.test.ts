import { screen, waitFor, within } from "@testing-library/svelte";
import { expect, test } from "vitest";
import { unbroken } from "../format";
import { recorded, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

const HOT = 'thermal.max_temperature cannot be "hot"; it has to be a whole number from 50 to 95 °C';

test("every setting of the engine is there with its description", async () => {
  await open("settings");
  await screen.findByText("Highest temperature");
  for (const setting of recorded.settings.settings) {
    expect(screen.getAllByText(setting.title).length, setting.key).toBeGreaterThan(0);
    const described = screen.getAllByText((text) =>
      text.startsWith(setting.description.slice(0, 40)),
    );
    expect(described.length, setting.key).toBeGreaterThan(0);
  }
  expect(screen.getByText("/home/you/.config/gpu-keepalive/settings.toml")).toBeTruthy();
});

test("a wrong value is refused in place and stays to be corrected", async () => {
  const { engine, user } = await open("settings", statusWith(), (engine) => {
    engine.refusals["set thermal.max_temperature"] = { code: "invalid_argument", message: HOT };
  });
  const field = await screen.findByLabelText<HTMLInputElement>("Highest temperature");
  await user.clear(field);
  await user.type(field, "hot{Tab}");
  expect((await screen.findByRole("alert")).textContent).toBe(unbroken(HOT));
  expect(field.value).toBe("hot");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  const described = field.getAttribute("aria-describedby") ?? "";
  const said = described.split(" ").map((id) => document.getElementById(id)?.textContent);
  expect(said).toContain(unbroken(HOT));

  delete engine.refusals["set thermal.max_temperature"];
  await user.clear(field);
  await user.type(field, "75{Tab}");
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(engine.asked("set").at(-1)).toEqual({
    request: "set",
    key: "thermal.max_temperature",
    value: "75",
  });
});

test("a changed value goes back to its default", async () => {
  const { engine, user } = await open("settings");
  const field = await screen.findByLabelText<HTMLInputElement>("Warm time");
  await user.clear(field);
  await user.type(field, "30{Tab}");
  const back = await screen.findByRole("button", { name: "Warm time: back to default" });
  expect(back.parentElement?.textContent).toContain("Default: 15\u00a0minutes");
  await user.click(back);
  expect(engine.asked("set").at(-1)).toEqual({ request: "set", key: "warm_window_minutes" });
  await waitFor(() => expect(field.value).toBe("15"));
  expect(screen.queryByRole("button", { name: "Warm time: back to default" })).toBeNull();
});

test("each kind of setting sends its value as the engine takes it", async () => {
  const { engine, user } = await open("settings");
  await user.click(await screen.findByRole("switch", { name: "Pause on battery" }));
  await user.selectOptions(screen.getByLabelText("Notifications"), "Every change");
  const currency = screen.getByLabelText("Currency");
  await user.clear(currency);
  await user.type(currency, "kr{Tab}");
  await user.type(screen.getByLabelText("Price of electricity"), "0,31{Enter}");
  await user.type(screen.getByLabelText("Add to AI programs"), "my-server{Enter}");
  await user.click(screen.getByRole("button", { name: "Remove jan" }));
  const sent = engine.asked("set").map((request) => {
    if (request.request !== "set") throw new Error("only asked for set");
    return [request.key, request.value];
  });
  expect(sent.slice(0, 4)).toEqual([
    ["battery.pause", "false"],
    ["app.notifications", '"all"'],
    ["energy.currency", '"kr"'],
    ["energy.price_per_kwh", "0.31"],
  ]);
  expect(sent[4]?.[1]).toMatch(/^\["ollama:runner", .*, "my-server"\]$/);
  expect(sent[5]?.[1]).not.toContain('"jan"');
});

test("a number that may be a word", async () => {
  const { engine, user } = await open("settings");
  const field = await screen.findByLabelText<HTMLInputElement>("Time between pulses");
  expect(field.disabled).toBe(true);
  const auto = screen.getByRole<HTMLInputElement>("checkbox", { name: "Auto Time between pulses" });
  await user.click(auto);
  expect(engine.asked("set")).toEqual([]);
  expect(document.activeElement).toBe(field);
  await user.type(field, "500{Tab}");
  await user.click(
    await screen.findByRole("button", { name: "Time between pulses: back to default" }),
  );
  await waitFor(() => expect(auto.checked).toBe(true));
  await user.click(auto);
  await user.click(auto);
  const values = engine.asked("set").map((request) => request.request === "set" && request.value);
  expect(values).toEqual(["500", undefined, '"auto"']);
});

test("GPUs are chosen from those that are there, and none means all", async () => {
  const { engine, user } = await open("settings");
  await user.type(await screen.findByLabelText("Add to GPUs"), "0{Enter}");
  await user.click(
    await screen.findByRole("button", { name: "Remove 0 (NVIDIA GeForce RTX 4090)" }),
  );
  const sent = engine.asked("set");
  expect(sent).toEqual([
    { request: "set", key: "gpus", value: "[0]" },
    { request: "set", key: "gpus" },
  ]);
});

test("problems in the file are shown with their line", async () => {
  await open("settings", statusWith(), (engine) => {
    const message = "cannot be 300; it has to be a whole number from 50 to 95 °C";
    const key = "thermal.max_temperature";
    engine.settings.problems = [{ severity: "warning", line: 3, key, message }];
  });
  const problems = await screen.findByRole("region", { name: "In the settings file" });
  expect(within(problems).getByText("Line 3, thermal.max_temperature:")).toBeTruthy();
  expect(within(problems).getByRole("img", { name: "Warning" })).toBeTruthy();
});

test("a mode changed in the tray is seen here", async () => {
  const { engine } = await open("settings");
  const mode = await screen.findByLabelText<HTMLSelectElement>("When to keep the GPU warm");
  const setting = engine.settings.settings.find((setting) => setting.key === "mode");
  if (setting) setting.value = '"always"';
  await engine.change({ mode: "always" });
  await waitFor(() => expect(mode.value).toBe("always"));
});
