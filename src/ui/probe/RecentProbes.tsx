import { useLayoutEffect, useRef, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import { sameProbe } from '../../state/same-probe.ts';
import { sendProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/Icon.tsx';
import { Menu, type MenuEntry } from '../kit/Menu.tsx';
import { type KnownProbe, knownProbes, probeLabel } from './probe-label.ts';
import styles from './RecentProbes.module.css';

/** Room that the menu of the rest takes. */
const MENU_WIDTH = 56;

/** About what a chip takes, gap included, in pixels. */
function chipWidth(probe: ProbeSpec): number {
  return Math.min(CHIP_LIMIT, 38 + probeLabel(probe, 'short').length * 6.4);
}
const CHIP_LIMIT = 134;

/** How many of the first chips fit; all, or as many as leave room for the menu. */
function fitting(known: readonly KnownProbe[], room: number): number {
  const widths = known.map((k) => chipWidth(k.probe));
  if (widths.reduce((sum, w) => sum + w, 0) <= room) return known.length;
  let left = room - MENU_WIDTH;
  return widths.findIndex((w) => (left -= w) < 0);
}

/** Probes sent before and those that the scenario brings, as chips; what has no room is in a menu. */
export function RecentProbes() {
  const t = useText().probe;
  const recent = useSimulation((s) => s.recent);
  const given = useSimulation((s) => s.result?.cluster.probes);
  const shown = useSimulation((s) => s.walk?.probe);
  const row = useRef<HTMLDivElement>(null);
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const element = row.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setRoom(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const known = knownProbes(recent, given);
  const fit = fitting(known, room);
  const chips = known.slice(0, fit);
  const rest = known.slice(fit);
  const status = (ok: boolean | undefined): string =>
    ok === undefined ? t.notSent : ok ? t.delivered : t.failed;
  const entry = (k: KnownProbe): MenuEntry => ({
    id: probeLabel(k.probe, 'full'),
    label: probeLabel(k.probe, 'full'),
    note: status(k.ok),
    icon: k.ok === undefined ? 'ring' : k.ok ? 'check' : 'cross',
    onSelect: () => void sendProbe(k.probe),
  });
  return (
    <div ref={row} className={styles.row} role="group" aria-label={t.recent}>
      {chips.map(({ probe, ok }) => (
        <button
          key={probeLabel(probe, 'full') + JSON.stringify(probe)}
          type="button"
          className={classes(styles.chip, shown !== undefined && sameProbe(shown, probe) && styles.on)}
          aria-current={shown !== undefined && sameProbe(shown, probe) ? 'true' : undefined}
          aria-label={`${probeLabel(probe, 'full')}, ${status(ok)}`}
          data-tip={`${probe.from} → ${probeLabel(probe, 'short')}: ${status(ok)}`}
          onClick={() => void sendProbe(probe)}
        >
          <Icon
            name={ok === undefined ? 'ring' : ok ? 'check' : 'cross'}
            size={12}
            className={ok === undefined ? styles.unsent : ok ? styles.ok : styles.failed}
          />
          <span>{probeLabel(probe, 'short')}</span>
        </button>
      ))}
      {rest.length > 0 && (
        <Menu
          label={t.moreProbes({ count: rest.length })}
          content={`+${rest.length}`}
          align="end"
          groups={[
            { id: 'sent', label: t.sent, entries: rest.filter((k) => k.ok !== undefined).map(entry) },
            {
              id: 'given',
              label: t.fromScenario,
              entries: rest.filter((k) => k.ok === undefined).map(entry),
            },
          ]}
        />
      )}
    </div>
  );
}
