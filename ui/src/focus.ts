// Where the focus goes when the control that has it goes away.

import type { Attachment } from "svelte/attachments";

const CONTROLS = "a[href], button, input, select, summary, [tabindex='0']";
/** What is folded away takes no focus. */
const FOLDED = "details:not([open]) > :not(summary)";

/**
 * Moves the focus to the control that takes the place of a removed one, within this element: to
 * Resume after Pause, to the next entry of a list. Without it a keyboard would begin at the top.
 */
export const keepsFocus: Attachment<HTMLElement> = (element) => {
  let focused: Element | null = null;
  /** In their order when it had the focus. */
  let before: HTMLElement[] = [];

  const controls = () =>
    [...element.querySelectorAll<HTMLElement>(CONTROLS)].filter(
      (control) => !control.matches(":disabled") && !element.contains(control.closest(FOLDED)),
    );

  function remember({ target }: FocusEvent) {
    focused = target as Element;
    before = controls();
  }

  function forget({ relatedTarget }: FocusEvent) {
    // A removed control hands the focus to nothing.
    if (relatedTarget) focused = null;
  }

  /** The control after the last one that is left of those before the removed one. */
  function successor(removed: Element): HTMLElement | undefined {
    const left = controls();
    const place = before.findIndex((control) => control === removed);
    const anchor = before.slice(0, place).findLast((control) => left.includes(control));
    const next = anchor ? left.indexOf(anchor) + 1 : 0;
    return left[next] ?? anchor;
  }

  const observer = new MutationObserver(() => {
    if (!focused) return;
    if (element.contains(focused)) {
      before = controls();
      return;
    }
    const next = successor(focused);
    focused = null;
    if (document.activeElement === null || document.activeElement === document.body) next?.focus();
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
