import { useEffect } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { openOver } from '../../state/opening.ts';
import { dropShelved, shelvedWork, type Work } from '../../state/saved-work.ts';
import { Button, IconButton } from '../kit/Button.tsx';
import { Icon } from '../kit/Icon.tsx';
import styles from './NoticeBar.module.css';
import { say, useNotice } from './notices.ts';

const SHORT_MS = 6000;

/** A line under the top bar that says how the page opened; a short one goes by itself. */
export function NoticeBar() {
  const t = useText().app;
  const notice = useNotice((s) => s.notice);
  useEffect(() => {
    if (notice?.kind !== 'stopped') return;
    const timer = setTimeout(() => say(undefined), SHORT_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  if (notice === undefined) return null;
  const bad = notice.kind === 'link-problem' || notice.kind === 'load-failed';
  const words =
    notice.kind === 'link-problem'
      ? t.linkProblems[notice.problem]
      : notice.kind === 'shelved'
        ? t.shelved
        : notice.kind === 'stopped'
          ? t.stopped
          : t.loadFailed;
  return (
    <div role={bad ? 'alert' : 'status'} className={bad ? styles.bad : styles.notice}>
      <Icon name={bad ? 'cross' : 'info'} size={14} />
      <span>{words}</span>
      {notice.kind === 'shelved' && (
        <Button
          kind="line"
          onClick={() => {
            const [last] = shelvedWork();
            if (last !== undefined) openShelved(last);
          }}
        >
          {t.openShelved}
        </Button>
      )}
      <IconButton icon="cross" label={t.dismiss} onClick={() => say(undefined)} />
    </div>
  );
}

/** Takes earlier work off the shelf and opens it; what it replaces is put there in turn. */
export function openShelved(work: Work): void {
  dropShelved(work.savedAt);
  say(openOver(work.files, work.scenario) ? { kind: 'shelved' } : undefined);
  useDocument.setState({ dirty: true });
}
