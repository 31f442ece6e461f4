import { useRef, type KeyboardEvent, type MouseEvent } from 'react';
import { useText } from '../../../i18n/messages.ts';
import type { MatrixResult } from '../../../worker/protocol.ts';
import { classes } from '../../kit/classes.ts';
import { useVirtual } from '../../kit/use-virtual.ts';
import type { Picked } from '../Matrix.tsx';
import { CellMark } from './CellMark.tsx';
import { cellOf, type Cell, type CellChange, changeOf, type Group } from './groups.ts';
import styles from './Matrix.module.css';

const HEAD_WIDTH = 152;

/** The cells, drawn where they can be seen: rows and columns are both virtual, so 300 pods are 300 pods. */
export function MatrixGrid({
  result,
  changed,
  rows,
  columns,
  pods,
  picked,
  onPick,
  onSend,
}: {
  readonly result: MatrixResult;
  /** Pairs that the last edit changed, by row and column. */
  readonly changed: ReadonlyMap<number, ReadonlyMap<number, CellChange>>;
  readonly rows: readonly Group[];
  readonly columns: readonly Group[];
  /** One pod for each row: small cells, a glyph without its word. */
  readonly pods: boolean;
  readonly picked: Picked | undefined;
  readonly onPick: (cell: Picked) => void;
  readonly onSend: (cell: Cell) => void;
}) {
  const { matrix: t } = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const small = pods && columns.length > 12;
  const width = small ? 32 : 96;
  const height = small ? 28 : 42;
  // Small columns have their names set upright.
  const head = small ? 96 : 48;
  const rowItems = useVirtual({ count: rows.length, scroller, size: height, overscan: 4 });
  const columnItems = useVirtual({
    count: columns.length,
    scroller,
    size: width,
    overscan: 4,
    horizontal: true,
  });
  const at = {
    row: Math.max(
      0,
      rows.findIndex((g) => g.id === picked?.from),
    ),
    column: Math.max(
      0,
      columns.findIndex((g) => g.id === picked?.to),
    ),
  };

  const drawn =
    rowItems.getVirtualItems().some((i) => rows[i.index]?.id === picked?.from) &&
    columnItems.getVirtualItems().some((i) => columns[i.index]?.id === picked?.to);

  const move = (row: number, column: number): void => {
    const from = rows[Math.max(0, Math.min(rows.length - 1, row))];
    const to = columns[Math.max(0, Math.min(columns.length - 1, column))];
    if (from === undefined || to === undefined) return;
    onPick({ from: from.id, to: to.id });
    rowItems.scrollToIndex(rows.indexOf(from));
    columnItems.scrollToIndex(columns.indexOf(to));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      const from = rows[at.row];
      const to = columns[at.column];
      if (from !== undefined && to !== undefined) onSend(cellOf(result, from, to));
      return;
    }
    const next = picked === undefined ? { row: 0, column: 0 } : moved(event.key, at);
    if (next === undefined || !event.key.startsWith('Arrow')) {
      if (event.key === 'Home') move(at.row, 0);
      else if (event.key === 'End') move(at.row, columns.length - 1);
      else return;
    } else move(next.row, next.column);
    event.preventDefault();
  };

  const onClick = (event: MouseEvent): void => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-column]');
    if (cell === null) return;
    move(Number(cell.dataset['row']), Number(cell.dataset['column']));
    if (event.detail === 2) {
      const from = rows[Number(cell.dataset['row'])];
      const to = columns[Number(cell.dataset['column'])];
      if (from !== undefined && to !== undefined) onSend(cellOf(result, from, to));
    }
  };

  return (
    <div
      ref={scroller}
      className={classes(styles.grid, small && styles.small)}
      role="grid"
      tabIndex={0}
      aria-label={t.title}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={drawn ? 'matrix-cell' : undefined}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div
        className={styles.canvas}
        role="rowgroup"
        style={{
          width: HEAD_WIDTH + columnItems.getTotalSize(),
          height: head + rowItems.getTotalSize(),
        }}
      >
        <div role="row" aria-rowindex={1} className={styles.headRow} style={{ height: head }}>
          <span role="columnheader" className={styles.corner} style={{ width: HEAD_WIDTH }}>
            {t.corner}
          </span>
          {columnItems.getVirtualItems().map((item) => {
            const group = columns[item.index];
            if (group === undefined) return null;
            return (
              <span
                key={group.id}
                role="columnheader"
                aria-colindex={item.index + 2}
                className={classes(styles.columnHead, group.id === picked?.to && styles.kin)}
                style={{ left: HEAD_WIDTH + item.start, width: item.size }}
                title={group.id}
              >
                <small>{group.namespace}</small>
                <b>{group.name}</b>
              </span>
            );
          })}
        </div>
        {rowItems.getVirtualItems().map((row) => {
          const from = rows[row.index];
          if (from === undefined) return null;
          return (
            <div
              key={from.id}
              role="row"
              aria-rowindex={row.index + 2}
              className={styles.row}
              style={{ top: head + row.start, height: row.size }}
            >
              <span
                role="rowheader"
                className={classes(styles.rowHead, from.id === picked?.from && styles.kin)}
                style={{ width: HEAD_WIDTH }}
                title={from.id}
              >
                <b>{from.name}</b>
                {!small && (
                  <small>
                    {from.namespace} · {t.podCount({ n: from.members.length })}
                  </small>
                )}
              </span>
              {columnItems.getVirtualItems().map((column) => {
                const to = columns[column.index];
                if (to === undefined) return null;
                const cell = cellOf(result, from, to);
                const on = picked?.from === from.id && picked.to === to.id;
                const word = cellWord(cell, t);
                const change = changeOf(changed, from, to);
                return (
                  <span
                    // A new answer flashes anew.
                    key={change === undefined ? to.id : `${to.id} ${result.id}`}
                    id={on ? 'matrix-cell' : undefined}
                    role="gridcell"
                    aria-colindex={column.index + 2}
                    aria-selected={on}
                    aria-label={`${from.name} → ${to.name}: ${t.cells[cell.state]}${word === '' ? '' : `, ${word}`}${change === undefined ? '' : `, ${t.changed[change]}`}`}
                    className={classes(styles.cell, styles[cell.state], on && styles.selected)}
                    style={{ left: HEAD_WIDTH + column.start, width: column.size }}
                    data-changed={change}
                    data-row={row.index}
                    data-column={column.index}
                    tabIndex={-1}
                  >
                    <CellMark state={cell.state} size={small ? 12 : 16} />
                    {!small && <span className={styles.word}>{word}</span>}
                  </span>
                );
              })}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function moved(
  key: string,
  at: { row: number; column: number },
): { row: number; column: number } | undefined {
  switch (key) {
    case 'ArrowDown':
      return { ...at, row: at.row + 1 };
    case 'ArrowUp':
      return { ...at, row: at.row - 1 };
    case 'ArrowRight':
      return { ...at, column: at.column + 1 };
    case 'ArrowLeft':
      return { ...at, column: at.column - 1 };
    default:
      return undefined;
  }
}

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
