import { create } from 'zustand';
import type { Lang } from '../state/preferences.ts';
import type { Messages } from './en.ts';

interface Loaded {
  readonly lang: Lang;
  readonly messages: Messages | undefined;
}

const useLoaded = create<Loaded>()(() => ({ lang: 'en', messages: undefined }));

type Later = typeof import('./later.en.ts').later;
type LaterMessages = Pick<Messages, keyof Later>;
type FirstMessages = Omit<Messages, keyof Later>;

const FIRST: Readonly<Record<Lang, () => Promise<FirstMessages>>> = {
  en: async () => (await import('./first.en.ts')).first,
  ko: async () => (await import('./first.ko.ts')).first,
};
const LATER: Readonly<Record<Lang, () => Promise<LaterMessages>>> = {
  en: async () => (await import('./later.en.ts')).later,
  ko: async () => (await import('./later.ko.ts')).later,
};

/**
 * Before the later texts are there: a diagnostic or a reason shows its code, a scenario its title alone. What needs the other later areas is loaded
 * through `withLaterTexts` and so never sees that they are missing.
 */
function alone(first: FirstMessages): Messages {
  return { ...first, diagnostics: {}, reasons: {}, scenarioNotes: {} } as unknown as Messages;
}

let asked: Promise<void> | undefined;

/** Loads a language's texts; the interface keeps the old ones until the new ones are there. */
export async function loadLanguage(lang: Lang): Promise<void> {
  const first = await FIRST[lang]();
  const messages = asked === undefined ? alone(first) : { ...first, ...(await LATER[lang]()) };
  useLoaded.setState({ lang, messages });
  document.documentElement.lang = lang;
}

/** The texts of walks, problems and the inspector: fetched when the first picture stands, or when something needs them. */
export function laterTexts(): Promise<void> {
  asked ??= addLater().catch((error: unknown) => {
    asked = undefined;
    throw error;
  });
  return asked;
}

async function addLater(): Promise<void> {
  for (;;) {
    const { lang } = useLoaded.getState();
    const later = await LATER[lang]();
    const now = useLoaded.getState();
    if (now.messages === undefined) throw new Error('no language loaded');
    // The language may have been changed meanwhile.
    if (now.lang !== lang) continue;
    useLoaded.setState({ messages: { ...now.messages, ...later } });
    return;
  }
}

/** A part of the page that is loaded when it is opened, together with the texts that it needs. */
export async function withLaterTexts<T>(part: Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([part, laterTexts()]);
  return loaded;
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
