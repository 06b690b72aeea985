import { useEffect, useState } from 'preact/hooks';

const QUIET_MS = 400;

/** State of a text field that is applied when the user stops typing. Takes over `value` if that changes elsewhere. */
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
