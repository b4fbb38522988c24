// Setup, settings and models in German: whatever they show is a text of the language files or the
// engine's own.

import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import { ago, day, duration, money } from "../format";
import { month } from "../models/text";
import { problemsOf, refusalOf } from "../settings/words";
import { FakeEngine } from "../testing/fake-engine";
import { recorded, statusWith } from "../testing/fixtures";

/** The texts that were asked for, and the replies of the engine, which was recorded in English. */
const known = vi.hoisted(() => {
  // As the window process tells it, before the first page is loaded.
  history.replaceState(null, "", "?language=de");
  return new Set<string>();
});

vi.mock("../text", async (original) => {
  const texts = await original<typeof import("../text")>();
  const text: typeof texts.text = (key, values) => {
    const text = texts.text(key, values);
    for (const part of text.split("\uFFFC")) known.add(plain(part));
    return text;
  };
  return { ...texts, text };
});

/** Names and units, which are the same in every language. */
const SAME = ["GPU Keepalive", "GiB"];

function plain(text: string): string {
  return text.replace(/\s+/g, " ").trim().toLowerCase();
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(strings) : [];
}

/** What people read or hear on the page, but for commands. */
function shown(root: Node): string[] {
  const found: string[] = [document.title];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Element) {
      const names = ["aria-label", "aria-valuetext", "title", "placeholder", "alt"];
      found.push(...names.map((name) => node.getAttribute(name) ?? ""));
    } else if (!node.parentElement?.closest("code")) found.push(node.textContent ?? "");
  }
  return found.map(plain);
}

/** The words on the page that come neither from the language files nor from the engine. */
function foreign(root: Node): string[] {
  const texts = [...known].filter((text) => text !== "").sort((a, b) => b.length - a.length);
  return shown(root).filter((left) => {
    for (const text of texts) {
      if (!left.includes(text)) continue;
      const whole = text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
      left = left.replace(new RegExp(`(?<![\\p{L}])${whole}(?![\\p{L}])`, "gu"), " ");
    }
    return /\p{L}{2}/u.test(left);
  });
}

async function open(page: string, heading: string, prepare = (_: FakeEngine) => {}) {
  const engine = new FakeEngine(statusWith({}, { simulated: true }));
  prepare(engine);
  for (const text of strings([engine.status, engine.settings, engine.gpus, engine.recommend])) {
    known.add(plain(text));
  }
  for (const { released } of engine.recommend.models) known.add(plain(month(released)));
  location.hash = page;
  const { container } = render(App);
  await screen.findByRole("heading", { level: 1, name: heading });
  return { container, user: userEvent.setup() };
}

beforeEach(() => SAME.forEach((text) => known.add(plain(text))));

test("the setup", async () => {
  const { container, user } = await open("setup", "Deine GPUs");
  const next = () => user.click(screen.getByRole("button", { name: "Weiter" }));
  await screen.findByText(/^24,0\sGiB Grafikspeicher \(VRAM\), Treiber 580/);
  expect(screen.getByText("Einrichtung, Schritt 1 von 5")).toBeTruthy();
  await waitFor(() => expect(document.title).toBe("Einrichtung – GPU Keepalive (simuliert)"));
  expect(foreign(container)).toEqual([]);

  await next();
  await screen.findByRole("heading", { name: "Ein Modell für deine GPU" });
  const [take] = await screen.findAllByRole("button", { name: /^Dieses nehmen: Qwen3/ });
  if (take) await user.click(take);
  await screen.findByRole("heading", { name: "So bekommst du es" });
  await screen.findByText(/ in unserer Rangliste| unserer Rangliste für Chats\.$/);
  expect(foreign(container)).toEqual([]);

  await next();
  await screen.findByRole("heading", { name: "Was es auf dieser GPU bringt" });
  await next();
  await screen.findByRole("heading", { name: "Wann bereit sein" });
  expect(foreign(container)).toEqual([]);
  await next();
  await screen.findByRole("heading", { name: "Wo es von jetzt an zu finden ist" });
  expect(screen.getByRole("img", { name: /^Zeichnung einer Leiste/ })).toBeTruthy();
  expect(foreign(container)).toEqual([]);
});

test("the settings", async () => {
  const { container } = await open("settings", "Einstellungen", ({ settings }) => {
    for (const setting of settings.settings) {
      if (setting.key === "warm_window_minutes") setting.value = 30;
      if (setting.key === "pulse.interval_ms") setting.value = 200;
      if (setting.key === "ai_programs") setting.value = ["llama-server"];
    }
  });
  await screen.findByText(/^Vorgabe: 15\s/);
  await screen.findByText(/^Vorgabe: automatisch$/);
  expect(screen.getByText("Erweitert")).toBeTruthy();
  expect(screen.getByText(/^Automatisch/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "llama-server entfernen" })).toBeTruthy();
  expect(screen.getByText(recorded.settings.path).parentElement?.textContent).toBe(
    `Die Einstellungen liegen in ${recorded.settings.path}. Diese Datei darf von Hand bearbeitet ` +
      "werden; was darin steht, bleibt erhalten.",
  );
  expect(foreign(container)).toEqual([]);
});

test("the models", async () => {
  const { container } = await open("models", "Modelle für deinen VRAM", (engine) => {
    engine.recommend = recorded.recommendSmall;
  });
  const rest = await screen.findByRole("region", { name: "Nur zum Teil" });
  expect(within(rest).getAllByText(/^53\s% auf der GPU, der Rest auf dem Prozessor$/)).toHaveLength(2);
  expect(screen.getByRole("heading", { name: "Mit Arbeitsspeicher" })).toBeTruthy();
  expect(screen.getAllByText(/ Token pro Sekunde$/).length).toBeGreaterThan(0);
  expect(foreign(container)).toEqual([]);
});

test("what the engine says in German of a setting is in the words of its field", () => {
  const find = (key: string) => {
    const setting = recorded.settings.settings.find((setting) => setting.key === key);
    if (!setting) throw new Error(`there is no setting ${key}`);
    return setting;
  };
  const hot = find("thermal.max_temperature");
  const rest = 'kann nicht "heiß" sein; erlaubt ist eine ganze Zahl von 50 bis 95 °C';
  expect(refusalOf(`${hot.key} ${rest}`, hot)).toBe(`${hot.title} ${rest}`);
  const battery = find("battery.pause");
  expect(refusalOf(`${battery.key} kann nicht 1 sein; erlaubt ist true oder false`, battery)).toBe(
    `${battery.title} kann nicht 1 sein; erlaubt ist an oder aus`,
  );
  const strategy = find("strategy");
  const message = 'strategy ist "x"; erlaubt ist "auto" oder "pulse".';
  const problems: typeof recorded.settings.problems = [
    { severity: "warning", line: 3, message },
  ] as never;
  const [problem] = problemsOf({ ...recorded.settings, problems });
  expect(problem?.text).toMatch(new RegExp(`^Zeile 3: ${strategy.title} ist "x"; erlaubt ist „.+“ oder „`));
});

test("quantities", () => {
  expect(ago(70)).toBe("vor 1\u00a0min 10\u00a0s");
  expect(ago(0)).toBe("jetzt");
  expect(duration(1.5)).toBe("1,5\u00a0s");
  expect(money(0.0023, "EUR")).toBe("weniger als 0,01\u00a0EUR");
  expect(day("2026-11-23")).toBe("23. Nov.");
});
