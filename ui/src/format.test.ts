import { expect, test } from "vitest";
import { duration, memory, money, orNone, tokens, wattHours, capitalised, unbroken } from "./format";

test("a value that is missing is a dash", () => {
  expect(orNone(null, String)).toBe("–");
  expect(orNone(undefined, String)).toBe("–");
  expect(orNone(0, String)).toBe("0");
});

test("quantities", () => {
  expect(duration(59)).toBe("59\u00a0s");
  expect(duration(900)).toBe("15\u00a0min");
  expect(duration(3 * 3600)).toBe("3\u00a0h");
  expect(memory(178257920)).toBe("170\u00a0MiB");
  expect(memory(25757220864)).toBe("24.0\u00a0GiB");
  expect(wattHours(0.427)).toBe("0.43\u00a0Wh");
  expect(wattHours(1047.3)).toBe("1.05\u00a0kWh");
  expect(money(0.0023, "EUR")).toBe("less than 0.01\u00a0EUR");
  expect(money(0, "EUR")).toBe("0.00\u00a0EUR");
  expect(money(0.0312, "EUR")).toBe("0.03\u00a0EUR");
  expect(money(1.5, "EUR")).toBe("1.50\u00a0EUR");
  expect(tokens(8192)).toBe("8k");
  expect(tokens(47872 + 1)).toBe("47,873");
});

test("no number is parted from its unit", () => {
  expect(unbroken("Paused: 84 °C, for 5 s or 1785 MHz")).toBe(
    "Paused: 84\u00a0°C, for 5\u00a0s or 1785\u00a0MHz",
  );
  expect(unbroken("cards of 32 GB, 3 GiB free")).toBe("cards of 32\u00a0GB, 3\u00a0GiB free");
  expect(unbroken("the 3 small tasks of 2 models")).toBe("the 3 small tasks of 2 models");
});

test("a sentence begins with a capital, and a name is left alone", () => {
  expect(capitalised("nothing here")).toBe("Nothing here");
  expect(capitalised("persistence mode: off")).toBe("Persistence mode: off");
  expect(capitalised("nvidia-powerd does not run")).toBe("nvidia-powerd does not run");
});
