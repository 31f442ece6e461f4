import { useText } from '../../../i18n/messages.ts';
import type { Step } from '../../../sim/trace/trace.ts';
import { changesOf } from './changes.ts';
import styles from './Why.module.css';

/** Old values struck through beside the new ones; the outer headers of a tunnel; the size. */
export function ChangedFields({ step }: { readonly step: Step }) {
  const texts = useText();
  const t = texts.inspector;
  const changes = changesOf(step);
  if (changes === undefined) return null;
  const { tunnel, size, keptSource } = changes;
  const put = tunnel?.put === 'on';
  return (
    <table className={styles.changes}>
      <caption className="visually-hidden">{t.changed}</caption>
      <tbody>
        {changes.fields.map((change) => (
          <tr key={change.key}>
            <th scope="row">{fieldName(change.key, texts)}</th>
            <td>
              <s aria-label={`${t.before} ${change.before}`}>{change.before}</s>{' '}
              <span aria-hidden="true">→</span>{' '}
              <b className={step.kind === 'nat' ? styles.new : styles.plainNew}>{change.after}</b>
            </td>
          </tr>
        ))}
        {tunnel !== undefined && (
          <>
            <tr>
              <th scope="row">{t.outer} IP</th>
              <td>
                {put ? (
                  <b className={styles.wrapped}>
                    {tunnel.src} → {tunnel.dst}
                  </b>
                ) : (
                  <s>
                    {tunnel.src} → {tunnel.dst}
                  </s>
                )}
              </td>
            </tr>
            <tr>
              <th scope="row">{t.outerBy}</th>
              <td>{put ? <b className={styles.wrapped}>{tunnel.by}</b> : <s>{tunnel.by}</s>}</td>
            </tr>
          </>
        )}
        {size !== undefined && (
          <tr>
            <th scope="row">{t.size}</th>
            <td>{t.sizeChange(size)}</td>
          </tr>
        )}
        {keptSource !== undefined && (
          <tr>
            <th scope="row">{t.sources}</th>
            <td>{t.sourceKept({ src: keptSource })}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function fieldName(key: string, t: ReturnType<typeof useText>): string {
  const names: Readonly<Record<string, string>> = t.inspector.fieldNames;
  return names[key] ?? t.packet.fields[key]?.name ?? key;
}
