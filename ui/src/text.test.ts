import { expect, test } from "vitest";
import { language, languageOf, text, textsIn } from "./text";

test("a locale chooses the language, and English stands in", () => {
  expect(["de", "de-AT", "de_CH.UTF-8", "DE"].map(languageOf)).toEqual(["de", "de", "de", "de"]);
  expect(["en-GB", "fr", "C", "", "deu"].map(languageOf)).toEqual(["en", "en", "en", "en", "en"]);
  // jsdom's user speaks English.
  expect(language).toBe("en");
  expect(document.documentElement.lang).toBe("en");
});

test("texts are in their language, with their values as they are", () => {
  const german = textsIn("de");
  expect([text("tab-settings"), german("tab-settings")]).toEqual(["Settings", "Einstellungen"]);
  const name = { program: "{ $x } <b>" };
  expect(text("cause-loaded", name)).toBe("{ $x } <b> has a model loaded");
  expect(german("cause-loaded", name)).toBe("{ $x } <b> hat ein Modell geladen");
  expect(german("state-standby.headline")).toBe("Ruht. Volle Leistung bei der nächsten Anfrage.");
});

test("one and several are told apart", () => {
  const texts = [textsIn("en"), textsIn("de")];
  const devices = (count: number) => texts.map((text) => text("finding-nvidia-devices", { count }));
  expect(devices(1)).toEqual([
    "the system lists 1 NVIDIA GPU",
    "das System führt 1 NVIDIA-GPU auf",
  ]);
  expect(devices(2)).toEqual([
    "the system lists 2 NVIDIA GPUs",
    "das System führt 2 NVIDIA-GPUs auf",
  ]);
});

test("a missing key, attribute or value is noticed", () => {
  expect(() => text("tab-nothing")).toThrow("no text: tab-nothing");
  expect(() => text("tab-settings.nothing")).toThrow("no text");
  expect(() => text("cause-loaded")).toThrow();
});
