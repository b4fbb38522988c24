// Where the focus goes when the control that has it goes away.

import type { Attachment } from "svelte/attachments";

const CONTROLS = "a[href], button, input, select, summary, [tabindex='0']";

/**
 * Moves the focus to the control that takes the place of a removed one, within this element: to
 * Resume after Pause, to the next entry of a list. Without it a keyboard would begin at the top.
 */
export const keepsFocus: Attachment<HTMLElement> = (element) => {
  let focused: Element | null = null;
  let place = 0;

  const controls = () =>
    [...element.querySelectorAll<HTMLElement>(CONTROLS)].filter(
      (control) => !control.matches(":disabled"),
    );

  function remember({ target }: FocusEvent) {
    focused = target as Element;
    place = controls().findIndex((control) => control === target);
  }

  function forget({ relatedTarget }: FocusEvent) {
    // A removed control hands the focus to nothing.
    if (relatedTarget) focused = null;
  }

  const observer = new MutationObserver(() => {
    if (!focused || element.contains(focused)) return;
    focused = null;
    const lost = document.activeElement === null || document.activeElement === document.body;
    const left = controls();
    if (lost) left[Math.max(0, Math.min(place, left.length - 1))]?.focus();
  });

  element.addEventListener("focusin", remember);
  element.addEventListener("focusout", forget);
  observer.observe(element, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    element.removeEventListener("focusin", remember);
    element.removeEventListener("focusout", forget);
  };
};
