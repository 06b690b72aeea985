import { useStore } from '../data/use-store.ts';
import { searchOf, type Params } from './route.ts';

const listeners = new Set<() => void>();
const changed = (): void => listeners.forEach((listener) => listener());
window.addEventListener('popstate', changed);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The query string, as it changes. */
export const useSearch = (): string => useStore(subscribe, () => location.search);

/** The address of a screen. It keeps the path, with or without a slash at its end, because a server may know only one. */
export const hrefOf = (params: Params): string => location.pathname + searchOf(params);

/** Goes to a screen. `replace` is for filters: Back then leaves the screen instead of undoing each key. */
export function navigate(params: Params, { replace = false } = {}): void {
  const href = hrefOf(params);
  if (replace) history.replaceState(null, '', href);
  else {
    history.pushState(null, '', href);
    window.scrollTo(0, 0);
  }
  changed();
}
