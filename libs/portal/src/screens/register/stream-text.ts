import { catalogue, type StringKey } from '../../strings/catalogue.ts';
import { t } from '../../strings/translate.ts';

/** Label or placeholder of the field for the URL that gets an event: in the platform's words, if the catalogue has them. */
export function streamText(event: string, kind: 'label' | 'placeholder' = 'label'): string {
  const key = kind === 'label' ? `register.stream.${event}` : `register.streamPlaceholder.${event}`;
  if (key in catalogue) return t(key as StringKey);
  return kind === 'label' ? t('register.stream', { event }) : t('form.urlPlaceholder');
}
