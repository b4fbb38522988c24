// Ctrl++, Ctrl+- and Ctrl+0, as in a browser. The window process multiplies it by the desktop's size.

import { invoke } from "@tauri-apps/api/core";

const STEPS = [0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const USUAL = STEPS.indexOf(1);
const KEPT_AS = "zoom";

/** Follows the keys until the returned function is called. */
export function followZoomKeys(): () => void {
  let step = kept();
  if (step !== USUAL) apply(step);

  function onkeydown(event: KeyboardEvent) {
    const wished = wish(event, step);
    if (wished === null) return;
    event.preventDefault();
    step = Math.min(STEPS.length - 1, Math.max(0, wished));
    localStorage.setItem(KEPT_AS, String(STEPS[step]));
    apply(step);
  }
  addEventListener("keydown", onkeydown);
  return () => removeEventListener("keydown", onkeydown);
}

function wish({ key, ctrlKey, altKey, metaKey }: KeyboardEvent, step: number): number | null {
  if (!ctrlKey || altKey || metaKey) return null;
  switch (key) {
    // The key without Shift, on keyboards that have + above =.
    case "+":
    case "=":
      return step + 1;
    case "-":
      return step - 1;
    case "0":
      return USUAL;
    default:
      return null;
  }
}

function apply(step: number): void {
  void invoke("zoom", { factor: STEPS[step] });
}

/** The step of the last window. */
function kept(): number {
  const step = STEPS.indexOf(Number(localStorage.getItem(KEPT_AS)));
  return step === -1 ? USUAL : step;
}
