import { useEffect, useState } from 'preact/hooks';

const absolute = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'long',
});
const short = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** `5 minutes ago`, `in 2 hours` */
export function relativeTime(at: number, now: number): string {
  const seconds = Math.round((at - now) / 1000);
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** Formats a time with its date and time zone. */
export const absoluteTime = (at: string): string => absolute.format(new Date(at));

/** Returns the current time (epoch ms), and renders the component again every `everyMs`. */
export function useNow(everyMs = 10_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** A time: relative to now (default), as date and time (`clock`), or with the time zone (`full`), as in the tooltip. */
export function Time({ at, show = 'relative' }: { at: string; show?: 'relative' | 'clock' | 'full' }) {
  const now = useNow();
  const full = absoluteTime(at);
  const texts = {
    relative: () => relativeTime(Date.parse(at), now),
    clock: () => short.format(new Date(at)),
    full: () => full,
  };
  return (
    <time dateTime={at} title={full}>
      {texts[show]()}
    </time>
  );
}

/** `340 ms`, `5 s`, `15 min`, `24 h`, `7 days` */
export function durationText(ms: number): string {
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(undefined, {
      style: 'unit',
      unit: name,
      unitDisplay: name === 'day' ? 'long' : 'short',
      maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value);
  if (ms < 1000) return unit(ms, 'millisecond');
  if (ms < 60_000) return unit(ms / 1000, 'second');
  if (ms < 3_600_000) return unit(ms / 60_000, 'minute');
  if (ms <= 48 * 3_600_000) return unit(ms / 3_600_000, 'hour');
  return unit(ms / 86_400_000, 'day');
}
