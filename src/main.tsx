import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './ui/kit/tokens.css';
import './ui/kit/base.css';
import { loadLanguage } from './i18n/messages.ts';
import { useDocument } from './state/document.ts';
import { usePreferences } from './state/preferences.ts';
import { startSession } from './state/session.ts';
import { App } from './ui/app/App.tsx';
import { loadFonts } from './ui/app/fonts.ts';
import { readPageOptions } from './ui/app/page-options.ts';
import { openFirstScenario } from './ui/app/scenarios.ts';
import { followTheme } from './ui/app/theme.ts';
import { startTooltips } from './ui/kit/tooltips.ts';

const options = readPageOptions(location.search);
followTheme(options.theme);
const lang = options.lang ?? usePreferences.getState().lang;
if (options.lang !== undefined) usePreferences.setState({ lang });
loadFonts(lang);
await loadLanguage(lang);
if (useDocument.getState().files.length === 0) openFirstScenario();
startSession();
startTooltips();

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App options={options} />
  </StrictMode>,
);
