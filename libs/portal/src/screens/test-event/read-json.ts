import { t } from '../../strings/translate.ts';

type ReadJson = { data: Record<string, unknown>; problem: null } | { data: null; problem: string };

/** Parses a JSON object, or says what is wrong with the text. */
export function readJson(text: string): ReadJson {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === 'object' && data !== null && !Array.isArray(data))
      return { data: data as Record<string, unknown>, problem: null };
    return { data: null, problem: t('test.notObject') };
  } catch (error) {
    return { data: null, problem: t('test.invalidJson', { problem: (error as Error).message }) };
  }
}
