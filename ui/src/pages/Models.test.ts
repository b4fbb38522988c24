import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import { statusWith } from "../testing/fixtures";
import { open } from "../testing/open";

test("models by tier, those that fit only in part last", async () => {
  await open("models");
  await screen.findByRole("heading", { name: "Conservative" });
  const headings = screen
    .getAllByRole("heading", { level: 2 })
    .map((heading) => heading.textContent);
  expect(headings).toEqual(["Conservative", "Optimal", "Aggressive", "Only in part"]);
  const partial = screen.getByRole("region", { name: "Only in part" });
  expect(within(partial).getByText(/41 of 80 layers fit/)).toBeTruthy();
  const [first] = within(screen.getByRole("region", { name: "Conservative" })).getAllByRole(
    "listitem",
  );
  expect(first?.textContent).toMatch(/gpt-oss 20b.*MXFP4.*13\.7\sGiB.*± 0\.7/s);
  expect(first?.textContent).toMatch(/Weights\s+12\.8.*KV cache\s+0\.2.*Compute\s+0\.4/s);
});

test("what is chosen is asked for, and only once", async () => {
  const { engine, user } = await open("models");
  await screen.findByRole("heading", { name: "Optimal" });
  await user.selectOptions(screen.getByLabelText("Format of the weights"), "Q8_0");
  await user.click(screen.getByRole("radio", { name: "Half the size (q8_0)" }));
  await fireEvent.input(screen.getByRole("slider", { name: "Context" }), {
    target: { value: "4" },
  });
  expect(await screen.findByText("32k tokens")).toBeTruthy();
  await engine.change({ uptime_s: 99 });
  await waitFor(() => expect(engine.asked("recommend")).toHaveLength(4));
  expect(engine.asked("recommend")[0]).toEqual({
    request: "recommend",
    gpu: 0,
    context_tokens: 8192,
    kv_cache: "f16",
  });
  expect(engine.asked("recommend").at(-1)).toEqual({
    request: "recommend",
    gpu: 0,
    context_tokens: 32768,
    kv_cache: "q8_0",
    format: "Q8_0",
  });
});

test("without a GPU the VRAM is typed, and refused in place", async () => {
  const { engine, user } = await open("models", { ...statusWith(), gpus: [] });
  const vram = await screen.findByLabelText("VRAM");
  await waitFor(() => expect(engine.asked("recommend")[0]).toMatchObject({ vram_gib: 16 }));
  const message = "0 GiB is no size of VRAM; give a number of GiB above 0 and up to 1024";
  engine.refusals.recommend = { code: "invalid_argument", message };
  await user.clear(vram);
  expect((await screen.findByRole("alert")).textContent).toContain(message);
  expect(vram.getAttribute("aria-invalid")).toBe("true");
  delete engine.refusals.recommend;
  await user.type(vram, "24");
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  expect(engine.asked("recommend").at(-1)).toMatchObject({ vram_gib: 24 });
});

test("a card that fits nothing says so, with what would", async () => {
  await open("models", statusWith(), (engine) => {
    const notes = ["With 4 GiB, Gemma 3 1B would fit."];
    engine.recommend = { ...engine.recommend, models: [], notes };
  });
  expect(await screen.findByText("No model of the catalogue fits.")).toBeTruthy();
  expect(screen.getByText("With 4 GiB, Gemma 3 1B would fit.")).toBeTruthy();
});

test("the command is copied", async () => {
  const { user } = await open("models");
  const write = vi.spyOn(navigator.clipboard, "writeText");
  await user.click(
    await screen.findByRole("button", { name: "Copy the command for gpt-oss 20b MXFP4" }),
  );
  expect(write).toHaveBeenCalledWith("ollama pull gpt-oss:20b");
  expect((await screen.findAllByText("Copied")).length).toBeGreaterThan(0);
});
