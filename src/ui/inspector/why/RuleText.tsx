import { Fragment, type ReactNode } from 'react';
import type { RowText } from './use-rows.ts';
import styles from './Why.module.css';

/** Parts of a printed row that carry its decision: what it does, not what it matches. */
const DECIDES =
  /(--to-destination \S+|-j (?:SNAT|MASQUERADE|DROP|REJECT|ACCEPT|RETURN|MARK)\b.*$|dst [\d.a-f:]+|lladdr \S+|dev \S+(?! dst)(?! lladdr)\b)/;

/** A rule's comment repeats what the card says in words; it is folded, and hovering shows it. */
const COMMENT = /(-m comment --comment (?:"[^"]*"|\S+) ?)/;

function folded(text: string): ReactNode[] {
  return text.split(COMMENT).map((part, i) =>
    i % 2 === 1 ? (
      <span key={i} title={part.trim()} className={styles.folded}>
        …{' '}
      </span>
    ) : (
      <Fragment key={i}>{part}</Fragment>
    ),
  );
}

/** One row as its command prints it; the deciding part of the last one is marked, the rows before it are quiet. */
export function RuleText({ row, last }: { readonly row: RowText; readonly last: boolean }) {
  // The comment of a rule that drops or rejects is its reason.
  const fold = !/-j (?:DROP|REJECT)/.test(row.text);
  const parts = last ? row.text.trim().split(DECIDES) : [row.text.trim()];
  return (
    <code className={last ? styles.rule : styles.ruleBefore} title={row.text.trim()}>
      {parts.map((part, i) =>
        i % 2 === 1 ? <mark key={i}>{part}</mark> : <Fragment key={i}>{fold ? folded(part) : part}</Fragment>,
      )}
    </code>
  );
}
