import { useMemo, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { sendProbe } from '../../state/session.ts';
import { useLook } from '../../state/selection.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Button } from '../kit/Button.tsx';
import { Segmented } from '../kit/Segmented.tsx';
import { ChangedPairs } from './matrix/ChangedPairs.tsx';
import { cellOf, changedCells, countDenied, groupsOf, withDenied } from './matrix/groups.ts';
import { Legend } from './matrix/Legend.tsx';
import styles from './matrix/Matrix.module.css';
import { MatrixGrid } from './matrix/MatrixGrid.tsx';
import { type Ends, ReasonCard } from './matrix/ReasonCard.tsx';
import { useMatrix } from './matrix/use-matrix.ts';

export interface Picked {
  readonly from: string;
  readonly to: string;
}

/** Who can talk to whom: a cell for each pair, with its reason beside it; a cell can be sent as a packet. */
export function Matrix() {
  const { matrix: t, app } = useText();
  const cluster = useSimulation((s) => s.result?.cluster);
  const [by, setBy] = useState<'workloads' | 'pods'>('workloads');
  const [only, setOnly] = useState<'all' | 'denied'>('all');
  const [portText, setPortText] = useState('');
  const [protocol, setProtocol] = useState<'TCP' | 'UDP'>('TCP');
  const [picked, setPicked] = useState<Picked | undefined>(undefined);
  const [pairs, setPairs] = useState(false);
  const number = Number(portText);
  const valid = portText === '' || (Number.isInteger(number) && number >= 1 && number <= 65535);
  const port = portText === '' || !valid ? undefined : number;
  const { shown, state, share, stop, again } = useMatrix(port, protocol);
  const matrix = shown?.matrix;
  const changes = shown?.changes;
  const groups = useMemo(
    () => (matrix === undefined ? [] : groupsOf(matrix, cluster, by)),
    [matrix, cluster, by],
  );
  const hasChanged = changes !== undefined && changes.cells.length > 0;
  const changed = useMemo(() => changedCells(changes, matrix), [changes, matrix]);
  const counts = useMemo(() => (matrix === undefined ? undefined : countDenied(matrix)), [matrix]);
  const visible = useMemo(
    () =>
      matrix === undefined || only === 'all' ? { rows: groups, columns: groups } : withDenied(matrix, groups),
    [matrix, groups, only],
  );

  const from = groups.find((g) => g.id === picked?.from);
  const to = groups.find((g) => g.id === picked?.to);
  const cell =
    matrix === undefined || from === undefined || to === undefined ? undefined : cellOf(matrix, from, to);

  /** What a cell stands for; undefined where no port is known to ask. */
  const endsOf = (pair: readonly [number, number] | undefined): Ends | undefined => {
    if (pair === undefined || matrix === undefined) return undefined;
    const source = matrix.pods[pair[0]];
    const target = matrix.pods[pair[1]];
    const listens = cluster?.pods
      .find((p) => `${p.namespace}/${p.name}` === target)
      ?.listening.find((l) => l.protocol === protocol)?.port;
    const asked = port ?? listens;
    if (source === undefined || target === undefined || asked === undefined) return undefined;
    return { from: source, to: target, port: asked, protocol };
  };
  const probeOf = (pair: readonly [number, number] | undefined): (() => void) | undefined => {
    const ends = endsOf(pair);
    if (ends === undefined) return undefined;
    return () => {
      useLook.getState().set({ view: 'picture', tab: 'why' });
      const proto = ends.protocol === 'UDP' ? 'udp' : 'tcp';
      void sendProbe({ from: ends.from, tool: 'nc', to: ends.to, port: ends.port, proto });
    };
  };
  const pickPair = ([row, column]: readonly [number, number]): void => {
    const source = groups.find((g) => g.members.includes(row));
    const target = groups.find((g) => g.members.includes(column));
    if (source === undefined || target === undefined) return;
    setPicked({ from: source.id, to: target.id });
  };

  return (
    <div className={styles.matrix}>
      <header className={styles.bar}>
        <h2>{t.title}</h2>
        {counts !== undefined && <p className={styles.count}>{t.count(counts)}</p>}
        <p className={styles.changes} role="status">
          {hasChanged && t.changes(changes)}
        </p>
        {hasChanged && (
          <Button kind="line" pressed={pairs} onClick={() => setPairs(!pairs)}>
            {t.pairs}
          </Button>
        )}
        <span className={styles.space} />
        <label className={styles.port}>
          <span>{t.port}</span>
          <input
            inputMode="numeric"
            placeholder={t.anyPort}
            aria-label={t.portName}
            aria-invalid={!valid}
            data-tip={t.portName}
            value={portText}
            onChange={(e) => setPortText(e.target.value.trim())}
          />
        </label>
        <Segmented
          label={t.protocol}
          items={[
            { id: 'TCP' as const, label: 'TCP' },
            { id: 'UDP' as const, label: 'UDP' },
          ]}
          value={protocol}
          onChange={setProtocol}
        />
        <Segmented
          label={t.rows}
          items={[
            { id: 'workloads' as const, label: t.workloads },
            { id: 'pods' as const, label: t.pods },
          ]}
          value={by}
          onChange={setBy}
        />
        <Segmented
          label={t.filter}
          items={[
            { id: 'all' as const, label: t.all },
            { id: 'denied' as const, label: t.denied },
          ]}
          value={only}
          onChange={setOnly}
        />
      </header>
      <div className={styles.main}>
        <div className={styles.left}>
          {share !== undefined && (
            <p className={styles.progress}>
              <progress aria-label={app.stages.reach} max={1} value={share} />
              <span>{`${app.stages.reach} · ${Math.round(share * 100)}%`}</span>
              <Button kind="line" icon="stop" onClick={stop}>
                {app.stop}
              </Button>
            </p>
          )}
          {state === 'failed' ? (
            <p className={styles.note}>{t.failed}</p>
          ) : state === 'stopped' ? (
            <p className={styles.note}>
              {t.stopped}{' '}
              <Button kind="line" onClick={again}>
                {t.again}
              </Button>
            </p>
          ) : shown === undefined ? (
            share === undefined && <p className={styles.note}>{app.stages.reach}</p>
          ) : groups.length === 0 ? (
            <p className={styles.note}>{t.noPods}</p>
          ) : visible.rows.length === 0 ? (
            <p className={styles.note}>{t.none}</p>
          ) : (
            <MatrixGrid
              // Cells of another size are another grid.
              key={`${by} ${visible.columns.length > 12}`}
              shown={shown}
              changed={changed}
              rows={visible.rows}
              columns={visible.columns}
              pods={by === 'pods'}
              picked={picked}
              onPick={setPicked}
              onSend={(c) => probeOf(c.pair)?.()}
            />
          )}
          <Legend />
        </div>
        <div className={styles.side}>
          {pairs && hasChanged && shown !== undefined && (
            <ChangedPairs shown={shown} onPick={pickPair} sender={probeOf} />
          )}
          <ReasonCard
            from={from}
            to={to}
            cell={cell}
            port={port}
            protocol={protocol}
            ends={endsOf(cell?.pair)}
            onSend={cell === undefined ? undefined : probeOf(cell.pair)}
          />
        </div>
      </div>
    </div>
  );
}
