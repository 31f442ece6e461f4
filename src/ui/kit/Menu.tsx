import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { Button, IconButton } from './Button.tsx';
import { classes } from './classes.ts';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Menu.module.css';
import { Popover } from './Popover.tsx';

export interface MenuEntry {
  readonly id: string;
  readonly label: ReactNode;
  /** A second line, smaller. */
  readonly note?: ReactNode;
  readonly keys?: string;
  readonly icon?: IconName;
  /** Present: the entry is one of a group of choices. */
  readonly checked?: boolean;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
}

export interface MenuGroup {
  readonly id: string;
  readonly label?: string;
  readonly entries: readonly MenuEntry[];
}

interface MenuProps {
  /** What the button says; with `icon` alone, its accessible name. */
  readonly label: string;
  readonly content?: ReactNode;
  readonly icon?: IconName;
  readonly iconOnly?: boolean;
  readonly kind?: 'plain' | 'line';
  readonly align?: 'start' | 'end';
  readonly groups: readonly MenuGroup[];
  readonly className?: string;
  readonly width?: number;
}

/** A menu button and its menu by the WAI-ARIA pattern: arrows, Home, End, first letters, Escape. */
export function Menu({
  label,
  content,
  icon,
  iconOnly,
  kind = 'plain',
  align = 'start',
  groups,
  className,
  width,
}: MenuProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const id = useId();
  const toggle = (): void => setOpen((was) => !was);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    setOpen(true);
  };
  const common = {
    ref: anchor as Ref<HTMLButtonElement>,
    'aria-haspopup': 'menu' as const,
    'aria-expanded': open,
    'aria-controls': open ? id : undefined,
    onClick: toggle,
    onKeyDown,
    className,
  };
  return (
    <>
      {iconOnly === true && icon !== undefined ? (
        <IconButton {...common} icon={icon} label={label} />
      ) : (
        <Button {...common} kind={kind} icon={icon} opens>
          {content ?? label}
        </Button>
      )}
      <Popover
        anchor={anchor}
        open={open}
        onClose={() => setOpen(false)}
        align={align}
        role="menu"
        id={id}
        label={label}
      >
        <MenuList groups={groups} onDone={() => setOpen(false)} width={width} />
      </Popover>
    </>
  );
}

/** The entries of an open menu; focuses the checked one or the first. */
function MenuList({
  groups,
  onDone,
  width,
}: {
  readonly groups: readonly MenuGroup[];
  readonly onDone: () => void;
  readonly width: number | undefined;
}) {
  const list = useRef<HTMLDivElement>(null);
  const items = (): HTMLElement[] => [
    ...(list.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)') ?? []),
  ];
  useEffect(() => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]:not(:disabled)') ?? [])];
    (all.find((i) => i.getAttribute('aria-checked') === 'true') ?? all[0])?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const go = (to: HTMLElement | undefined): void => {
      event.preventDefault();
      event.stopPropagation();
      to?.focus();
    };
    if (event.key === 'ArrowDown') go(all[(at + 1) % all.length]);
    else if (event.key === 'ArrowUp') go(all[(at - 1 + all.length) % all.length]);
    else if (event.key === 'Home') go(all[0]);
    else if (event.key === 'End') go(all.at(-1));
    else if (event.key === 'Tab') onDone();
    else if (event.key.length === 1 && event.key !== ' ') {
      const letter = event.key.toLowerCase();
      const rest = [...all.slice(at + 1), ...all.slice(0, at + 1)];
      go(rest.find((i) => i.textContent?.trim().toLowerCase().startsWith(letter)));
    }
  };
  return (
    <div ref={list} onKeyDown={onKeyDown} style={{ minWidth: width ?? 200 }} role="presentation">
      {groups
        .filter((g) => g.entries.length > 0)
        .map((group) => (
          <div key={group.id} role="group" aria-label={group.label} className={styles.group}>
            {group.label !== undefined && (
              <div className={styles.heading} aria-hidden="true">
                {group.label}
              </div>
            )}
            {group.entries.map((entry) => (
              <button
                key={entry.id}
                type="button"
                role={entry.checked === undefined ? 'menuitem' : 'menuitemradio'}
                aria-checked={entry.checked}
                tabIndex={-1}
                disabled={entry.disabled}
                className={styles.item}
                onClick={() => {
                  onDone();
                  entry.onSelect();
                }}
              >
                {entry.checked !== undefined && (
                  <span className={styles.mark}>{entry.checked && <Icon name="check" size={14} />}</span>
                )}
                {entry.icon !== undefined && <Icon name={entry.icon} className={styles.icon} />}
                <span className={styles.words}>
                  <span className={classes(entry.checked === true && styles.chosen)}>{entry.label}</span>
                  {entry.note !== undefined && <span className={styles.note}>{entry.note}</span>}
                </span>
                {entry.keys !== undefined && <kbd className={styles.keys}>{entry.keys}</kbd>}
              </button>
            ))}
          </div>
        ))}
    </div>
  );
}
