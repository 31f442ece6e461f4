import { useEffect, useRef, type KeyboardEvent, type MouseEvent } from 'react';
import { useText } from '../../../i18n/messages.ts';
import { classes } from '../../kit/classes.ts';
import { useVirtual } from '../../kit/use-virtual.ts';
import type { Picked } from '../Matrix.tsx';
import { cellOf, type Cell, type CellChange, type Group } from './groups.ts';
import styles from './Matrix.module.css';
import { HEAD_WIDTH, MatrixHead, MatrixRow } from './MatrixRow.tsx';
import type { ShownMatrix } from './use-matrix.ts';

/** The cells, drawn where they can be seen: rows and columns are both virtual, and what is drawn stays as it is while it scrolls. */
export function MatrixGrid({
  shown,
  changed,
  rows,
  columns,
  pods,
  picked,
  onPick,
  onSend,
}: {
  readonly shown: ShownMatrix;
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

  const seen = useRef(picked);
  useEffect(() => {
    if (seen.current === picked) return;
    seen.current = picked;
    const row = rows.findIndex((g) => g.id === picked?.from);
    const column = columns.findIndex((g) => g.id === picked?.to);
    if (row < 0 || column < 0) return;
    rowItems.scrollToIndex(row);
    columnItems.scrollToIndex(column);
  }, [picked, rows, columns, rowItems, columnItems]);

  const rowsDrawn = rowItems.getVirtualItems();
  const columnsDrawn = columnItems.getVirtualItems();
  const drawn =
    rowsDrawn.some((i) => rows[i.index]?.id === picked?.from) &&
    columnsDrawn.some((i) => columns[i.index]?.id === picked?.to);

  const move = (row: number, column: number): void => {
    const from = rows[Math.max(0, Math.min(rows.length - 1, row))];
    const to = columns[Math.max(0, Math.min(columns.length - 1, column))];
    if (from === undefined || to === undefined) return;
    onPick({ from: from.id, to: to.id });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      const from = rows[at.row];
      const to = columns[at.column];
      if (from !== undefined && to !== undefined) onSend(cellOf(shown.matrix, from, to));
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
      if (from !== undefined && to !== undefined) onSend(cellOf(shown.matrix, from, to));
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
        <MatrixHead groups={columns} items={columnsDrawn} height={head} picked={picked?.to} />
        {rowsDrawn.map((row) => {
          const from = rows[row.index];
          return (
            from !== undefined && (
              <MatrixRow
                key={from.id}
                shown={shown}
                changed={changed}
                from={from}
                row={row.index}
                top={head + row.start}
                height={row.size}
                columns={columns}
                items={columnsDrawn}
                small={small}
                picked={picked?.from === from.id ? picked.to : undefined}
              />
            )
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
