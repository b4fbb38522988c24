import { expect, test } from "vitest";
import { duration, memory, milliseconds, money, orNone, tokens, wattHours } from "./format";

test("a value that is missing is a dash", () => {
  expect(orNone(null, String)).toBe("–");
  expect(orNone(undefined, String)).toBe("–");
  expect(orNone(0, String)).toBe("0");
});

test("quantities", () => {
  expect(milliseconds(400)).toBe("400 ms");
  expect(milliseconds(4000)).toBe("4 s");
  expect(duration(59)).toBe("59 s");
  expect(duration(900)).toBe("15 min");
  expect(duration(3 * 3600)).toBe("3 h");
  expect(memory(178257920)).toBe("170 MiB");
  expect(memory(25757220864)).toBe("24.0 GiB");
  expect(wattHours(0.427)).toBe("0.43 Wh");
  expect(wattHours(1047.3)).toBe("1,047 Wh");
  expect(money(0.0023, "EUR")).toBe("0.0023 EUR");
  expect(money(1.5, "EUR")).toBe("1.50 EUR");
  expect(tokens(8192)).toBe("8k");
  expect(tokens(47872 + 1)).toBe("47,873");
});
