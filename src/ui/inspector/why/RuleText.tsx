import { Fragment, type ReactNode } from 'react';
import { CommandText } from '../CommandText.tsx';
import type { RowText } from './use-rows.ts';
import styles from './Why.module.css';

/** Parts of a printed row that carry its decision, the most telling first: what it does, not what it matches. */
const DECIDES = [
  /(--to-destination \S+)/,
  /(-j (?:SNAT|MASQUERADE|DROP|REJECT|ACCEPT|RETURN|MARK)\b.*$)/,
  // nft's statements, and the verdict of a map's element.
  /(dnat (?:ip6? )?to .+$)/,
  /(masquerade(?: fully-random)?$)/,
  /(meta mark set meta mark \S+ \S+)/,
  /((?:jump|goto) \S+|\b(?:accept|drop|reject)(?: with [\w -]+)?(?= comment|$))/,
  /( dst [\d.a-f:]+)/,
  /(lladdr \S+)/,
  /(dev \S+)/,
];

/** A rule's comment repeats what the card says in words; it is folded, and hovering shows it. */
const COMMENT = /(-m comment --comment (?:"[^"]*"|\S+) ?)/;

function folded(text: string): ReactNode[] {
  return text.split(COMMENT).map((part, i) =>
    i % 2 === 1 ? (
      <span key={i} title={part.trim()} className={styles.folded}>
        …{' '}
      </span>
    ) : (
      <CommandText key={i} text={part} />
    ),
  );
}

/** One row as its command prints it; the deciding part of the last one is marked, the rows before it are quiet. */
export function RuleText({ row, last }: { readonly row: RowText; readonly last: boolean }) {
  const text = row.text.trim();
  // The comment of a rule that drops or rejects is its reason.
  const fold = !/-j (?:DROP|REJECT)/.test(text);
  const decides = last ? DECIDES.find((d) => d.test(text)) : undefined;
  const parts = decides === undefined ? [text] : text.split(decides);
  return (
    <code className={last ? styles.rule : styles.ruleBefore} title={text}>
      {parts.map((part, i) =>
        i % 2 === 1 ? (
          <Fragment key={i}>
            {part.startsWith(' ') ? ' ' : ''}
            <mark>
              <CommandText text={part.trim()} />
            </mark>
          </Fragment>
        ) : (
          <Fragment key={i}>{fold ? folded(part) : <CommandText text={part} />}</Fragment>
        ),
      )}
    </code>
  );
}
