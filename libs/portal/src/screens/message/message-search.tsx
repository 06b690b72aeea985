import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { navigate } from '../../routing/location.ts';
import { t } from '../../strings/translate.ts';

export function MessageSearch({ subject }: { subject: string }) {
  const [text, setText] = useState(subject);
  useEffect(() => setText(subject), [subject]);
  const search = (event: Event) => {
    event.preventDefault();
    if (text.trim()) navigate({ screen: 'message', subject: text.trim() });
  };
  return (
    <search>
      <form class="message-search" onSubmit={search}>
        <TextField
          label={t('message.id')}
          type="search"
          mono
          required
          autoComplete="off"
          placeholder="msg_…"
          value={text}
          onInput={setText}
        />
        <Button kind="primary" type="submit" icon="search">
          {t('message.search')}
        </Button>
      </form>
    </search>
  );
}
