import { useEffect, useState } from 'preact/hooks';

const QUIET_MS = 400;

/**
 * The text of a field. `apply` gets the text when the user stops typing. If `value` changes elsewhere, the text becomes the new
 * `value`.
 */
export function useTyping(value: string, apply: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => apply(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText];
}
