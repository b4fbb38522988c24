import { expect, test } from "vitest";
import type { ModelFit } from "../protocol";
import { recorded } from "../testing/fixtures";
import { best, groups, month, placement, shortList, smaller, sorted, speed } from "./text";

const { recommend, recommendNone, recommendSmall } = recorded;
const [first] = recommend.models as [ModelFit];

test("the one to take is the first, and only if it fits", () => {
  expect(best(recommend)).toBe(first);
  expect(best(recommendNone)).toBeUndefined();
  const inPart = recommendSmall.models.filter((model) => !model.fits);
  expect(inPart.length).toBeGreaterThan(0);
  expect(best({ ...recommendSmall, models: inPart })).toBeUndefined();
});

test("every model is in one group", () => {
  for (const { models } of [recommend, recommendSmall]) {
    const grouped = groups(models).flatMap((group) => group.members);
    expect(new Set(grouped)).toEqual(new Set(models));
    expect(grouped).toHaveLength(models.length);
  }
});

test("the short list has different models of different tiers, three at most", () => {
  for (const [answer, tiers] of [
    [recommend, ["optimal", "aggressive", "conservative"]],
    [recommendSmall, ["aggressive", "optimal", "conservative"]],
  ] as const) {
    const list = shortList(answer);
    expect(list[0]).toBe(best(answer));
    expect(list.map((model) => model.tier)).toEqual(tiers);
    expect(new Set(list.map((model) => model.name)).size).toBe(list.length);
  }
  expect(shortList(recommendNone)).toEqual([]);
  expect(shortList({ ...recommend, models: [first] })).toEqual([first]);
});

test("the place of a model is described without layers and experts", () => {
  const texts = recommendSmall.models.map(placement);
  expect(new Set(texts.map((text) => text.replace(/[\d.]+/, "N")))).toEqual(
    new Set([
      "On the GPU, with N\u00a0GiB in main memory",
      "Entirely on the GPU",
      "N\u00a0% on the GPU, the rest on the processor",
    ]),
  );
});

test.each([
  [[26.3, 43.6], "26 to 44 tokens a second"],
  [[2.7, 8.2], "2.7 to 8.2 tokens a second"],
  [[698.8, 1939.2], "699 to 1,939 tokens a second"],
  [[20.1, 20.2], "About 20 tokens a second"],
] as const)("the speed %j", ([slow, fast], expected) => {
  expect(speed({ ...first, tokens_per_s: [slow, fast] })).toBe(expected);
});

test("a smaller context is the model's own or what fits", () => {
  const model = { name: "A", format: "F16", context_tokens: 2048 } as const;
  expect(smaller({ ...model, native_context_tokens: 2048 })).toBe("made for 2k tokens at most");
  expect(smaller({ ...model, native_context_tokens: 8192 })).toBe("2k tokens fit");
});

test("a month that is none stays as it is", () => {
  expect(month("2026-08")).toBe("August 2026");
  expect(month("soon")).toBe("soon");
});

test("the notes about the user's own models are distinguished", () => {
  const { own, others } = sorted(recommendSmall.notes);
  expect(own).toEqual([expect.stringContaining("line 3, layers")]);
  expect([...own, ...others]).toEqual(recommendSmall.notes);
  expect(sorted(recommend.notes).own).toEqual([]);
});
