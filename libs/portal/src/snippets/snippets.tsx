import { useQuery } from '../data/index.ts';
import { useState } from 'preact/hooks';
import { queries } from '../api/queries.ts';
import type { Endpoint, EventTypeList } from '../api/types.ts';
import { CodeBlock } from '../design/code-block.tsx';
import { LoadError, Loading } from '../design/states.tsx';
import { useProfile } from '../session/session-context.ts';
import { t } from '../strings/translate.ts';
import { fillTemplate, LANGUAGES, type Language, type SnippetSubject } from './snippet.ts';
import { templatesOf } from './templates.ts';
import './snippets.css';

/**
 * Returns an example of an event that the webhook lists by name, or the profile's first example if there is no such
 * event.
 */
function exampleOf(
  { data }: EventTypeList,
  events: readonly string[],
): SnippetSubject['example'] | undefined {
  const requests = data.flatMap((type) => type.requests);
  return requests.find(({ event }) => events.includes(event)) ?? requests[0];
}

/** Code that verifies the requests of a webhook, and a signed request to try the code with. */
export function Snippets({ endpoint }: { endpoint: Endpoint }) {
  const rules = useProfile(endpoint.profile);
  const { data, error, refetch } = useQuery(queries.eventTypes(endpoint.profile));
  const [language, setLanguage] = useState<Language>('node');
  const templates = useQuery(templatesOf(language));
  if (!rules?.signature) return <p class="muted">{t('snippet.none')}</p>;
  if (error) return <LoadError error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const example = exampleOf(data, endpoint.events) ?? { headers: {}, body: '{}' };
  const subject = { signature: rules.signature, url: endpoint.url, example };
  const intro = rules.secret.owner === 'account' ? 'snippet.introAccount' : 'snippet.intro';
  return (
    <div class="stack stack-tight">
      <div class="languages" role="group" aria-label={t('snippet.language')}>
        {LANGUAGES.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            class="language"
            aria-pressed={language === id}
            onClick={() => setLanguage(id)}
          >
            {title}
          </button>
        ))}
      </div>
      <p class="muted small">{t(language === 'curl' ? 'snippet.introCurl' : intro)}</p>
      {templates.data ? (
        <CodeBlock code={fillTemplate(templates.data, language, subject)} what={t('snippet.code')} />
      ) : templates.error ? (
        <LoadError error={templates.error} retry={() => void templates.refetch()} />
      ) : (
        <Loading />
      )}
    </div>
  );
}
