import { Fragment } from 'react';
import styles from './CommandText.module.css';

/** A command's line that wraps between its words only: `-j` is one word, though browsers may break after a hyphen. */
export function CommandText({ text }: { readonly text: string }) {
  return text.split(/( +)/).map((part, i) =>
    i % 2 === 1 || part === '' ? (
      <Fragment key={i}>{part}</Fragment>
    ) : (
      <span key={i} className={styles.word}>
        {part}
      </span>
    ),
  );
}
