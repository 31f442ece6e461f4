import { create } from 'zustand';
import type { Lang } from '../state/preferences.ts';
import type { Messages } from './en.ts';

interface Loaded {
  readonly lang: Lang;
  readonly messages: Messages | undefined;
}

const useLoaded = create<Loaded>()(() => ({ lang: 'en', messages: undefined }));

/** Loads a language's catalog; the interface keeps the old one until the new one is there. */
export async function loadLanguage(lang: Lang): Promise<void> {
  const messages: Messages = lang === 'ko' ? (await import('./ko.ts')).ko : (await import('./en.ts')).en;
  useLoaded.setState({ lang, messages });
  document.documentElement.lang = lang;
}

/** The texts of the current language. `main.tsx` loads one before it renders, so it is always there. */
export function useText(): Messages {
  const messages = useLoaded((s) => s.messages);
  if (messages === undefined) throw new Error('no language loaded');
  return messages;
}

/** The language that is shown. */
export function currentLanguage(): Lang {
  return useLoaded.getState().lang;
}

/** The same outside React. */
export function text(): Messages {
  const { messages } = useLoaded.getState();
  if (messages === undefined) throw new Error('no language loaded');
  return messages;
}
