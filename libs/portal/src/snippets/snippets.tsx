import { useQuery } from '../data/index.ts';
import { useState } from 'preact/hooks';
import { queries } from '../api/queries.ts';
import type { Endpoint, EventTypeList } from '../api/types.ts';
import { CodeBlock } from '../design/code-block.tsx';
import { LoadError, Loading } from '../design/states.tsx';
import { useProfile } from '../session/session-context.ts';
import { t } from '../strings/translate.ts';
import { codes } from './code/index.ts';
import { codeFor, LANGUAGES, type ExampleRequest, type Language } from './snippet.ts';
import './snippets.css';

/** The example of an event that the webhook gets; of any other, if it gets none that has one. */
function exampleOf({ data }: EventTypeList, events: readonly string[]): ExampleRequest | undefined {
  const requests = data.flatMap((type) => type.requests);
  return requests.find(({ event }) => events.includes(event)) ?? requests[0];
}

/** Code that verifies the requests of a webhook, and a signed request to try it with. */
export function Snippets({ endpoint }: { endpoint: Endpoint }) {
  const rules = useProfile(endpoint.profile);
  const { data, error, refetch } = useQuery(queries.eventTypes(endpoint.profile));
  const [language, setLanguage] = useState<Language>('node');
  if (!rules?.signature) return <p class="muted">{t('snippet.none')}</p>;
  if (error) return <LoadError error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const example = exampleOf(data, endpoint.events) ?? { headers: {}, body: '{}' };
  const code = codeFor(codes[language], { signature: rules.signature, url: endpoint.url, example });
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
      <CodeBlock code={code.trim()} what={t('snippet.code')} />
    </div>
  );
}
