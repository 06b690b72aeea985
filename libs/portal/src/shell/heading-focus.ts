/** A screen has opened, but its heading is not there yet because its data is loading. */
let isWanted = false;

/** Moves the focus to the heading of the screen that has opened, so that screen readers continue there. */
export function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>('main h1');
  isWanted = !heading;
  heading?.focus({ preventScroll: true });
}

/** Called by a heading when it appears. */
export function takeFocus(heading: HTMLElement | null): void {
  if (!isWanted || !heading) return;
  isWanted = false;
  heading.focus({ preventScroll: true });
}
