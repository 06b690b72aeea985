import { Button, IconButton } from '../design/button.tsx';
import { FieldErrors } from '../design/field.tsx';
import { t } from '../strings/translate.ts';
import type { HeaderRow } from './form-values.ts';
import type { FormPartProps } from './form-part.tsx';

/** Custom headers. Stored values are never shown, so a change of one header needs the values of all headers. */
export function HeaderFields({
  values,
  set,
  errorsOf,
  headerNames,
}: FormPartProps & { headerNames: readonly string[] }) {
  const rows = values.headers;
  const change = (place: number, changed: Partial<HeaderRow>) =>
    set({ headers: rows!.map((row, index) => (index === place ? { ...row, ...changed } : row)) });
  return (
    <fieldset class="fieldset">
      <legend class="field-label">{t('form.headers')}</legend>
      <div class="field-hint">{t('form.headersHint')}</div>
      {rows === null ? (
        <div class="row">
          <span class="mono">{headerNames.join(', ') || t('form.noHeaders')}</span>
          <Button small onClick={() => set({ headers: headerNames.map((name) => ({ name, value: '' })) })}>
            {t(headerNames.length > 0 ? 'form.replaceHeaders' : 'form.addHeader')}
          </Button>
        </div>
      ) : (
        <>
          {rows.map((row, place) => (
            <div key={place} class="header-row">
              <input
                class="input mono"
                aria-label={t('form.headerName', { number: place + 1 })}
                placeholder="x-api-key"
                value={row.name}
                onInput={(event) => change(place, { name: event.currentTarget.value })}
              />
              <input
                class="input mono"
                aria-label={t('form.headerValue', { number: place + 1 })}
                autoComplete="off"
                value={row.value}
                onInput={(event) => change(place, { value: event.currentTarget.value })}
              />
              <IconButton
                icon="cross"
                label={t('form.removeHeader', { name: row.name || place + 1 })}
                onClick={() => set({ headers: rows.filter((_, index) => index !== place) })}
              />
            </div>
          ))}
          <div>
            <Button small icon="plus" onClick={() => set({ headers: [...rows, { name: '', value: '' }] })}>
              {t('form.addHeader')}
            </Button>
          </div>
        </>
      )}
      <FieldErrors errors={errorsOf('headers')} />
    </fieldset>
  );
}
