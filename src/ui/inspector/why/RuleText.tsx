import { Fragment } from 'react';
import type { RowText } from './use-rows.ts';
import styles from './Why.module.css';

/** Parts of a printed row that carry its decision: what it does, not what it matches. */
const DECIDES =
  /(--to-destination \S+|--to-source \S+|-j (?:DNAT|SNAT|MASQUERADE|DROP|REJECT|ACCEPT|RETURN|MARK)\b.*$|dev \S+|dst [\d.a-f:]+|lladdr \S+)/;

/** One row as its command prints it; the deciding part of the last one is marked, the rows before it are quiet. */
export function RuleText({ row, last }: { readonly row: RowText; readonly last: boolean }) {
  const parts = last ? row.text.split(DECIDES) : [row.text];
  return (
    <code className={last ? styles.rule : styles.ruleBefore}>
      {parts.map((part, i) =>
        i % 2 === 1 ? <mark key={i}>{part}</mark> : <Fragment key={i}>{part}</Fragment>,
      )}
    </code>
  );
}
