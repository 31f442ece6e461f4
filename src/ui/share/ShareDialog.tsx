import { useEffect, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { encodeLink } from '../../share/link.ts';
import { shareableState } from '../../state/opening.ts';
import { usePlayback } from '../../state/playback.ts';
import { usePreferences } from '../../state/preferences.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Button } from '../kit/Button.tsx';
import { Dialog } from '../kit/Dialog.tsx';
import { exportYaml } from './export-files.ts';
import { QrCode } from './QrCode.tsx';
import styles from './ShareDialog.module.css';

/** Chat programs cut or refuse longer addresses. */
const LONG_LINK = 8000;
/** A QR code beyond this is too dense for a phone's camera. */
const LONG_QR = 1200;

interface Links {
  readonly link: string;
  readonly embed: string;
}

async function makeLinks(): Promise<Links> {
  const { step } = usePlayback.getState();
  const { walk, probe } = useSimulation.getState();
  const { lang } = usePreferences.getState();
  const fragment = await encodeLink(
    shareableState(useLook.getState(), {
      lang,
      ...(walk === undefined ? (probe.from === '' ? {} : { probe }) : { probe: walk.probe, step }),
    }),
  );
  const page = new URL(location.href);
  page.hash = '';
  page.search = '';
  return { link: page.href + fragment, embed: `${page.href}?embed&lang=${lang}${fragment}` };
}

function Field({
  label,
  value,
  rows,
}: {
  readonly label: string;
  readonly value: string;
  readonly rows: number;
}) {
  const t = useText().share;
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      setCopied(false);
    }
  };
  return (
    <div className={styles.field}>
      <label>
        <span>{label}</span>
        <textarea
          readOnly
          rows={rows}
          value={value}
          spellCheck={false}
          onFocus={(event) => event.currentTarget.select()}
        />
      </label>
      <Button kind="line" icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
        {copied ? t.copied : t.copy}
      </Button>
    </div>
  );
}

/** The link to this very moment, its length, a QR code, and how to embed it. */
export function ShareDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const messages = useText();
  const t = messages.share;
  const [links, setLinks] = useState<Links>();
  useEffect(() => {
    if (!open) return;
    let live = true;
    void makeLinks().then((made) => {
      if (live) setLinks(made);
    });
    return () => {
      live = false;
    };
  }, [open]);
  const length = links?.link.length ?? 0;
  const snippet = `<iframe src="${links?.embed ?? ''}" width="960" height="600" style="border:0" title="Packetwalk"></iframe>`;
  return (
    <Dialog title={t.title} closeLabel={t.close} open={open} onClose={onClose} className={styles.dialog}>
      <div className={styles.body}>
        <p className={styles.lead}>{t.lead}</p>
        {links !== undefined && (
          <>
            <Field label={t.link} value={links.link} rows={3} />
            <p className={length > LONG_LINK ? styles.warn : styles.note}>
              {length > LONG_LINK ? t.tooLong({ length }) : t.length({ length })}
            </p>
            {length > LONG_LINK && (
              <Button kind="line" icon="copy" onClick={exportYaml}>
                {t.saveFile}
              </Button>
            )}
            <div className={styles.two}>
              <div className={styles.qr}>
                <h3>{t.qr}</h3>
                {length <= LONG_QR ? (
                  <QrCode text={links.link} label={t.qrLabel} />
                ) : (
                  <p className={styles.note}>{t.qrTooLong}</p>
                )}
              </div>
              <div className={styles.embed}>
                <h3>{t.embed}</h3>
                <p className={styles.note}>{t.embedNote}</p>
                <Field label={t.embedLabel} value={snippet} rows={4} />
              </div>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}
