import { useEffect, useState } from 'react';
import { currentLanguage, useText } from '../../../i18n/messages.ts';
import type { runtime as en } from '../../../i18n/runtime.en.ts';
import type { Catalog } from '../../../i18n/catalog.ts';
import type { PodRuntime } from '../../../sim/pod-runtime.ts';
import { requestRuntime } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';

export type RuntimeText = Catalog<typeof en>;

const loaded = new Map<string, RuntimeText>();

async function textsOf(lang: string): Promise<RuntimeText> {
  const texts =
    lang === 'ko'
      ? (await import('../../../i18n/runtime.ko.ts')).runtime
      : (await import('../../../i18n/runtime.en.ts')).runtime;
  loaded.set(lang, texts);
  return texts;
}

/** The card's words in the language of the interface: they come with it, and with nothing else. */
export function useRuntimeText(): RuntimeText | undefined {
  // Renders again when the language changes.
  useText();
  const lang = currentLanguage();
  const [, setLoaded] = useState<string>();
  useEffect(() => {
    let live = true;
    textsOf(lang).then(
      () => {
        if (live) setLoaded(lang);
      },
      () => undefined,
    );
    return () => {
      live = false;
    };
  }, [lang]);
  return loaded.get(lang);
}

export function usePodRuntime(pod: string): PodRuntime | undefined {
  const result = useSimulation((s) => s.result);
  const [told, setTold] = useState<PodRuntime | undefined>(undefined);
  useEffect(() => {
    if (result === undefined) return;
    let live = true;
    requestRuntime(pod).then(
      (answer) => {
        if (live) setTold(answer);
      },
      () => undefined,
    );
    return () => {
      live = false;
    };
  }, [result, pod]);
  return told;
}
