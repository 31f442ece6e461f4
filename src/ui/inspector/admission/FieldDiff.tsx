import { useText } from '../../../i18n/messages.ts';
import type { FieldChange } from '../../../sim/admission/field-changes.ts';
import { ScrollRegion } from '../../kit/ScrollRegion.tsx';
import { yamlText } from '../cluster/yaml-text.ts';
import styles from './Admission.module.css';

/** What a plug-in wrote into the object: the old value stays beside the new one. */
export function FieldDiff({ changes }: { readonly changes: readonly FieldChange[] }) {
  const { admission: t } = useText();
  return (
    <section className={styles.diff}>
      <h4>{t.changed}</h4>
      <dl>
        {changes.map(({ path, before, after }) => (
          <div key={path}>
            <dt>{path}</dt>
            <dd>
              {before !== undefined && (
                <s>
                  <span className="visually-hidden">{t.was} </span>
                  {text(before)}
                </s>
              )}
              {after === undefined ? <em>{t.nothingThere}</em> : <New path={path} value={text(after)} />}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Lines that are shown at once; a whole container scrolls. */
const AT_ONCE = 14;

function New({ path, value }: { readonly path: string; readonly value: string }) {
  const { admission: t } = useText();
  const ins = (
    <ins>
      <span className="visually-hidden">{t.is} </span>
      {value}
    </ins>
  );
  if (value.split('\n').length <= AT_ONCE) return ins;
  return (
    <ScrollRegion className={styles.long} label={path}>
      {ins}
    </ScrollRegion>
  );
}

function text(value: unknown): string {
  return yamlText(value).trim();
}
