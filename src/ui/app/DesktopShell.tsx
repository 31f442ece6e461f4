import { useEffect, type CSSProperties } from 'react';
import { useText } from '../../i18n/messages.ts';
import { usePreferences } from '../../state/preferences.ts';
import { useLook } from '../../state/selection.ts';
import { IconButton } from '../kit/Button.tsx';
import { classes } from '../kit/classes.ts';
import { Splitter } from '../kit/Splitter.tsx';
import { Centre } from './Centre.tsx';
import styles from './DesktopShell.module.css';
import { defaultWidths, useWindowHeight, useWindowWidth, type LayoutKind } from './layout.ts';
import { InspectorPanel, TimelinePanel, YamlPanel } from './panels.tsx';
import { useShell } from './shell-store.ts';
import { TopBar } from './TopBar.tsx';

const TIMELINE_HEIGHT = 228;
/** Room for six lanes; the rest is the picture's. */
const TIMELINE_IN_LOW = 188;
const LOW_WINDOW = 800;
/** The sizes that preferences start with: nobody has chosen them. */
const UNCHOSEN = { editor: 312, inspector: 336 };

/** Three columns with the timeline under two of them; below 1280 pixels the editor is a drawer. */
export function DesktopShell({ layout }: { readonly layout: LayoutKind }) {
  const t = useText().app;
  const prefs = usePreferences();
  const drawer = useShell((s) => s.drawer);
  const width = useWindowWidth();
  const height = useWindowHeight();
  const fits = defaultWidths(width);
  const editorWidth = prefs.editorWidth === UNCHOSEN.editor ? fits.editor : prefs.editorWidth;
  const inspectorWidth = prefs.inspectorWidth === UNCHOSEN.inspector ? fits.inspector : prefs.inspectorWidth;
  const isDrawer = layout === 'drawer';
  const open = isDrawer ? drawer : prefs.editorOpen;
  const maxEditor = isDrawer ? width - 240 : Math.max(240, width - inspectorWidth - 420);
  const editor = Math.min(editorWidth, maxEditor);
  const maxTimeline = Math.max(160, height - 320);
  const unchosenTimeline = height < LOW_WINDOW ? TIMELINE_IN_LOW : TIMELINE_HEIGHT;
  const timeline = Math.min(
    prefs.timelineHeight === TIMELINE_HEIGHT ? unchosenTimeline : prefs.timelineHeight,
    maxTimeline,
  );
  const reveal = useLook((s) => s.reveal);
  // Two pictures take the inspector's room.
  const comparing = useLook((s) => s.view === 'compare');

  // A place in the text was asked for: it has to be visible.
  useEffect(() => {
    if (reveal !== undefined) setEditorOpen(isDrawer, true);
  }, [reveal, isDrawer]);

  const columns = {
    '--editor': isDrawer || !open ? '0px' : `${editor}px`,
    '--drawer': `${editor}px`,
    '--inspector': comparing ? '0px' : `${inspectorWidth}px`,
    '--timeline': `${timeline}px`,
  } as CSSProperties;

  return (
    <div className={styles.app} style={columns}>
      <a className={styles.skip} href="#stage">
        {t.skip}
      </a>
      <TopBar />
      {open && (
        <YamlPanel
          className={classes(styles.editor, isDrawer && styles.drawer)}
          onCollapse={() => setEditorOpen(isDrawer, false)}
          splitter={
            <Splitter
              label={t.resizeEditor}
              axis="x"
              grows={1}
              value={editor}
              min={240}
              max={maxEditor}
              initial={UNCHOSEN.editor}
              onChange={(v) => prefs.set({ editorWidth: v })}
              className={styles.atRight}
            />
          }
        />
      )}
      <div className={styles.centre}>
        <Centre
          before={
            !open && (
              <IconButton
                icon="panel"
                label={t.openEditor}
                onClick={() => setEditorOpen(isDrawer, true)}
                data-tour="yaml"
              />
            )
          }
        />
      </div>
      <TimelinePanel
        className={styles.timeline}
        splitter={
          <Splitter
            label={t.resizeTimeline}
            axis="y"
            grows={-1}
            value={timeline}
            min={140}
            max={maxTimeline}
            initial={TIMELINE_HEIGHT}
            onChange={(v) => prefs.set({ timelineHeight: v })}
            className={styles.atTop}
          />
        }
      />
      {!comparing && (
        <InspectorPanel
          className={styles.inspector}
          splitter={
            <Splitter
              label={t.resizeInspector}
              axis="x"
              grows={-1}
              value={inspectorWidth}
              min={260}
              max={Math.max(260, width - (isDrawer ? 0 : editor) - 420)}
              initial={UNCHOSEN.inspector}
              onChange={(v) => prefs.set({ inspectorWidth: v })}
              className={styles.atLeft}
            />
          }
        />
      )}
    </div>
  );
}

function setEditorOpen(isDrawer: boolean, open: boolean): void {
  if (isDrawer) useShell.getState().set({ drawer: open });
  else usePreferences.getState().set({ editorOpen: open });
}
