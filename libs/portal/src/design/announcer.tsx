import { useStore } from '../data/use-store.ts';

let message = '';
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** What is said disappears after this time, ms: screen readers have read it by then. */
const SHOWN_MS = 4000;
let timer: ReturnType<typeof setTimeout>;

function say(text: string): void {
  message = text;
  for (const listener of listeners) listener();
}

/** Says a result, such as "Copied", to screen readers and for a moment on the screen. */
export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => say(''), SHOWN_MS);
  // The same text twice is only read twice if it differs.
  say(message === text ? `${text}\u00a0` : text);
}

/** The live region of the page. Each dialog has one too, because what is outside of an open dialog is read to nobody. */
export function Announcer() {
  const text = useStore(subscribe, () => message);
  return (
    <div class="announcer" role="status" aria-live="polite">
      {text && (
        <span key={text} class="toast">
          {text}
        </span>
      )}
    </div>
  );
}
