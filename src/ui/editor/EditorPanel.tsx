import { Component, lazy, Suspense, useState, type ReactNode } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import styles from './EditorPanel.module.css';
import { EditorFooter } from './EditorFooter.tsx';
import { Expectations } from './Expectations.tsx';
import { FileTabs } from './FileTabs.tsx';
import { loadMonacoPane } from './load-monaco.ts';
import { PlainText, QuietText } from './PlainText.tsx';
import { Problems } from './Problems.tsx';
import { useEditor } from './editor-store.ts';

/** Monaco is large: it comes after the first picture. */
const Monaco = lazy(() => whenIdle().then(loadMonacoPane));

function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve(), { timeout: 1200 });
    else setTimeout(resolve, 300);
  });
}

/** Files in tabs, the text, what is expected of the cluster, and the problems. `plain`: a text area, for touch. */
export function EditorPanel({
  plain,
  onCollapse,
  collapseLabel,
}: {
  readonly plain?: boolean;
  readonly onCollapse?: () => void;
  readonly collapseLabel: string;
}) {
  const t = useText().editor;
  const empty = useDocument((s) => s.files.length === 0);
  const active = useDocument((s) => s.active);
  const problemsOpen = useEditor((s) => s.problemsOpen);
  const [failed, setFailed] = useState(false);
  return (
    <div className={styles.panel}>
      <FileTabs />
      <div className={styles.text} id="files-panel" role="tabpanel" aria-labelledby={`files-tab-${active}`}>
        {empty ? (
          <p className={styles.none}>{t.noFiles}</p>
        ) : plain === true || failed ? (
          <>
            {failed && (
              <p role="status" className={styles.failed}>
                {t.loadFailed}
              </p>
            )}
            <PlainText />
          </>
        ) : (
          <LoadBoundary onFail={() => setFailed(true)}>
            <Suspense fallback={<QuietText />}>
              <Monaco />
            </Suspense>
          </LoadBoundary>
        )}
      </div>
      {problemsOpen && <Problems />}
      <Expectations folded={plain === true} />
      <EditorFooter plain={plain === true || failed} onCollapse={onCollapse} collapseLabel={collapseLabel} />
    </div>
  );
}

/** When Monaco cannot be loaded, a plain text area takes its place. */
class LoadBoundary extends Component<
  { readonly onFail: () => void; readonly children: ReactNode },
  { readonly failed: boolean }
> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(): void {
    this.props.onFail();
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
