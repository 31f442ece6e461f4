import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './Button.module.css';
import { classes } from './classes.ts';
import { Icon, type IconName } from './Icon.tsx';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: 'plain' | 'line' | 'primary' | 'danger';
  readonly icon?: IconName;
  /** A caret after the label: the button opens a menu. */
  readonly opens?: boolean;
  readonly pressed?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children?: ReactNode;
}

/** A push button with a label, an optional glyph before it and a caret after it. */
export function Button({ kind = 'plain', icon, opens, pressed, className, children, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      className={classes(styles.button, styles[kind], pressed === true && styles.on, className)}
      {...rest}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children}
      {opens === true && <Icon name="down" className={styles.caret} />}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  readonly icon: IconName;
  /** Accessible name; shown as a tooltip. */
  readonly label: string;
  /** The keys that do the same, shown in the tooltip. */
  readonly keys?: string;
  readonly pressed?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A button that is only a glyph; its name is a tooltip. */
export function IconButton({ icon, label, keys, pressed, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      data-tip={label}
      data-tip-keys={keys}
      className={classes(styles.button, styles.glyph, pressed === true && styles.on, className)}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
