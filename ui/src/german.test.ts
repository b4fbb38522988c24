// The overview and Diagnostics in German: only the engine, which is a fake here, speaks English.

import { expect, test, vi } from "vitest";
import type { Status } from "./protocol";
import { energy, findings, recorded, STATES, statusWith } from "./testing/fixtures";

/** What the window process tells the page about the language. */
const QUERY = { en: "?language=en", de: "?language=de" };
const LABELS = ["alt", "aria-label", "aria-valuetext", "placeholder", "title"];
const TWO_WORDS = /\p{L}{2,}\P{L}+\p{L}{2,}/u;

/** What stands there when the engine has answered everything. */
const LAST = {
  overview: [/^(Day by day|Tag für Tag)$/],
  diagnostics: [/running for|läuft seit/, /kept ready all the time/, /compute capability/i],
};

/** Every text of a page that people read or hear, without the spaces around it. */
async function textsOf(language: keyof typeof QUERY, page: keyof typeof LAST, status: Status) {
  vi.resetModules();
  history.replaceState(null, "", `${QUERY[language]}#${page}`);
  const { cleanup, render, screen } = await import("@testing-library/svelte");
  const { FakeEngine } = await import("./testing/fake-engine");
  const { default: App } = await import("./App.svelte");
  const { tick } = await import("svelte");
  new FakeEngine(structuredClone(status)).benchmarks = [recorded.benchmark];
  const { container } = render(App);
  const heading = (await screen.findByRole("heading", { level: 1 })).textContent;
  for (const text of LAST[page]) await screen.findAllByText(text);
  for (const details of container.querySelectorAll("details")) {
    details.open = true;
    details.dispatchEvent(new Event("toggle"));
  }
  await tick();
  const found = new Set<string>();
  const add = (text: string | null) => found.add((text ?? "").replace(/\s+/g, " ").trim());
  const walker = document.createTreeWalker(container, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) add(walker.currentNode.nodeValue);
  for (const element of container.querySelectorAll("*")) {
    for (const label of LABELS) if (element.hasAttribute(label)) add(element.getAttribute(label));
  }
  cleanup();
  return { heading, found };
}

const busy: Status = {
  ...statusWith({
    ...STATES.warm,
    clients: [{ pid: 8, name: "LM Studio", quiet: false }],
    holds: [{ id: 7, kind: "dbus", application: "Blender", reason: null, since_s: 5 }],
  }),
  desktop: null,
};
const without: Status = { ...statusWith(), gpus: [] };

test.each([
  ["overview", "Übersicht", "Wer die GPU benutzt", busy],
  ["overview", "Übersicht", "Was es bringt, die GPU bereitzuhalten", statusWith(STATES.fault)],
  ["overview", "Übersicht", "funktioniert ohne GPU und für jede Menge VRAM.", without],
  ["diagnostics", "Diagnose", "Was der Treiber meldet", statusWith(STATES.fault)],
] as const)("%s has the German heading %s, %s, and no English sentence", async (page, title, text, status) => {
  const english = await textsOf("en", page, status);
  const german = await textsOf("de", page, status);
  expect(german.heading).toBe(title);
  expect([...german.found]).toContain(text);
  const known = [status, { ...recorded, log: recorded.log.join(" ") }, energy, findings];
  const told = JSON.stringify(known).toLowerCase().replace(/\s+/g, " ");
  const ours = (text: string) =>
    TWO_WORDS.test(text.replace("GPU Keepalive", "")) &&
    !told.includes(text.replace(/\.$/, "").toLowerCase());
  expect([...english.found].filter(ours).length).toBeGreaterThan(10);
  expect([...german.found].filter((text) => ours(text) && english.found.has(text))).toEqual([]);
});
