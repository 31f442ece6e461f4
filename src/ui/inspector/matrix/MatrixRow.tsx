import { memo } from 'react';
import type { VirtualItem } from '@tanstack/react-virtual';
import { useText } from '../../../i18n/messages.ts';
import { classes } from '../../kit/classes.ts';
import { CellMark } from './CellMark.tsx';
import { cellOf, type Cell, type CellChange, changeOf, type Group } from './groups.ts';
import styles from './Matrix.module.css';
import type { ShownMatrix } from './use-matrix.ts';

export const HEAD_WIDTH = 152;

/** The same list for as long as the same ones are drawn. */
type Items = readonly VirtualItem[];

export const MatrixHead = memo(function MatrixHead({
  groups,
  items,
  height,
  picked,
}: {
  readonly groups: readonly Group[];
  readonly items: Items;
  readonly height: number;
  readonly picked: string | undefined;
}) {
  const { matrix: t } = useText();
  return (
    <div role="row" aria-rowindex={1} className={styles.headRow} style={{ height }}>
      <span role="columnheader" className={styles.corner} style={{ width: HEAD_WIDTH }}>
        {t.corner}
      </span>
      {items.map((item) => {
        const group = groups[item.index];
        return (
          group !== undefined && (
            <span
              key={group.id}
              role="columnheader"
              aria-colindex={item.index + 2}
              className={classes(styles.columnHead, group.id === picked && styles.kin)}
              style={{ left: HEAD_WIDTH + item.start, width: item.size }}
              title={group.id}
            >
              <small>{group.namespace}</small>
              <b>{group.name}</b>
            </span>
          )
        );
      })}
    </div>
  );
});

/** One sender. Scrolling draws the rows that come into sight, and no other again. */
export const MatrixRow = memo(function MatrixRow({
  shown,
  changed,
  from,
  row,
  top,
  height,
  columns,
  items,
  small,
  picked,
}: {
  readonly shown: ShownMatrix;
  /** Pairs that the last edit changed, by row and column. */
  readonly changed: ReadonlyMap<number, ReadonlyMap<number, CellChange>>;
  readonly from: Group;
  readonly row: number;
  readonly top: number;
  readonly height: number;
  readonly columns: readonly Group[];
  readonly items: Items;
  readonly small: boolean;
  /** The column of the picked cell, if that is in this row. */
  readonly picked: string | undefined;
}) {
  const { matrix: t } = useText();
  return (
    <div role="row" aria-rowindex={row + 2} className={styles.row} style={{ top, height }}>
      <span
        role="rowheader"
        className={classes(styles.rowHead, picked !== undefined && styles.kin)}
        style={{ width: HEAD_WIDTH }}
        title={from.id}
      >
        <b>{from.name}</b>
        <small>
          {small ? from.namespace : `${from.namespace} · ${t.podCount({ n: from.members.length })}`}
        </small>
      </span>
      {items.map((item) => {
        const to = columns[item.index];
        if (to === undefined) return null;
        const change = changeOf(changed, from, to);
        return (
          <MatrixCell
            // A new answer flashes anew.
            key={change === undefined ? to.id : `${to.id} ${shown.id}`}
            shown={shown}
            change={change}
            from={from}
            to={to}
            row={row}
            column={item.index}
            left={HEAD_WIDTH + item.start}
            width={item.size}
            small={small}
            on={picked === to.id}
          />
        );
      })}
    </div>
  );
});

const MatrixCell = memo(function MatrixCell({
  shown,
  change,
  from,
  to,
  row,
  column,
  left,
  width,
  small,
  on,
}: {
  readonly shown: ShownMatrix;
  readonly change: CellChange | undefined;
  readonly from: Group;
  readonly to: Group;
  readonly row: number;
  readonly column: number;
  readonly left: number;
  readonly width: number;
  readonly small: boolean;
  readonly on: boolean;
}) {
  const { matrix: t } = useText();
  const cell = cellOf(shown.matrix, from, to);
  const word = cellWord(cell, t);
  return (
    <span
      id={on ? 'matrix-cell' : undefined}
      role="gridcell"
      aria-colindex={column + 2}
      aria-selected={on}
      aria-label={`${from.name} → ${to.name}: ${t.cells[cell.state]}${word === '' ? '' : `, ${word}`}${change === undefined ? '' : `, ${t.changed[change]}`}`}
      className={classes(styles.cell, styles[cell.state], on && styles.selected)}
      style={{ left, width }}
      data-changed={change}
      data-row={row}
      data-column={column}
      tabIndex={-1}
    >
      <CellMark state={cell.state} size={small ? 12 : 16} />
      {!small && <span className={styles.word}>{word}</span>}
    </span>
  );
});

/** The word under a cell's glyph: the policy that let it in, the direction that stopped it, how many of the pairs. */
function cellWord(cell: Cell, t: ReturnType<typeof useText>['matrix']): string {
  if (cell.state === 'self') return t.cells.self;
  if (cell.state === 'some') return t.some({ allowed: cell.allowed, total: cell.total });
  const { reason } = cell;
  if (reason === undefined) return '';
  const first = reason.policies[0];
  if (reason.code === 'allowed' && first !== undefined) return first.slice(first.indexOf('/') + 1);
  return t.words[reason.code];
}
