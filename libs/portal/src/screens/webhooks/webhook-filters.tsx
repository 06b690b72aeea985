import { SelectField, TextField } from '../../design/field.tsx';
import { navigate } from '../../routing/location.ts';
import { t } from '../../strings/translate.ts';
import './webhooks.css';

const STATUSES = ['active', 'failing', 'paused', 'disabled'] as const;

/** Filters of the list. They are in the URL, so a filtered list can be shared. */
export function WebhookFilters({ status, words }: { status?: string; words?: string }) {
  return (
    <search class="filters">
      <TextField
        label={t('webhooks.search')}
        type="search"
        placeholder={t('webhooks.searchPlaceholder')}
        value={words ?? ''}
        onInput={(q) => navigate({ q, status }, { replace: true })}
      />
      <SelectField
        label={t('webhooks.status')}
        value={status ?? ''}
        onChange={(chosen) => navigate({ q: words, status: chosen }, { replace: true })}
        options={[
          { value: '', label: t('webhooks.anyStatus') },
          ...STATUSES.map((value) => ({ value, label: t(`endpoint.status.${value}`) })),
        ]}
      />
    </search>
  );
}
