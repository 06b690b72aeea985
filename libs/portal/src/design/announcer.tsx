import { useStore } from '../data/use-store.ts';

let message = '';
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** Says a result, such as "Copied", to screen readers and for a moment on the screen. */
export function announce(text: string): void {
  // The same text twice is only read twice if it differs.
  message = message === text ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
}

/** The page's one live region. */
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
