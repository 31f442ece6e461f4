import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { classes } from './classes.ts';
import styles from './Splitter.module.css';

/**
 * A movable border between two panels by the WAI-ARIA window splitter pattern. `grows` says which way the panel's
 * size grows; a double click puts it back.
 */
export function Splitter({
  label,
  axis,
  grows,
  value,
  min,
  max,
  initial,
  onChange,
  className,
}: {
  readonly label: string;
  /** x: a vertical border that moves sideways. */
  readonly axis: 'x' | 'y';
  readonly grows: 1 | -1;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  readonly onChange: (value: number) => void;
  readonly className?: string;
}) {
  const start = useRef<{ at: number; value: number } | undefined>(undefined);
  const clamp = (v: number): number => Math.round(Math.max(min, Math.min(max, v)));
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { at: axis === 'x' ? event.clientX : event.clientY, value };
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (start.current === undefined) return;
    const moved = (axis === 'x' ? event.clientX : event.clientY) - start.current.at;
    onChange(clamp(start.current.value + moved * grows));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const [less, more] = axis === 'x' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const step = event.shiftKey ? 64 : 16;
    let next: number | undefined;
    if (event.key === less) next = value - step * grows;
    else if (event.key === more) next = value + step * grows;
    else if (event.key === 'Home') next = min;
    else if (event.key === 'End') next = max;
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(clamp(next));
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(value)}
      aria-valuemin={min}
      aria-valuemax={Math.round(max)}
      className={classes(styles.splitter, axis === 'x' ? styles.x : styles.y, className)}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        start.current = undefined;
      }}
      onDoubleClick={() => onChange(initial)}
      onKeyDown={onKeyDown}
    />
  );
}
