import { screen } from "@testing-library/svelte";
import { beforeEach, expect, test } from "vitest";
import { open } from "./testing/open";

beforeEach(() => localStorage.clear());

test("Ctrl and plus, minus and zero change the size, and the next window keeps it", async () => {
  const { engine, user } = await open("overview");
  await screen.findByRole("switch", { name: "Keep GPU ready" });
  await user.keyboard("{Control>}+=-{/Control}");
  expect(engine.zooms).toEqual([1.1, 1.25, 1.1]);
  expect(localStorage.getItem("zoom")).toBe("1.1");
  await user.keyboard("{Control>}0{/Control}");
  expect(engine.zooms.at(-1)).toBe(1);
});

test("the size of the last window is asked for at once", async () => {
  localStorage.setItem("zoom", "1.5");
  const { engine } = await open("overview");
  expect(engine.zooms).toEqual([1.5]);
});

test("neither a plain key nor a damaged memory changes it", async () => {
  localStorage.setItem("zoom", "much");
  const { engine, user } = await open("overview");
  await user.keyboard("+-0");
  expect(engine.zooms).toEqual([]);
});

test("the size ends where it does", async () => {
  const { engine, user } = await open("overview");
  await user.keyboard(`{Control>}${"+".repeat(20)}{/Control}`);
  expect(engine.zooms.at(-1)).toBe(3);
});
