import { useRef, useState } from 'react';
import { useText, withLaterTexts } from '../../i18n/messages.ts';
import { IconButton } from '../kit/Button.tsx';
import { later } from '../kit/later.ts';
import { Popover } from '../kit/Popover.tsx';

const panelParts = later(() => withLaterTexts(import('./BurstPanel.tsx')));

/** The button behind which the probe is sent many times. */
export function BurstButton() {
  const t = useText().probe;
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const parts = panelParts.useLoaded(open);
  const close = (): void => setOpen(false);
  return (
    <>
      <IconButton
        ref={anchor}
        icon="many"
        label={t.many}
        aria-haspopup="dialog"
        aria-expanded={open}
        onPointerEnter={() => void panelParts.fetch().catch(() => undefined)}
        onClick={() => setOpen(!open)}
      />
      <Popover anchor={anchor} open={open} onClose={close} label={t.many}>
        {parts !== undefined && <parts.BurstPanel onSeen={close} />}
      </Popover>
    </>
  );
}
