import { useState } from 'react';
import { AREAS, type Area, type Verified, verified } from '../../content/fidelity/fidelity.ts';
import { useText } from '../../i18n/messages.ts';
import type { Fidelity } from '../../sim/plugin.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import { Dialog } from '../kit/Dialog.tsx';
import { FidelityMark } from '../kit/FidelityMark.tsx';
import { ScrollRegion } from '../kit/ScrollRegion.tsx';
import styles from './Fidelity.module.css';

const LABELS: readonly Fidelity[] = ['exact', 'modelled', 'sketched'];

interface About {
  readonly id: string;
  readonly label: string;
  readonly fidelity: Fidelity;
  readonly sources: readonly string[];
}

/** What the plug-ins say of themselves, as the worker handed it over. */
function useAbouts(): (row: Verified) => About | undefined {
  const offered = useSimulation((s) => s.result?.cluster.settings.offered);
  return ({ plugin }) => {
    if (plugin === undefined) return undefined;
    const list: readonly About[] = (plugin.kind === 'cni' ? offered?.cnis : offered?.kubeProxyModes) ?? [];
    return list.find((one) => one.id === plugin.id);
  };
}

/** Per feature: what it was verified against, by which test, and what stays open; the chosen plug-ins first. */
export function FidelityDialog({ onClose }: { readonly onClose: () => void }) {
  const all = useText();
  const t = all.fidelity;
  const settings = useSimulation((s) => s.result?.cluster.settings);
  const aboutOf = useAbouts();
  const [area, setArea] = useState<Area>();
  const [label, setLabel] = useState<Fidelity>();
  const rows = (verified as readonly (typeof verified)[number][]).filter(
    (row) => label === undefined || labelOf(row, aboutOf(row)) === label,
  );
  const shown = AREAS.filter((a) => area === undefined || area === a);
  const count = rows.filter((row) => shown.includes(row.area)).length;
  const chosen = verified.filter((row) => {
    const { plugin }: Verified = row;
    return plugin?.kind === 'cni' ? plugin.id === settings?.cni : plugin?.id === settings?.kubeProxyMode;
  });
  return (
    <Dialog title={t.title} closeLabel={all.app.close} open onClose={onClose} className={styles.dialog}>
      <div className={styles.head}>
        <p>{t.intro}</p>
        <ul className={styles.legend} aria-label={t.labelFilter}>
          {LABELS.map((one) => (
            <li key={one}>
              <button
                type="button"
                aria-pressed={label === one}
                className={classes(styles.label, label === one && styles.on)}
                onClick={() => setLabel(label === one ? undefined : one)}
              >
                <FidelityMark fidelity={one} />
                <span>{t.meaning[one]}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles.body}>
        <nav className={styles.areas} aria-label={t.areaFilter}>
          {[undefined, ...AREAS].map((one) => (
            <button
              key={one ?? 'all'}
              type="button"
              aria-pressed={area === one}
              className={classes(styles.area, area === one && styles.on)}
              onClick={() => setArea(one)}
            >
              <span>{one === undefined ? t.all : t.areas[one]}</span>
              <small>{rows.filter((row) => one === undefined || row.area === one).length}</small>
            </button>
          ))}
        </nav>
        <ScrollRegion label={t.title} className={styles.list}>
          <p className="visually-hidden" role="status">
            {t.shown({ n: count })}
          </p>
          {area === undefined && label === undefined && chosen.length > 0 && (
            <section className={styles.yours}>
              <h3>{t.yours}</h3>
              <ul>
                {chosen.map((row) => (
                  <Row key={row.id} row={row} about={aboutOf(row)} />
                ))}
              </ul>
            </section>
          )}
          {count === 0 && <p className={styles.none}>{t.none}</p>}
          {shown.map((one) => {
            const own = rows.filter((row) => row.area === one);
            if (own.length === 0) return null;
            return (
              <section key={one}>
                <h3>{t.areas[one]}</h3>
                <ul>
                  {own.map((row) => (
                    <Row key={row.id} row={row} about={aboutOf(row)} />
                  ))}
                </ul>
                {label === undefined && (
                  <div className={styles.open}>
                    <h4>{t.unknown}</h4>
                    <ul>
                      {t.unknowns[one].map((text) => (
                        <li key={text}>{text}</li>
                      ))}
                    </ul>
                  </div>
                )}
              </section>
            );
          })}
          <p className={styles.more}>{t.more}</p>
        </ScrollRegion>
      </div>
    </Dialog>
  );
}

function labelOf(row: Verified, about: About | undefined): Fidelity | undefined {
  return about?.fidelity ?? row.fidelity;
}

function Row({ row, about }: { readonly row: (typeof verified)[number]; readonly about: About | undefined }) {
  const t = useText().fidelity;
  const label = labelOf(row, about);
  return (
    <li className={styles.row}>
      <div className={styles.how}>
        {label === undefined ? (
          <span className={styles.own}>{t.own}</span>
        ) : (
          <FidelityMark fidelity={label} />
        )}
      </div>
      <div className={styles.what}>
        <p>
          {about !== undefined && <strong>{about.label}</strong>}
          {t.features[row.id]}
        </p>
        <p className={styles.against}>
          {t.heldAgainst}: {row.against.map((one) => t.evidence[one]).join(', ')}
        </p>
        <details>
          <summary>
            {t.tests({ n: row.tests.length })}
            {about !== undefined && ` · ${t.sourceCount({ n: about.sources.length })}`}
          </summary>
          <ul className={styles.files}>
            {row.tests.map((test) => (
              <li key={test}>
                <code>{test}</code>
              </li>
            ))}
          </ul>
          {about !== undefined && (
            <>
              <h4>{t.sources}</h4>
              <ul className={styles.files} lang="en">
                {about.sources.map((source) => (
                  <li key={source}>{source}</li>
                ))}
              </ul>
            </>
          )}
        </details>
      </div>
    </li>
  );
}
