import { lazy, Suspense, useRef } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { usePreferences } from '../../state/preferences.ts';
import { useSimulation } from '../../state/simulation.ts';
import { shelvedWork } from '../../state/saved-work.ts';
import { Button, IconButton } from '../kit/Button.tsx';
import { Mark } from '../kit/Icon.tsx';
import { Menu, type MenuGroup } from '../kit/Menu.tsx';
import { Popover } from '../kit/Popover.tsx';
import { switchLanguage } from './language.ts';
import { openShelved } from './NoticeBar.tsx';
import { pictureSvg } from './picture-svg.ts';
import { QuietBoundary } from './QuietBoundary.tsx';
import { openScenario, scenarioList, scenarioTitle } from './scenarios.ts';
import { showFidelity, useShell } from './shell-store.ts';
import styles from './TopBar.module.css';

export const ClusterSettings = lazy(() =>
  import('../settings/ClusterSettings.tsx').then((m) => ({ default: m.ClusterSettings })),
);
const ExportMenu = lazy(() => import('../share/ExportMenu.tsx').then((m) => ({ default: m.ExportMenu })));

/** Name, scenario, cluster settings, undo, export, share, language, theme, help. */
export function TopBar() {
  const t = useText().app;
  return (
    <header className={styles.top} aria-label={t.topBar}>
      <div className={styles.logo}>
        <Mark />
        <h1>{t.name}</h1>
      </div>
      <span className={styles.rule} />
      <ScenarioMenu />
      <span className={styles.rule} />
      <SettingsButton />
      <span className={styles.space} />
      <UndoRedo />
      <span className={styles.rule} />
      <QuietBoundary>
        <Suspense fallback={null}>
          <ExportMenu picture={pictureSvg} />
        </Suspense>
      </QuietBoundary>
      <ShareButton />
      <span className={styles.rule} />
      <LanguageButton />
      <ThemeMenu />
      <IconButton
        icon="question"
        label={t.help}
        keys="?"
        onClick={() => useShell.getState().set({ help: true })}
      />
    </header>
  );
}

/** The title, and the menu of all scenarios behind it. */
export function ScenarioMenu() {
  const all = useText();
  const t = all.app;
  const lang = usePreferences((s) => s.lang);
  const scenario = useDocument((s) => s.scenario);
  const dirty = useDocument((s) => s.dirty);
  const groups: MenuGroup[] = [
    {
      id: 'scenarios',
      label: t.scenarios,
      entries: scenarioList(all).map((s) => ({
        id: s.slug,
        label: s.title,
        note: s.note,
        checked: s.slug === scenario,
        onSelect: () => void openScenario(s.slug),
      })),
    },
    {
      id: 'earlier',
      label: t.earlierWork,
      entries: shelvedWork().map((work) => ({
        id: String(work.savedAt),
        label: t.earlierItem({
          files: work.files.map((f) => f.name).join(', '),
          when: new Date(work.savedAt).toLocaleString(lang, { dateStyle: 'medium', timeStyle: 'short' }),
        }),
        note: scenarioTitle(work.scenario, all),
        onSelect: () => openShelved(work),
      })),
    },
    {
      id: 'own',
      entries: [
        { id: 'empty', label: t.newScenario, icon: 'plus', onSelect: () => void openScenario(undefined) },
      ],
    },
  ];
  return (
    <Menu
      label={t.chooseScenario}
      content={
        <span className={styles.title}>
          <span className={styles.titleText}>{scenarioTitle(scenario, all) ?? t.ownWork}</span>
          {dirty && <span className={styles.edited}>{t.changed}</span>}
        </span>
      }
      groups={groups}
      className={styles.titleButton}
      width={Math.min(460, innerWidth - 32)}
    />
  );
}

/** `3 nodes · flannel · kube-proxy iptables`; opens the settings. */
export function SettingsButton() {
  const t = useText();
  const cluster = useSimulation((s) => s.result?.cluster);
  const open = useShell((s) => s.settings);
  const set = useShell((s) => s.set);
  const anchor = useRef<HTMLButtonElement>(null);
  const parts =
    cluster === undefined
      ? [t.settings.title]
      : [
          t.settings.nodes({ count: cluster.nodes.length }),
          cluster.settings.cniLabel,
          t.settings.kubeProxy({ mode: cluster.settings.kubeProxyMode }),
          cluster.settings.families,
        ];
  return (
    <>
      <button
        ref={anchor}
        type="button"
        id="cluster-settings-button"
        className={styles.conf}
        aria-haspopup="dialog"
        aria-expanded={open}
        data-tip={t.settings.summary}
        onClick={() => set({ settings: !open })}
      >
        {parts.map((part) => (
          <span key={part}>{part}</span>
        ))}
      </button>
      <Popover anchor={anchor} open={open} onClose={() => set({ settings: false })} label={t.settings.title}>
        <QuietBoundary>
          <Suspense fallback={<p className={styles.loading}>{t.app.loading}</p>}>
            <ClusterSettings onFidelity={showFidelity} />
          </Suspense>
        </QuietBoundary>
      </Popover>
    </>
  );
}

export function UndoRedo() {
  const t = useText().app;
  const canUndo = useDocument((s) => s.past.length > 0);
  const canRedo = useDocument((s) => s.future.length > 0);
  return (
    <>
      <IconButton
        icon="undo"
        label={t.undo}
        keys="Ctrl+Z"
        disabled={!canUndo}
        onClick={() => useDocument.getState().undo()}
      />
      <IconButton
        icon="redo"
        label={t.redo}
        keys="Ctrl+Shift+Z"
        disabled={!canRedo}
        onClick={() => useDocument.getState().redo()}
      />
    </>
  );
}

export function ShareButton({ compact }: { readonly compact?: boolean }) {
  const t = useText().app;
  const open = (): void => useShell.getState().set({ share: true });
  return compact === true ? (
    <IconButton icon="link" label={t.share} onClick={open} />
  ) : (
    <Button kind="line" icon="link" onClick={open} className={styles.share}>
      <span>{t.share}</span>
    </Button>
  );
}

export function LanguageButton() {
  const t = useText().app;
  const lang = usePreferences((s) => s.lang);
  return (
    <Button
      lang={lang === 'en' ? 'ko' : 'en'}
      aria-label={`${t.language}: ${t.languageName}`}
      onClick={() => void switchLanguage(lang === 'en' ? 'ko' : 'en')}
      className={styles.language}
    >
      {t.language}
    </Button>
  );
}

export function ThemeMenu() {
  const t = useText().app;
  const theme = usePreferences((s) => s.theme);
  return (
    <Menu
      label={t.theme}
      icon="theme"
      iconOnly
      align="end"
      groups={[
        {
          id: 'theme',
          label: t.theme,
          entries: (['system', 'light', 'dark', 'contrast'] as const).map((id) => ({
            id,
            label: t.themes[id],
            checked: id === theme,
            onSelect: () => usePreferences.getState().set({ theme: id }),
          })),
        },
      ]}
    />
  );
}
