import { screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, describe, expect, test } from "vitest";
import { unbroken } from "../format";
import type { SettingValue } from "../settings/field";
import { localCurrency } from "../settings/currency";
import type { FakeEngine } from "../testing/fake-engine";
import { recorded, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

function first<T>(entries: T[]): T {
  const [entry] = entries;
  if (entry === undefined) throw new Error("there is none");
  return entry;
}

const REST = ' cannot be "hot"; it has to be a whole number from 50 to 95 °C';
/** As the engine says it, and as the window does. */
const HOT = `thermal.max_temperature${REST}`;
const SHOWN = `Highest temperature${unbroken(REST)}`;
/** What the app remembers, and what has no meaning until a price is set. */
const HIDDEN = ["app.setup_completed", "energy.currency"];

/** As if the user had set a price. */
function priced(engine: FakeEngine): void {
  setValue(engine, "energy.price_per_kwh", 0.3);
}

function setValue(engine: FakeEngine, key: string, value: SettingValue): void {
  const setting = engine.settings.settings.find((setting) => setting.key === key);
  if (!setting) throw new Error(`there is no setting ${key}`);
  setting.value = value;
}

test("every setting of the engine is there with its description", async () => {
  await open("settings");
  await screen.findByText("Highest temperature");
  for (const setting of recorded.settings.settings) {
    if (HIDDEN.includes(setting.key)) {
      expect(screen.queryByText(setting.title), setting.key).toBeNull();
      continue;
    }
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
  expect((await screen.findByRole("alert")).textContent).toBe(SHOWN);
  expect(field.value).toBe("hot");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  const described = field.getAttribute("aria-describedby") ?? "";
  const texts = described.split(" ").map((id) => document.getElementById(id)?.textContent);
  expect(texts).toContain(SHOWN);

  delete engine.refusals["set thermal.max_temperature"];
  await user.clear(field);
  await user.type(field, "75{Tab}");
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(engine.asked("set").at(-1)).toEqual({
    request: "set",
    key: "thermal.max_temperature",
    value: 75,
  });
});

test("a changed value goes back to its default", async () => {
  const { engine, user } = await open("settings");
  const field = await screen.findByLabelText<HTMLInputElement>("How long to stay ready");
  await user.clear(field);
  await user.type(field, "30{Tab}");
  const back = await screen.findByRole("button", { name: "How long to stay ready: back to default" });
  expect(back.parentElement?.textContent).toContain("Default: 15\u00a0minutes");
  await user.click(back);
  expect(engine.asked("set").at(-1)).toEqual({ request: "set", key: "warm_window_minutes" });
  await waitFor(() => expect(field.value).toBe("15"));
  expect(screen.queryByRole("button", { name: "How long to stay ready: back to default" })).toBeNull();
});

test("each kind of setting sends its value as the engine takes it", async () => {
  const { engine, user } = await open("settings", statusWith(), priced);
  await user.click(await screen.findByRole("switch", { name: "Pause on battery" }));
  await user.selectOptions(screen.getByLabelText("Notifications"), "Every change");
  const currency = screen.getByLabelText("Currency");
  await user.clear(currency);
  await user.type(currency, "kr{Tab}");
  const price = screen.getByLabelText("Price of electricity");
  await user.clear(price);
  await user.type(price, "0,31{Tab}");
  await user.type(screen.getByLabelText("Add to AI programs"), "my-server{Enter}");
  await user.click(await screen.findByRole("button", { name: "Remove my-server" }));
  const sent = engine.asked("set").map((request) => {
    if (request.request !== "set") throw new Error("only asked for set");
    return [request.key, request.value];
  });
  expect(sent.slice(0, 4)).toEqual([
    ["battery.pause", false],
    ["app.notifications", "all"],
    ["energy.currency", "kr"],
    ["energy.price_per_kwh", 0.31],
  ]);
  const programs = recorded.settings.settings.find(({ key }) => key === "ai_programs")?.value;
  const added = [...(Array.isArray(programs) ? programs : []), "my-server"];
  expect(sent.slice(4)).toEqual([
    ["ai_programs", added],
    ["ai_programs", added.filter((program) => program !== "my-server")],
  ]);
});

test("one click is one request", async () => {
  const { engine, user } = await open("settings");
  const pause = await screen.findByRole("switch", { name: "Pause on battery" });
  const before = engine.requests.length;
  await user.click(pause);
  await waitFor(() => expect(pause.getAttribute("aria-checked")).toBe("false"));
  const request = { request: "set", key: "battery.pause", value: false };
  expect(engine.requests.slice(before)).toEqual([request]);
});

test("what is no number goes to the engine as it was typed", async () => {
  const { engine, user } = await open("settings");
  const field = await screen.findByLabelText<HTMLInputElement>("How long to stay ready");
  for (const typed of ["hot", " ", "1e999", "0x10", "+7.5"]) {
    await user.clear(field);
    await user.type(field, `${typed}{Tab}`);
  }
  const values = engine.asked("set").map((request) => request.request === "set" && request.value);
  expect(values).toEqual(["hot", "", "1e999", "0x10", 7.5]);
});

test("settings that few need are folded in one place, under their headings", async () => {
  await open("settings");
  await screen.findByText("Highest temperature");
  for (const { key, title, rarely_used, group } of recorded.settings.settings) {
    if (HIDDEN.includes(key)) continue;
    const row = screen.getAllByText(title)[0];
    const folded = row?.closest("details");
    expect(folded !== null, key).toBe(rarely_used);
    if (folded) expect(folded.querySelector("summary")?.textContent).toBe("Advanced");
    expect(row?.closest("section")?.querySelector("h2")?.textContent).toBe(group);
  }
});

test("ways not to use are ticked", async () => {
  const { engine, user } = await open("settings");
  const group = await screen.findByRole("group", { name: "Ways not to use" });
  const tick = (name: string) => user.click(within(group).getByRole("checkbox", { name }));
  await tick("Send a tiny piece of work now and then");
  await tick("Wake on request");
  await tick("Send a tiny piece of work now and then");
  const values = engine.asked("set").map((request) => request.request === "set" && request.value);
  expect(values).toEqual([["pulse"], ["standby", "pulse"], ["standby"]]);
  const ticked = within(group).getAllByRole<HTMLInputElement>("checkbox", { checked: true });
  expect(ticked.map((box) => box.labels?.[0]?.textContent?.trim())).toEqual(["Wake on request"]);
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
  expect(values).toEqual([500, undefined, "auto"]);
});

test("GPUs are ticked by name, and all of them is the default", async () => {
  const two = [0, 1].map((index) => ({ ...first(recorded.gpus), index, uuid: `GPU-${index}ab` }));
  const { engine, user } = await open("settings", statusWith(), (engine) => {
    engine.gpus = two;
  });
  const group = await screen.findByRole("group", { name: "GPUs" });
  const box = (index: number) =>
    within(group).getByRole<HTMLInputElement>("checkbox", {
      name: `${index} NVIDIA GeForce RTX 4090`,
    });
  expect([box(0).checked, box(1).checked]).toEqual([true, true]);
  await user.click(box(0));
  await waitFor(() => expect(box(0).checked).toBe(false));
  await user.click(box(0));
  await waitFor(() => expect(box(0).checked).toBe(true));
  const request = { request: "set", key: "gpus" };
  expect(engine.asked("set")).toEqual([{ ...request, value: ["GPU-1ab"] }, request]);
});

test("a GPU of the file is ticked as it is written there, also one that is not there", async () => {
  const { engine, user } = await open("settings", statusWith(), (engine) => {
    const setting = engine.settings.settings.find((setting) => setting.key === "gpus");
    if (setting) setting.value = [0, "GPU-7777"];
  });
  const group = await screen.findByRole("group", { name: "GPUs" });
  const there = within(group).getByRole<HTMLInputElement>("checkbox", {
    name: "NVIDIA GeForce RTX 4090",
  });
  const absent = "A GPU that is not there (GPU-7777)";
  await user.click(within(group).getByRole("checkbox", { name: absent }));
  await user.click(there);
  expect((await screen.findByRole("alert")).textContent).toMatch(/^One GPU has to stay\./);
  expect(there.checked).toBe(true);
  const values = engine.asked("set").map((request) => request.request === "set" && request.value);
  expect(values).toEqual([[0]]);
});

test("an entry that is no program is refused in plain words", async () => {
  const { user } = await open("settings", statusWith(), (engine) => {
    const message = 'ai_programs cannot contain "/opt/x"; it has to be a list such as ["ollama"]';
    engine.refusals["set ai_programs"] = { code: "invalid_argument", message };
  });
  await user.type(await screen.findByLabelText("Add to AI programs"), "/opt/x{Enter}");
  const text = (await screen.findByRole("alert")).textContent;
  expect(text).toBe(
    "That is not the name of a program. Write it without its folder, such as ollama.",
  );
});

test("the focus stays where an entry or a way back was removed", async () => {
  const { user } = await open("settings", statusWith(), (engine) => {
    setValue(engine, "ai_programs", ["one", "two", "three"]);
  });
  const focused = () => document.activeElement?.getAttribute("aria-label");
  (await screen.findByRole("button", { name: "Remove three" })).focus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByText("three")).toBeNull());
  await waitFor(() => expect(focused()).not.toBeNull());
  expect(document.activeElement).not.toBe(document.body);
  screen.getByRole("button", { name: "Remove one" }).focus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(focused()).toBe("Remove two"));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(focused()).toBe("Add to AI programs"));

  const field = screen.getByLabelText<HTMLInputElement>("Highest temperature");
  await user.clear(field);
  await user.type(field, "75{Tab}");
  (await screen.findByRole("button", { name: "Highest temperature: back to default" })).focus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(document.activeElement).toBe(field));
});

describe("the first price is in the currency of the user's region", () => {
  afterEach(() => delete window.monetaryLocale);

  test.each([
    ["de-CH", "CHF"],
    ["en-US", "USD"],
    ["nn-NO", "NOK"],
    ["en", "USD"],
  ])("%s", async (locale, currency) => {
    window.monetaryLocale = locale;
    const { engine, user } = await open("settings");
    await user.type(await screen.findByLabelText("Price of electricity"), "0,31{Tab}");
    const field = await screen.findByLabelText<HTMLInputElement>("Currency");
    await waitFor(() => expect(field.value).toBe(currency));
    expect(engine.asked("set")).toHaveLength(2);
  });

  test("not where one was chosen, nor later, nor where the region is not known", async () => {
    window.monetaryLocale = "de-CH";
    const { engine, user } = await open("settings", statusWith(), (engine) => {
      setValue(engine, "energy.currency", "SEK");
    });
    const price = await screen.findByLabelText("Price of electricity");
    await user.type(price, "0,31{Tab}");
    await screen.findByLabelText("Currency");
    await engine.changeSetting("energy.currency", "EUR");
    await user.clear(price);
    await user.type(price, "0,32{Tab}");
    expect(engine.asked("set").map((request) => "key" in request && request.key)).toEqual([
      "energy.price_per_kwh",
      "energy.price_per_kwh",
    ]);
    expect(localCurrency("C")).toBeNull();
    expect(localCurrency("not a language")).toBeNull();
  });
});

test("problems in the file are shown with their line", async () => {
  await open("settings", statusWith(), (engine) => {
    const message = "thermal.max_temperature is 300, but it has to be a whole number from 50 to 95 °C.";
    const key = "thermal.max_temperature";
    engine.settings.problems = [{ severity: "warning", line: 3, key, message }];
  });
  const problems = await screen.findByRole("region", { name: "Your settings file needs attention" });
  expect(within(problems).getByText(/^Line 3: Highest temperature is 300, but/)).toBeTruthy();
  expect(within(problems).getByRole("img", { name: "Warning" })).toBeTruthy();
});

test("what another program changes is seen here without asking", async () => {
  const { engine } = await open("settings");
  const mode = await screen.findByLabelText<HTMLSelectElement>("When to be ready");
  const before = engine.requests.length;
  await engine.changeSetting("mode", "always");
  await waitFor(() => expect(mode.value).toBe("always"));
  expect(engine.requests.slice(before)).toEqual([]);
});

test("a file that cannot be read is reported with its line once", async () => {
  await open("settings", statusWith(), (engine) => {
    const message = "The file cannot be read: unclosed array.";
    engine.settings.problems = [{ severity: "error", line: 7, key: "", message }];
  });
  const problems = await screen.findByRole("region", { name: "Your settings file needs attention" });
  expect(problems.textContent?.match(/line 7/gi)).toHaveLength(1);
});
