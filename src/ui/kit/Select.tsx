import type { ComponentProps } from 'react';
import { classes } from './classes.ts';
import styles from './Select.module.css';

/** The browser's own list of choices, drawn as every other field. */
export function Select({ className, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={classes(styles.box, className)}>
      <select className={styles.field} {...rest} />
    </span>
  );
}
