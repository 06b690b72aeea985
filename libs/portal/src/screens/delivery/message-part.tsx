import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../design/button.tsx';
import { CodeBlock } from '../../design/code-block.tsx';
import { t } from '../../strings/translate.ts';
import { prettyBody } from './pretty-body.ts';

/** Headers of a request or a response, one per line. */
export function Headers({ headers, what }: { headers: Readonly<Record<string, string>>; what: string }) {
  return (
    <dl class="headers" aria-label={what}>
      {Object.entries(headers).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface BodyProps {
  body: string;
  /** What the body is, such as `request body`. The copy button is named after this. */
  what: string;
  notes?: ComponentChildren;
}

/** Shows a body indented. If the visitor wants, shows the body exactly as it was sent. */
export function Body({ body, what, notes }: BodyProps) {
  const pretty = prettyBody(body);
  const [raw, setRaw] = useState(false);
  return (
    <div class="stack stack-tight">
      <div class="row row-spread">
        <h3>{t('delivery.body')}</h3>
        {pretty !== null && (
          <Button small kind="quiet" aria-pressed={raw} onClick={() => setRaw(!raw)}>
            {t(raw ? 'delivery.pretty' : 'delivery.raw')}
          </Button>
        )}
      </div>
      <CodeBlock code={raw ? body : (pretty ?? body)} what={what} />
      {notes}
    </div>
  );
}

export function Note({ children }: { children: ComponentChildren }) {
  return <p class="muted small">{children}</p>;
}
