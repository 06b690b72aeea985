import { useQuery } from '../../data/index.ts';
import { durationText } from '../../design/time.tsx';
import { numberText, t } from '../../strings/translate.ts';
import '../overview/overview.css';
import { Tile } from '../overview/tiles.tsx';
import { operatorQueries } from './operator-queries.ts';

/** The server counts up to this number. */
const MAX_COUNTED = 10_000;
const countText = (count: number): string => numberText(count) + (count >= MAX_COUNTED ? '+' : '');

/** How full the queue is. */
export function QueueTiles() {
  const { data } = useQuery(operatorQueries.stats());
  if (!data) return null;
  return (
    <dl class="tiles">
      <Tile label={t('operator.due')} value={countText(data.due)} />
      <Tile label={t('operator.oldest')} value={durationText(data.lagMs)} />
      <Tile label={t('operator.unrelayed')} value={countText(data.unrelayed)} />
      <Tile
        label={t('operator.inFlight')}
        value={numberText(data.inFlight)}
        note={t('operator.thisProcess')}
      />
    </dl>
  );
}
