import { useLayoutEffect, useReducer } from 'preact/hooks';

/**
 * Returns a value that is kept outside of the components, and renders the component again when the value changes.
 *
 * @param subscribe calls its argument after each change and returns a function that ends these calls. Pass the same
 * `subscribe` in each render
 */
export function useStore<Value>(subscribe: (listener: () => void) => () => void, read: () => Value): Value {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const value = read();
  useLayoutEffect(() => {
    let known = value;
    const check = () => {
      const next = read();
      if (Object.is(next, known)) return;
      known = next;
      redraw(0);
    };
    check();
    return subscribe(check);
  }, [subscribe]);
  return value;
}
