import { expect, test } from "vitest";
import { recorded } from "./testing/fixtures";
import { parseToml, toToml } from "./toml";

test.each([
  ["true", true],
  ["83", 83],
  ["0.31", 0.31],
  ["1_000", 1000],
  ['"a \\"b\\" \\u00e9 \\\\"', 'a "b" é \\'],
  ["'C:\\temp'", "C:\\temp"],
  ['"""a "b" c"""', 'a "b" c'],
  ["'''it's'''", "it's"],
  ["[]", []],
  ['[0, "GPU-5e2c1a34"]', [0, "GPU-5e2c1a34"]],
  ['[\n  "a", # why\n  "b",\n]', ["a", "b"]],
])("%s", (text, value) => {
  expect(parseToml(text)).toEqual(value);
});

test.each(["", "[1", '"open', "1 2", "hot"])("%s is refused", (text) => {
  expect(() => parseToml(text)).toThrow(SyntaxError);
});

test("every value the engine reports can be read", () => {
  const values = recorded.settings.settings.flatMap((setting) => [setting.value, setting.default]);
  for (const value of values) if (value !== null) parseToml(value);
  expect(values.some((value) => value?.startsWith("["))).toBe(true);
});

test("what is written is read back", () => {
  for (const value of ['say "hi"\\', ["ollama:runner", 0, "x'y"], []]) {
    expect(parseToml(toToml(value))).toEqual(value);
  }
});
