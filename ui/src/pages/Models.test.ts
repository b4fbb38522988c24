import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { describe, expect, test, vi } from "vitest";
import type { GpuStatus } from "../protocol";
import { recorded, statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

const UNKNOWN: GpuStatus["vram"] = { total_bytes: null, free_bytes: null, ours_bytes: null };
const VRAM = "How much VRAM does the GPU have?";

/** The page for code with 64k tokens on 12 GiB, which has models of every kind. */
function openSmall(): ReturnType<typeof open> {
  return open("models", statusWith(), (engine) => {
    engine.recommend = recorded.recommendSmall;
  });
}

/** The card of that model, by its heading. */
async function card(name: RegExp): Promise<HTMLElement> {
  const item = (await screen.findByRole("heading", { name })).closest("li");
  if (!item) throw new Error(`${name} is in no list`);
  return item;
}

function headings(): (string | null)[] {
  return screen.getAllByRole("heading", { level: 2 }).map((heading) => heading.textContent);
}

describe("the list", () => {
  test("begins with the one to take, and has the largest tier first", async () => {
    await open("models");
    const best = await card(/^Qwen3\.8 27B Q5_K_M/);
    expect(headings()).toEqual([
      expect.stringMatching(/^Qwen3\.8 27B\s+Q5_K_M$/),
      "Aggressive",
      "Optimal",
      "Conservative",
    ]);
    expect(within(best).getByText("Take this one")).toBeTruthy();
    expect(screen.getAllByText(/^Take this one$/)).toHaveLength(1);
    expect(best.textContent).toMatch(/with a context of 8k tokens.*first in our ranking for chat/s);
    expect(best.textContent).toMatch(/the most used on cards of 32\sGB/);
    const advice = screen.getByText(/^Take this one: Qwen3\.8 27B Q5_K_M\.$/);
    expect(advice.closest("[role=status]")).toBeTruthy();
    // It is not listed a second time.
    const optimal = screen.getByRole("region", { name: "Optimal" });
    expect(within(optimal).queryByRole("heading", { name: /^Qwen3\.8 27B/ })).toBeNull();
  });

  test("ends with main memory, with what fits in part, and with smaller contexts", async () => {
    await openSmall();
    const best = await card(/^Qwen3\.6 35B A3B/);
    expect(headings().slice(1)).toEqual([
      "Optimal",
      "Conservative",
      "With main memory",
      "Only in part",
      "These fit with a smaller context",
    ]);
    expect(within(best).getByText(/^On the GPU, with 13\.0\sGiB in main memory$/)).toBeTruthy();
    expect(best.textContent).toContain("a part of it stays in main memory");
    const partly = within(screen.getByRole("region", { name: "Only in part" }));
    expect(partly.getAllByText(/^53\s% on the GPU, the rest on the processor$/)).toHaveLength(2);
    expect(
      partly.getAllByText(/Needs up to 20\.7\sGiB of VRAM\. 11\.5\sGiB are free/),
    ).toHaveLength(2);
    const smaller = screen.getByRole("region", { name: "These fit with a smaller context" });
    const names = within(smaller).getAllByRole("listitem");
    expect(names.map((item) => item.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "Ministral 3 14B Instruct 2512 Q4_K_M: 18k tokens fit",
      "Ministral 3 8B Instruct 2512 Q4_K_M: 42k tokens fit",
      "Granite 4.2 8B IQ4_XS: 38,656 tokens fit",
    ]);
  });

  test("writes what the bars draw, the speed and the licence", async () => {
    await open("models");
    const best = await card(/^Qwen3\.8 27B Q5_K_M/);
    const bar = within(best)
      .getAllByRole("listitem")
      .map((part) => part.textContent?.replace(/\s+/g, " ").trim());
    expect(bar).toEqual([
      "Model weights 18.1 GiB",
      "Context (KV cache) 0.7 GiB",
      "Working space 1.1 GiB",
      "Free 3.7 GiB",
    ]);
    expect(best.textContent).toMatch(/VRAM it takes\s+19\.8\sGiB ± 1\.0\sGiB/);
    expect(within(best).getByText("7.8 to 44 tokens a second")).toBeTruthy();
    expect(within(best).getByText("Entirely on the GPU")).toBeTruthy();
    expect(within(best).getByText("50,432 tokens")).toBeTruthy();
    expect(within(best).getByText("Apache-2.0")).toBeTruthy();
  });

  test("marks what is installed and what is not for commercial use", async () => {
    await open("models", statusWith(), (engine) => {
      const models = engine.recommend.models.map((model) => ({
        ...model,
        commercial_use: model.name !== "Gemma 4 31B",
      }));
      engine.recommend = { ...engine.recommend, models };
    });
    const installed = await screen.findAllByText("Installed in Ollama");
    expect(installed.map((mark) => mark.closest("li"))).toEqual([await card(/^gpt-oss 20b/)]);
    const restricted = screen.getAllByText("Not for commercial use");
    expect(restricted.map((mark) => mark.closest("li"))).toEqual([
      await card(/^Gemma 4 31B Q4_K_M/),
    ]);
  });

  test("shows problems of the user's own models, and folds the other notes away", async () => {
    await openSmall();
    const notices = await screen.findByRole("list", { name: "Notices" });
    expect(notices.textContent).toContain("Your own models:");
    expect(notices.textContent).toContain("models.toml, line 3, layers:");
    const folded = screen.getByText(/^Sizes assume flash attention/).closest("details");
    expect(folded?.open).toBe(false);
    expect(within(folded as HTMLElement).queryByText(/models\.toml/)).toBeNull();
  });

  test("of a card that fits nothing is a sentence with what would fit", async () => {
    await open("models", statusWith(), (engine) => {
      engine.recommend = recorded.recommendNone;
    });
    expect(await screen.findAllByText(/^No model fits in 1\.50\sGiB/)).toHaveLength(1);
    expect(screen.queryByText("Take this one")).toBeNull();
    expect(screen.queryByRole("heading", { level: 2 })).toBeNull();
  });

  test("has nothing that axe finds, with every detail unfolded", async () => {
    const { container } = await openSmall();
    await card(/^Qwen3\.6 35B A3B/);
    for (const details of container.querySelectorAll("details")) details.open = true;
    const rules = { "color-contrast": { enabled: false } };
    const { violations } = await axe.run(container.ownerDocument, { rules });
    expect(violations).toEqual([]);
  });
});

describe("the commands", () => {
  test("to fetch and to run are copied each on its own", async () => {
    const { user } = await open("models");
    const write = vi.spyOn(navigator.clipboard, "writeText");
    const best = await card(/^Qwen3\.8 27B Q5_K_M/);
    const copy = (does: string, program: string) =>
      user.click(
        within(best).getByRole("button", {
          name: `Copy the command that ${does} Qwen3.8 27B Q5_K_M with ${program}`,
        }),
      );
    await copy("fetches", "llama.cpp");
    expect(write).toHaveBeenLastCalledWith(
      "hf download unsloth/Qwen3.8-27B-GGUF --include '*Q5_K_M[.-]*gguf'",
    );
    await copy("runs", "llama.cpp");
    expect(write).toHaveBeenLastCalledWith(
      "llama-server -hf unsloth/Qwen3.8-27B-GGUF:Q5_K_M -c 8192 -np 1 -fa on -ngl 999",
    );
    await copy("runs", "LM Studio");
    expect(write).toHaveBeenLastCalledWith(
      "lms load qwen3.8-27b --context-length 8192 --parallel 1 --gpu max",
    );
    expect((await screen.findAllByText("Copied")).length).toBeGreaterThan(0);
  });

  test("are written as they are copied", async () => {
    await open("models");
    const best = await card(/^Qwen3\.8 27B Q5_K_M/);
    const written = [...best.querySelectorAll("code")].map((code) => code.textContent?.trim());
    expect(written[0]).toBe("hf download unsloth/Qwen3.8-27B-GGUF --include '*Q5_K_M[.-]*gguf'");
    expect(written).toHaveLength(4);
  });

  test("for Ollama say what it reads only when it starts", async () => {
    await open("models");
    const installed = await card(/^gpt-oss 20b/);
    expect(installed.textContent).toContain("quit it first: it reads the context only");
    const runs = within(installed).getByRole("group", { name: "gpt-oss 20b MXFP4 with Ollama" });
    expect(runs.textContent).toContain("OLLAMA_CONTEXT_LENGTH=8192 ollama serve");
  });
});

test("what is folded away names its model to those who do not see the card", async () => {
  await open("models");
  const best = await card(/^Qwen3\.8 27B Q5_K_M/);
  const name = best.querySelector("summary")?.textContent?.replace(/\s+/g, " ").trim();
  expect(name).toBe("Other programs, details of Qwen3.8 27B Q5_K_M");
});

describe("the filters", () => {
  test("are asked for, and only once", async () => {
    const { engine, user } = await open("models");
    await screen.findByRole("heading", { name: "Optimal" });
    expect(engine.asked("recommend")).toEqual([
      { request: "recommend", gpu: 0, use: "chat", context_tokens: 8192, kv_cache: "f16" },
    ]);
    await user.click(screen.getByRole("radio", { name: "Code" }));
    expect(await screen.findByText("For programming.")).toBeTruthy();
    await user.selectOptions(
      screen.getByLabelText("Memory for the context (KV cache)"),
      "Half the size (q8_0)",
    );
    await fireEvent.input(screen.getByRole("slider", { name: "Context" }), {
      target: { value: "4" },
    });
    expect(await screen.findByText("32k tokens")).toBeTruthy();
    await user.selectOptions(screen.getByLabelText("Format of the weights"), "IQ4_XS");
    await engine.change({ uptime_s: 99 });
    await waitFor(() => expect(engine.asked("recommend")).toHaveLength(5));
    expect(engine.asked("recommend").at(-1)).toEqual({
      request: "recommend",
      gpu: 0,
      use: "code",
      context_tokens: 32768,
      kv_cache: "q8_0",
      format: "IQ4_XS",
    });
  });

  test("are reached and changed with the keyboard", async () => {
    const { engine, user } = await open("models");
    await screen.findByRole("heading", { name: "Optimal" });
    screen.getByLabelText("GPU").focus();
    await user.tab();
    expect(document.activeElement).toBe(screen.getByRole("radio", { name: "Chat" }));
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ use: "code" }));
    await user.tab();
    expect(document.activeElement).toBe(screen.getByRole("slider", { name: "Context" }));
    await user.tab();
    expect(document.activeElement).toBe(screen.getByLabelText(/KV cache/));
  });

  test("without a GPU have the VRAM, which is refused in place", async () => {
    const { engine, user } = await open("models", { ...statusWith(), gpus: [] });
    const vram = await screen.findByLabelText(VRAM);
    expect(screen.getByText(/No GPU was found\./)).toBeTruthy();
    await waitFor(() => expect(engine.asked("recommend")[0]).toMatchObject({ vram_gib: 16 }));
    const message = "0 GiB is not a valid VRAM size; give a number of GiB above 0 and up to 1024";
    engine.refusals.recommend = { code: "invalid_argument", message };
    await user.clear(vram);
    expect((await screen.findByRole("alert")).textContent).toContain(message);
    expect(vram.getAttribute("aria-invalid")).toBe("true");
    delete engine.refusals.recommend;
    await user.type(vram, "24");
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
    expect(engine.asked("recommend").at(-1)).toMatchObject({ vram_gib: 24 });
  });

  test("take a comma for a point, and never send what is no number", async () => {
    const { engine, user } = await open("models", { ...statusWith(), gpus: [] });
    const vram = await screen.findByLabelText(VRAM);
    for (const [typed, sent] of [
      ["7,5", 7.5],
      ["much", 0],
      ["1e999", 0],
    ] as const) {
      await user.clear(vram);
      await user.type(vram, typed);
      await waitFor(() =>
        expect(engine.asked("recommend").at(-1)).toMatchObject({ vram_gib: sent }),
      );
    }
  });

  test("ask for the VRAM of a GPU that does not report it", async () => {
    const { engine, user } = await open("models", statusWith({ vram: UNKNOWN }));
    const vram = await screen.findByLabelText(VRAM);
    expect(screen.getByText(/does not report how much VRAM it has/)).toBeTruthy();
    await user.clear(vram);
    await user.type(vram, "12");
    await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ vram_gib: 12 }));
    expect(engine.asked("recommend").some((request) => "gpu" in request)).toBe(false);
  });

  test("begin with a GPU that reports its memory, and keep the user's choice", async () => {
    const [first, second] = recorded.status.gpus as [GpuStatus, GpuStatus];
    const gpus = [{ ...first, vram: UNKNOWN }, second];
    const { engine, user } = await open("models", { ...recorded.status, gpus });
    const select = await screen.findByLabelText<HTMLSelectElement>("GPU");
    await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ gpu: 1 }));
    expect(select.value).toBe(second.uuid);
    await user.selectOptions(select, "Another one, by its VRAM");
    await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ vram_gib: 16 }));
    await engine.show({ ...recorded.status, gpus: [...gpus] });
    expect(select.selectedOptions[0]?.textContent?.trim()).toBe("Another one, by its VRAM");
  });

  test("turn to a GPU that is found later", async () => {
    const { engine } = await open("models", { ...statusWith(), gpus: [] });
    await screen.findByLabelText(VRAM);
    await engine.show(statusWith());
    await waitFor(() => expect(engine.asked("recommend").at(-1)).toMatchObject({ gpu: 0 }));
    expect(screen.queryByLabelText(VRAM)).toBeNull();
  });
});
