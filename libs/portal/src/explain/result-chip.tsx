import { Icon } from '../design/icon.tsx';
import { explainAttempt, resultWord, type Tried } from './cause.ts';
import './explain.css';

/** An attempt in a word, such as `200` or `timeout`. Its tooltip is the sentence. */
export function ResultChip({ attempt }: { attempt: Tried }) {
  const explained = explainAttempt(attempt);
  return (
    <span class={`chip chip-${explained ? 'bad' : 'good'}`} title={explained?.title}>
      <Icon name={explained ? 'cross' : 'check'} />
      {resultWord(attempt)}
    </span>
  );
}
