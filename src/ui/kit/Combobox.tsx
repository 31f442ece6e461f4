import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './Combobox.module.css';
import { Icon, type IconName } from './Icon.tsx';
import { place } from './place.ts';

export interface Choice {
  readonly value: string;
  /** Shown in the list; the value itself by default. */
  readonly label?: string;
  readonly note?: string;
  readonly group?: string;
  readonly icon?: IconName;
  /** Further words by which it is found. */
  readonly also?: string;
}

interface ComboboxProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  /** What the closed field shows for a value; the value itself by default. */
  readonly show?: (value: string) => string;
  /** Whether text that is no choice counts. */
  readonly free: boolean;
  readonly onChange: (value: string) => void;
  /** Enter in a field whose list is closed or has nothing chosen. */
  readonly onEnter?: () => void;
  readonly placeholder?: string;
  readonly nothing: string;
  readonly before?: ReactNode;
  readonly icon?: IconName;
  readonly mono?: boolean;
  readonly invalid?: string;
  readonly className?: string;
  readonly inputProps?: Readonly<Record<`data-${string}`, string>>;
}

const LIST_HEIGHT = 440;

/** A field with a filtered, grouped list by the WAI-ARIA combobox pattern; the focus stays in the field. */
export function Combobox({
  label,
  value,
  choices,
  show,
  free,
  onChange,
  onEnter,
  placeholder,
  nothing,
  before,
  icon,
  mono,
  invalid,
  className,
  inputProps,
}: ComboboxProps) {
  const id = useId();
  const field = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  /** What is typed but not taken over yet; undefined when the field shows its value. */
  const [draft, setDraft] = useState<string>();
  const [at, setAt] = useState(-1);

  const shown = draft ?? show?.(value) ?? value;
  const found = draft === undefined || draft === '' ? choices : filterChoices(choices, draft);
  const limited = found.slice(0, 200);

  useLayoutEffect(() => {
    const box = list.current;
    const anchor = field.current;
    if (!open || box === null || anchor === null) return;
    if (!box.matches(':popover-open')) box.showPopover();
    box.style.minWidth = `${anchor.offsetWidth}px`;
    place(box, anchor, 'start', LIST_HEIGHT);
  });

  const close = (): void => {
    setOpen(false);
    setAt(-1);
  };
  const take = (choice: Choice): void => {
    onChange(choice.value);
    setDraft(undefined);
    close();
  };
  const show_ = (): void => {
    if (open) return;
    setOpen(true);
    setAt(-1);
  };
  const move = (to: number): void => {
    setOpen(true);
    const next = limited.length === 0 ? -1 : (to + limited.length) % limited.length;
    setAt(next);
    requestAnimationFrame(() =>
      list.current?.querySelectorAll('[role="option"]')[next]?.scrollIntoView({ block: 'nearest' }),
    );
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const chosen = limited[at];
    if (event.key === 'ArrowDown')
      move(
        open
          ? at + 1
          : Math.max(
              0,
              limited.findIndex((c) => c.value === value),
            ),
      );
    else if (event.key === 'ArrowUp') move(open ? at - 1 : -1);
    else if (event.key === 'Escape' && open) {
      setDraft(undefined);
      close();
    } else if (event.key === 'Enter') {
      if (open && chosen !== undefined) take(chosen);
      else if (!free && draft !== undefined && limited[0] !== undefined) take(limited[0]);
      else {
        close();
        onEnter?.();
      }
    } else return;
    event.preventDefault();
  };
  const onBlur = (): void => {
    if (!free && draft !== undefined) {
      const exact = choices.find((c) => c.value === draft || c.label === draft);
      if (exact !== undefined) onChange(exact.value);
    }
    setDraft(undefined);
    close();
  };

  return (
    <div
      ref={field}
      className={classes(styles.field, invalid !== undefined && styles.invalid, className)}
      data-tip={open ? undefined : invalid}
      onPointerDown={(event) => {
        if (event.target === input.current) return;
        event.preventDefault();
        input.current?.focus();
        if (open) close();
        else show_();
      }}
    >
      {before !== undefined && <span className={styles.before}>{before}</span>}
      {icon !== undefined && <Icon name={icon} size={14} />}
      <input
        ref={input}
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
        aria-invalid={invalid !== undefined || undefined}
        className={classes(mono === true && styles.mono)}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        value={shown}
        onChange={(event) => {
          setDraft(event.target.value);
          if (free) onChange(event.target.value);
          setOpen(true);
          setAt(-1);
        }}
        onPointerDown={show_}
        onFocus={(event) => {
          if (!free) event.target.select();
        }}
        onBlur={onBlur}
        onKeyDown={onKeyDown}
        {...inputProps}
      />
      <Icon name="down" size={12} className={styles.caret} />
      {open && (
        <div ref={list} popover="manual" className={styles.list}>
          <div id={`${id}-list`} role="listbox" aria-label={label} className={styles.options}>
            {limited.map((choice, i) => {
              const heading = choice.group !== limited[i - 1]?.group ? choice.group : undefined;
              return (
                <div key={`${choice.group ?? ''} ${choice.value}`} role="presentation">
                  {heading !== undefined && (
                    <div className={styles.group} aria-hidden="true">
                      {heading}
                    </div>
                  )}
                  <button
                    type="button"
                    id={`${id}-${i}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={i === at}
                    className={classes(
                      styles.option,
                      i === at && styles.on,
                      choice.value === value && styles.current,
                    )}
                    onPointerMove={() => setAt(i)}
                    onPointerDown={(event) => {
                      event.preventDefault();
                      event.stopPropagation();
                    }}
                    onClick={(event) => {
                      event.stopPropagation();
                      take(choice);
                    }}
                  >
                    {choice.icon !== undefined && <Icon name={choice.icon} size={14} />}
                    <span className={classes(styles.label, mono === true && styles.mono)}>
                      {choice.label ?? choice.value}
                    </span>
                    {choice.note !== undefined && <span className={styles.note}>{choice.note}</span>}
                  </button>
                </div>
              );
            })}
          </div>
          {limited.length === 0 && (
            <p className={styles.nothing} role="status">
              {nothing}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

/** Choices that contain every typed word in their value, label or further words; those that start with it lead. */
export function filterChoices(choices: readonly Choice[], typed: string): readonly Choice[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const first = words[0] ?? '';
  const found = choices.filter((c) => {
    const all = `${c.value} ${c.label ?? ''} ${c.also ?? ''}`.toLowerCase();
    return words.every((w) => all.includes(w));
  });
  const starts = (c: Choice): boolean => (c.label ?? c.value).toLowerCase().startsWith(first);
  if (found.every((c) => c.group === undefined)) {
    return [...found.filter(starts), ...found.filter((c) => !starts(c))];
  }
  return found;
}
