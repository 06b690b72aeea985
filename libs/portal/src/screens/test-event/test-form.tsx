import { useMutation, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { api } from '../../api/client.ts';
import type { EventType } from '../../api/types.ts';
import { Button } from '../../design/button.tsx';
import { SelectField, TextArea } from '../../design/field.tsx';
import { ActionError } from '../../design/states.tsx';
import { t } from '../../strings/translate.ts';
import { readJson } from './read-json.ts';
import { TestResult } from './test-result.tsx';

/** Longest wait for the outcome. Most webhooks have a shorter timeout. */
const WAIT_MS = 20_000;

const exampleText = (type: EventType | undefined): string => JSON.stringify(type?.example ?? {}, null, 2);

/** The name of an event type, with the platform's own names if they differ. */
function labelOf({ name, requests }: EventType): string {
  const names = [...new Set(requests.map(({ event }) => event))].filter((event) => event !== name);
  return names.length > 0 ? `${names.join(', ')} (${name})` : name;
}

export function TestForm({ endpointId, types }: { endpointId: string; types: readonly EventType[] }) {
  const client = useQueryClient();
  const [name, setName] = useState(types[0]?.name ?? '');
  const type = types.find((each) => each.name === name);
  const [text, setText] = useState(() => exampleText(type));
  const [problem, setProblem] = useState<string | null>(null);
  const test = useMutation({
    mutationFn: (data: Record<string, unknown>) =>
      api.post('/webhooks/{id}/test', {
        path: { id: endpointId },
        query: { wait: WAIT_MS },
        body: { type: name, data },
      }),
    onSuccess: () => {
      for (const key of ['endpoint', 'endpoints', 'deliveries', 'last-delivery', 'latest', 'unfinished'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const choose = (chosen: string) => {
    setName(chosen);
    setText(exampleText(types.find((each) => each.name === chosen)));
    setProblem(null);
  };
  const send = () => {
    const read = readJson(text);
    setProblem(read.problem);
    if (read.data) test.mutate(read.data);
  };
  if (types.length === 0) return <p>{t('test.noTypes')}</p>;
  return (
    <form
      class="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!test.isPending) send();
      }}
    >
      <SelectField
        label={t('test.type')}
        hint={type?.description}
        value={name}
        onChange={choose}
        options={types.map((each) => ({ value: each.name, label: labelOf(each) }))}
      />
      <TextArea
        label={t('test.data')}
        hint={t('test.dataHint')}
        rows={Math.min(12, text.split('\n').length)}
        value={text}
        onInput={setText}
        errors={problem ? [problem] : []}
      />
      <div class="row">
        <Button kind="primary" type="submit" icon="send" busy={test.isPending}>
          {t(test.data ? 'test.again' : 'test.send')}
        </Button>
        {text !== exampleText(type) && (
          <Button kind="quiet" onClick={() => choose(name)}>
            {t('test.reset')}
          </Button>
        )}
        <span class="muted" role="status">
          {test.isPending && t('test.waiting')}
        </span>
      </div>
      <ActionError error={test.error} />
      {test.data && !test.isPending && <TestResult result={test.data} endpointId={endpointId} />}
    </form>
  );
}
