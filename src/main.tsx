import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/kit/tokens.css';
import './ui/kit/base.css';
import { loadLanguage } from './i18n/messages.ts';
import { isLink } from './share/is-link.ts';
import { openAtStart, openFragment, startAutosave } from './state/opening.ts';
import { preferencesAreSaved, usePreferences } from './state/preferences.ts';
import { startSession } from './state/session.ts';
import { App } from './ui/app/App.tsx';
import { loadFonts } from './ui/app/fonts.ts';
import { readPageOptions } from './ui/app/page-options.ts';
import { fetchAhead } from './ui/app/fetch-ahead.ts';
import { hasHandoff } from './ui/app/handoff-key.ts';
import { say } from './ui/app/notices.ts';
import { firstScenario } from './ui/app/scenarios.ts';
import { followTheme } from './ui/app/theme.ts';
import { startTooltips } from './ui/kit/tooltips.ts';

const options = readPageOptions(location.search);
const choseLanguage = options.lang !== undefined || preferencesAreSaved();
followTheme(options.theme);
const lang = options.lang ?? usePreferences.getState().lang;
// An embedded picture speaks its page's language without changing what this person chose here.
if (options.lang !== undefined && !options.embed) usePreferences.setState({ lang });
loadFonts(lang);
await loadLanguage(lang);
const restored = hasHandoff() && (await import('./ui/app/handoff.ts')).restoreHandoff();
if (!restored) {
  const opening = await openAtStart(location.hash, firstScenario);
  if (opening.problem !== undefined) say({ kind: 'link-problem', problem: opening.problem });
  else if (opening.shelved) say({ kind: 'shelved' });
  if (!choseLanguage && opening.lang !== undefined && opening.lang !== lang) {
    usePreferences.setState({ lang: opening.lang });
    loadFonts(opening.lang);
    await loadLanguage(opening.lang);
  }
}
startSession();
if (!options.embed) startAutosave();
addEventListener('hashchange', () => {
  if (!isLink(location.hash)) return;
  void openFragment(location.hash).then((opening) => {
    if (opening.problem !== undefined) say({ kind: 'link-problem', problem: opening.problem });
    else if (opening.shelved) say({ kind: 'shelved' });
  });
});
startTooltips();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App options={options} />
  </StrictMode>,
);
void fetchAhead().catch(() => undefined);
