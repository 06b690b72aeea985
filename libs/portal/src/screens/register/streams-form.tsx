import { useMutation, useQuery, useQueryClient } from '../../data/index.ts';
import { useState } from 'preact/hooks';
import { ApiError, asApiError } from '../../api/api-error.ts';
import { api } from '../../api/client.ts';
import type { Endpoint } from '../../api/types.ts';
import { announce } from '../../design/announcer.tsx';
import { Button, ButtonLink } from '../../design/button.tsx';
import { TextField } from '../../design/field.tsx';
import { Notice } from '../../design/notice.tsx';
import { LoadError, Loading, messageOf } from '../../design/states.tsx';
import { navigate } from '../../routing/location.ts';
import type { ProfileRules } from '../../session/session.ts';
import { t } from '../../strings/translate.ts';
import { streamText } from './stream-text.ts';

/** Returns the webhook of each event that has a webhook. */
function byEvent(endpoints: readonly Endpoint[]): Map<string, Endpoint> {
  return new Map(endpoints.flatMap((endpoint) => endpoint.events.map((event) => [event, endpoint])));
}

/** A form like the platform's own settings page, with one URL for each event. Saving adds, changes and deletes webhooks. */
export function StreamsForm({ rules }: { rules: ProfileRules }) {
  const query = { profile: rules.name, limit: 100 };
  const { data, error, refetch } = useQuery({
    queryKey: ['endpoints', query],
    queryFn: ({ signal }) => api.get('/webhooks', { query, signal }),
  });
  if (error) return <LoadError error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <StreamFields rules={rules} stored={byEvent(data.data)} />;
}

function StreamFields({ rules, stored }: { rules: ProfileRules; stored: ReadonlyMap<string, Endpoint> }) {
  const client = useQueryClient();
  const events = rules.eventNames ?? [];
  const [urls, setUrls] = useState<Record<string, string>>(() =>
    Object.fromEntries(events.map((event) => [event, stored.get(event)?.url ?? ''])),
  );
  const [errors, setErrors] = useState<Record<string, ApiError>>({});
  const save = useMutation({
    mutationFn: async () => {
      const problems: Record<string, ApiError> = {};
      /** Events that webhooks still have, by the id of a webhook that has lost one. */
      const left = new Map<string, string[]>();
      for (const event of events) {
        const url = urls[event]!.trim();
        const before = stored.get(event);
        const now = before && { ...before, events: left.get(before.id) ?? before.events };
        try {
          await saveStream(rules.name, event, url, now);
          if (now && url !== now.url)
            left.set(
              now.id,
              now.events.filter((name) => name !== event),
            );
        } catch (problem) {
          problems[event] = asApiError(problem);
        }
      }
      setErrors(problems);
      await client.invalidateQueries({ queryKey: ['endpoints'] });
      if (Object.keys(problems).length > 0) return;
      announce(t('register.streamsSaved'));
      navigate({});
    },
  });
  const removes = events.some((event) => stored.has(event) && !urls[event]!.trim());
  return (
    <form
      class="webhook-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!save.isPending) save.mutate();
      }}
    >
      <p class="field-hint">{t('register.streamsHint')}</p>
      {events.map((event) => (
        <TextField
          key={event}
          label={streamText(event)}
          type="url"
          mono
          autoComplete="off"
          placeholder={streamText(event, 'placeholder')}
          value={urls[event]!}
          onInput={(url) => setUrls({ ...urls, [event]: url })}
          errors={errors[event] ? [messageOf(errors[event])] : []}
        />
      ))}
      {removes && <Notice tone="warning" title={t('register.streamsRemove')} />}
      <div class="row">
        <Button kind="primary" type="submit" busy={save.isPending}>
          {t('register.streamsSubmit')}
        </Button>
        <ButtonLink to={{}}>{t('action.cancel')}</ButtonLink>
      </div>
    </form>
  );
}

/**
 * Makes `url` receive the event. If `url` is empty, no webhook receives the event. If the stored webhook takes several events, it
 * loses only this one. The API gives an event to one webhook at a time, so the stored webhook loses the event first, and gets
 * the event back if the API refuses the new URL.
 */
async function saveStream(
  profile: string,
  event: string,
  url: string,
  stored: Endpoint | undefined,
): Promise<void> {
  if (!stored) {
    if (url) await api.post('/webhooks', { body: { profile, url, events: [event] } });
    return;
  }
  const path = { id: stored.id };
  const others = stored.events.filter((name) => name !== event);
  if (url === stored.url) return;
  if (others.length > 0) {
    await api.patch('/webhooks/{id}', { path, body: { events: others } });
    if (!url) return;
    await api
      .post('/webhooks', { body: { profile, url, events: [event] } })
      .catch(async (refused: unknown) => {
        await api.patch('/webhooks/{id}', { path, body: { events: stored.events } });
        throw refused;
      });
  } else if (url) await api.patch('/webhooks/{id}', { path, body: { url } });
  else await api.delete('/webhooks/{id}', { path });
}
