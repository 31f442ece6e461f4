import { useText } from '../../../i18n/messages.ts';
import { IconButton } from '../../kit/Button.tsx';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/Icon.tsx';
import { type CellChange, changeAt } from './groups.ts';
import styles from './Matrix.module.css';
import type { ShownMatrix } from './use-matrix.ts';

const SHOWN = 200;

type Pair = readonly [number, number];

const ICONS = { opens: 'check', closes: 'cross', differs: 'question' } as const;
const ORDER: readonly CellChange[] = ['opens', 'closes', 'differs'];

/** The pairs that the last edit opened or closed; each leads to its cell, and is sent where a port is known to ask. */
export function ChangedPairs({
  shown: { matrix, changes },
  onPick,
  sender,
}: {
  readonly shown: ShownMatrix;
  readonly onPick: (pair: Pair) => void;
  readonly sender: (pair: Pair) => (() => void) | undefined;
}) {
  const { matrix: t } = useText();
  if (changes === undefined) return null;
  const pairs = changes.cells.map((pair) => ({ pair, change: changeAt(matrix, pair) }));
  const sorted = ORDER.flatMap((change) => pairs.filter((one) => one.change === change));
  const all = changes.opens + changes.closes + changes.others;
  return (
    <aside className={styles.reason} aria-label={t.pairsTitle}>
      <h3>{t.pairsTitle}</h3>
      <p>{t.changes(changes)}</p>
      <ul className={styles.pairs}>
        {sorted.slice(0, SHOWN).map(({ pair, change }) => {
          const names = { from: matrix.pods[pair[0]] ?? '', to: matrix.pods[pair[1]] ?? '' };
          const send = sender(pair);
          return (
            <li key={pair.join()} className={classes(styles[change])}>
              <Icon name={ICONS[change]} size={14} />
              <button
                type="button"
                aria-label={`${t.pair(names)}: ${t.changed[change]}`}
                onClick={() => onPick(pair)}
              >
                {t.pair(names)}
              </button>
              {send !== undefined && <IconButton icon="play" label={t.sendPair(names)} onClick={send} />}
            </li>
          );
        })}
      </ul>
      {all > SHOWN && <p>{t.morePairs({ n: all - Math.min(SHOWN, sorted.length) })}</p>}
    </aside>
  );
}
