import { useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { Button } from '../kit/Button.tsx';

/** Copies a text and says whether it could. */
export function CopyButton({ text, label }: { readonly text: () => string; readonly label?: string }) {
  const { inspector: t } = useText();
  const [said, setSaid] = useState<string | undefined>(undefined);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      setSaid(t.copied);
    } catch {
      setSaid(t.copyFailed);
    }
    setTimeout(() => setSaid(undefined), 2000);
  };
  return (
    <>
      <Button icon="copy" onClick={() => void copy()}>
        {said ?? label ?? t.copy}
      </Button>
      <span className="visually-hidden" role="status">
        {said}
      </span>
    </>
  );
}
