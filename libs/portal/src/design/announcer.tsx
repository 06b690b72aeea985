import { useStore } from '../data/use-store.ts';

let message = '';
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** A message disappears after this time. Screen readers have read it by then. */
const SHOWN_MS = 4000;
let timer: ReturnType<typeof setTimeout>;

function say(text: string): void {
  message = text;
  for (const listener of listeners) listener();
}

/** Announces a result (such as "Copied") to screen readers, and shows it briefly on the screen. */
export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => say(''), SHOWN_MS);
  // Screen readers ignore an unchanged text, so a repeated message must differ from the one before.
  say(message === text ? `${text}\u00a0` : text);
}

/** The live region of the page. Each dialog has one too: screen readers ignore everything outside of an open dialog. */
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
