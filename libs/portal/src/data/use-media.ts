import { useMemo } from 'preact/hooks';
import { useStore } from './use-store.ts';

/** Returns true while the media query matches. */
export function useMedia(query: string): boolean {
  const { list, subscribe } = useMemo(() => watch(query), [query]);
  return useStore(subscribe, () => list.matches);
}

function watch(query: string) {
  const list = window.matchMedia(query);
  const subscribe = (listener: () => void) => {
    list.addEventListener('change', listener);
    return () => list.removeEventListener('change', listener);
  };
  return { list, subscribe };
}
