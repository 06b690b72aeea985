import type { DataSource } from 'typeorm';

const HOUR_MS = 3_600_000;

/** For each endpoint, adds figures of the 23 hours before the current hour, as if the endpoint had existed then. */
export async function addPastHours(dataSource: DataSource): Promise<void> {
  const endpoints: { id: string; url: string }[] = await dataSource.query(
    'select id, url from webhook_endpoints where deleted_at is null',
  );
  const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  for (const [place, { id, url }] of endpoints.entries()) {
    for (let ago = 1; ago < 24; ago++) {
      const attempts = Math.round(40 + 30 * Math.sin((ago + place) / 3) + ((ago * 7 + place * 13) % 11));
      const fails = /\/(ok|hooks)\//.test(url)
        ? ago % 9 === 0
          ? 2
          : 0
        : url.includes('/busy')
          ? Math.round(attempts / 5)
          : ago < 5
            ? attempts
            : 1;
      await dataSource.query(
        `insert into webhook_endpoint_hours (endpoint_id, hour, delivered, retried, exhausted, status_2xx, status_5xx, ms_100, ms_500)
         values ($1, $2, $3, $4, $5, $3, $6, $3, $6) on conflict do nothing`,
        [id, thisHour - ago * HOUR_MS, attempts - fails, Math.ceil(fails / 2), Math.floor(fails / 2), fails],
      );
    }
  }
}
