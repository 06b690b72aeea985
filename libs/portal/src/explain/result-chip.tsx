import { Icon } from '../design/icon.tsx';
import { explainAttempt, resultWord, type Tried } from './cause.ts';
import './explain.css';

/** An attempt in one word, such as `200` or `timeout`. If the attempt failed, the tooltip explains why in a sentence. */
export function ResultChip({ attempt }: { attempt: Tried }) {
  const explained = explainAttempt(attempt);
  return (
    <span class={`chip chip-${explained ? 'bad' : 'good'}`} title={explained?.title}>
      <Icon name={explained ? 'cross' : 'check'} />
      {resultWord(attempt)}
    </span>
  );
}
