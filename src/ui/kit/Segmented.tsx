import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './Segmented.module.css';
import { nextIndex } from './Tabs.tsx';

/** One choice of a few, all visible: a radio group drawn as a bar. */
export function Segmented<T extends string | number>({
  label,
  items,
  value,
  onChange,
}: {
  readonly label: string;
  readonly items: readonly { readonly id: T; readonly label: ReactNode; readonly name?: string }[];
  readonly value: T;
  readonly onChange: (id: T) => void;
}) {
  const bar = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextIndex(
      event.key,
      items.findIndex((i) => i.id === value),
      items.length,
    );
    const item = next === undefined ? undefined : items[next];
    if (item === undefined || next === undefined) return;
    event.preventDefault();
    onChange(item.id);
    (bar.current?.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div ref={bar} role="radiogroup" aria-label={label} className={styles.bar}>
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          role="radio"
          aria-checked={item.id === value}
          aria-label={item.name}
          tabIndex={item.id === value ? 0 : -1}
          className={classes(styles.item, item.id === value && styles.on)}
          onClick={() => onChange(item.id)}
          onKeyDown={onKeyDown}
        >
          {item.label}
        </button>
      ))}
    </div>
  );
}
