import { useEffect, useMemo, useRef, useState } from 'react';
import { useText } from '../../../i18n/messages.ts';
import { placeName } from '../../../i18n/step-text.ts';
import type { ProbeSpec } from '../../../sim/k8s/cluster-state.ts';
import type { Trace } from '../../../sim/trace/trace.ts';
import { usePlayback } from '../../../state/playback.ts';
import { useLook } from '../../../state/selection.ts';
import { useSimulation } from '../../../state/simulation.ts';
import type { ClusterView, ShowResult } from '../../../worker/protocol.ts';
import { Button } from '../../kit/Button.tsx';
import { classes } from '../../kit/classes.ts';
import { Select } from '../../kit/Select.tsx';
import { ScrollRegion } from '../../kit/ScrollRegion.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { useVirtual } from '../../kit/use-virtual.ts';
import { CommandText } from '../CommandText.tsx';
import { CopyButton } from '../CopyButton.tsx';
import { commandOf, printsAny, tableText } from '../why/use-rows.ts';
import styles from './Tables.module.css';

const NODE_COMMANDS = [
  'iptables-save',
  'iptables-save -t nat',
  'iptables-save -t filter',
  'nft list ruleset',
  'ip route',
  'ip addr',
  'ip link',
  'ip -d link',
  'ip neigh',
  'bridge fdb',
  'bridge link',
  'wg show',
  'ss -lntu',
  'conntrack -L',
  'ipset list',
  'ipvsadm -Ln',
  'ipvsadm -Lcn',
  'ip rule',
  'ip route show table local',
  'sysctl -a',
];
const POD_COMMANDS = [
  'ip route',
  'ip addr',
  'ip link',
  'ip -d link',
  'ip neigh',
  'ss -lntu',
  'ip route show table local',
];
type Tools = ClusterView['settings']['tools'];
/** They print columns, which are none where lines wrap. */
const IN_COLUMNS = ['ss', 'ipvsadm'];

const LINE = 18;
const NO_LINES: ShowResult['lines'] = [];

interface Choice {
  readonly netns: string;
  readonly command: string;
}

/** The table that the current step looked at, or the last step before it that looked at one. */
function choiceOf(trace: Trace | undefined, index: number, tools: Tools): Choice | undefined {
  const step = trace?.steps
    .slice(0, index + 1)
    .findLast((s) => s.rows.some((key) => commandOf(key, tools) !== undefined));
  const key = step?.rows.find((k) => commandOf(k, tools) !== undefined);
  const source = key === undefined ? undefined : commandOf(key, tools);
  return step === undefined || source === undefined
    ? undefined
    : { netns: step.place, command: source.whole ?? source.command };
}

/** Any namespace's table as its real command prints it; the rows that this packet used are lit. */
export function TablesTab() {
  const { inspector: t } = useText();
  const cluster = useSimulation((s) => s.result?.cluster);
  const walk = useSimulation((s) => s.walk);
  const index = usePlayback((s) => s.step);
  const chosen = useLook((s) => s.table);
  const [moment, setMoment] = useState<'before' | 'after'>('after');
  const follows = chosen === undefined;
  const tools = cluster?.settings.tools;
  const ofStep = useMemo(() => choiceOf(walk?.trace, index, tools), [walk, index, tools]);
  const choice = chosen ??
    ofStep ?? { netns: `node/${firstWorker(cluster)}`, command: 'iptables-save -t nat' };
  const after = moment === 'after' ? walk?.probe : undefined;
  const table = useTable(choice, after);
  const used = useMemo(() => usedRows(walk?.trace, choice.netns), [walk, choice.netns]);
  const step = walk?.trace.steps[index];
  const current = step?.place === choice.netns ? step.rows : [];
  const set = (change: Partial<Choice>): void => {
    const next = { ...choice, ...change };
    const commands = commandsFor(next.netns, tools);
    useLook.getState().set({
      table: commands.includes(next.command) ? next : { ...next, command: commands[0] ?? 'ip route' },
    });
  };
  const commands = commandsFor(choice.netns, tools);
  return (
    <div className={styles.tables}>
      <div className={styles.bar}>
        <Select
          aria-label={t.namespaceOf}
          value={choice.netns}
          onChange={(e) => set({ netns: e.target.value })}
        >
          <Places cluster={cluster} current={choice.netns} />
        </Select>
        <Select
          aria-label={t.command}
          value={choice.command}
          onChange={(e) => set({ command: e.target.value })}
        >
          {(commands.includes(choice.command) ? commands : [choice.command, ...commands]).map((command) => (
            <option key={command}>{command}</option>
          ))}
        </Select>
        <div className={styles.tools}>
          {walk !== undefined && (
            <Segmented
              label={t.moment}
              items={[
                { id: 'before', label: t.beforeProbe },
                { id: 'after', label: t.afterProbe },
              ]}
              value={moment}
              onChange={setMoment}
            />
          )}
          <Button
            pressed={follows}
            onClick={() => useLook.getState().set({ table: follows ? choice : undefined })}
          >
            {t.followStep}
          </Button>
        </div>
      </div>
      <TableText table={table} used={used} current={current} command={choice.command} />
    </div>
  );
}

function firstWorker(cluster: ClusterView | undefined): string {
  return (cluster?.nodes.find((n) => n.role === 'worker') ?? cluster?.nodes[0])?.name ?? '';
}

function commandsFor(netns: string, tools: Tools): readonly string[] {
  if (!netns.startsWith('node/')) return POD_COMMANDS;
  return [...(tools ?? []).map((tool) => tool.command), ...NODE_COMMANDS];
}

function Places({
  cluster,
  current,
}: {
  readonly cluster: ClusterView | undefined;
  readonly current: string;
}) {
  const { inspector: t } = useText();
  const nodes = cluster?.nodes.map((n) => `node/${n.name}`) ?? [];
  const pods = cluster?.pods.filter((p) => p.ip !== undefined).map((p) => `${p.namespace}/${p.name}`) ?? [];
  const outside = [
    ...(cluster?.external.map((e) => `external/${e.name}`) ?? []),
    ...(cluster?.loadBalancer === true ? ['external/loadbalancer'] : []),
  ];
  const known = nodes.includes(current) || pods.includes(current) || outside.includes(current);
  return (
    <>
      {!known && <option value={current}>{placeName(current)}</option>}
      <optgroup label={t.nodes}>
        {nodes.map((id) => (
          <option key={id} value={id}>
            {placeName(id)}
          </option>
        ))}
      </optgroup>
      <optgroup label={t.pods}>
        {pods.map((id) => (
          <option key={id} value={id}>
            {placeName(id)}
          </option>
        ))}
      </optgroup>
      {outside.length > 0 && (
        <optgroup label={t.outside}>
          {outside.map((id) => (
            <option key={id} value={id}>
              {placeName(id)}
            </option>
          ))}
        </optgroup>
      )}
    </>
  );
}

/** Every row that any step in a namespace consulted. */
function usedRows(trace: Trace | undefined, netns: string): ReadonlySet<string> {
  const used = new Set<string>();
  for (const step of trace?.steps ?? []) {
    if (step.place === netns) for (const key of step.rows) used.add(key);
  }
  return used;
}

type Asked = { readonly table: ShowResult | undefined; readonly failed: string | undefined };

function useTable(choice: Choice, after: ProbeSpec | undefined): Asked {
  const result = useSimulation((s) => s.result);
  const [asked, setAsked] = useState<Asked>({ table: undefined, failed: undefined });
  const { netns, command } = choice;
  useEffect(() => {
    if (result === undefined) return;
    let live = true;
    tableText(result, netns, command, after).then(
      (table) => {
        if (live) setAsked({ table, failed: undefined });
      },
      (error: unknown) => {
        if (live)
          setAsked({ table: undefined, failed: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => {
      live = false;
    };
  }, [netns, command, after, result]);
  return asked;
}

function TableText({
  table: { table, failed },
  used,
  current,
  command,
}: {
  readonly table: Asked;
  readonly used: ReadonlySet<string>;
  readonly current: readonly string[];
  readonly command: string;
}) {
  const { inspector: t } = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const lines = table?.lines ?? NO_LINES;
  const virtual = useVirtual({ count: lines.length, scroller, size: LINE, overscan: 20 });
  const usedAt = useMemo(
    () => lines.flatMap((line, i) => (printsAny(line, (key) => used.has(key)) ? [i] : [])),
    [lines, used],
  );
  // The last row that was consulted decided; rows lie in the table's order, not in the packet's.
  const last = current.findLast((key) => lines.some((line) => printsAny(line, (one) => one === key)));
  const decisive =
    last === undefined ? -1 : lines.findIndex((line) => printsAny(line, (one) => one === last));
  const goal = decisive >= 0 ? decisive : (usedAt[0] ?? 0);
  useEffect(() => {
    if (lines.length > 0) virtual.scrollToIndex(goal, { align: 'center' });
  }, [goal, lines.length, virtual]);
  const [cursor, setCursor] = useState(0);
  const nextUsed = (): void => {
    const next = usedAt.find((i) => i > cursor) ?? usedAt[0];
    if (next === undefined) return;
    setCursor(next);
    virtual.scrollToIndex(next, { align: 'center' });
  };
  if (failed !== undefined) {
    return (
      <p className={styles.note} role="alert">
        {t.tableFailed} <code>{failed}</code>
      </p>
    );
  }
  if (table === undefined) return <p className={styles.note}>{t.rowsLoading}</p>;
  return (
    <>
      <div className={styles.status}>
        <span>{t.litRows({ n: usedAt.length })}</span>
        {usedAt.length > 1 && <Button onClick={nextUsed}>{t.nextUsed}</Button>}
        <CopyButton text={() => lines.map((l) => l.text).join('\n')} />
      </div>
      <ScrollRegion ref={scroller} className={styles.text} label={command}>
        {lines.length === 0 ? (
          <p className={styles.note}>{t.emptyTable}</p>
        ) : (
          <ol
            className={classes(
              styles.lines,
              IN_COLUMNS.includes(command.split(' ')[0] ?? '') && styles.columns,
            )}
            style={{ height: virtual.getTotalSize() }}
          >
            {virtual.getVirtualItems().map((item) => {
              const line = lines[item.index];
              if (line === undefined) return null;
              const isUsed = printsAny(line, (key) => used.has(key));
              const isNow = printsAny(line, (key) => current.includes(key));
              return (
                <li
                  key={item.index}
                  ref={virtual.measureElement}
                  data-index={item.index}
                  className={classes(styles.line, isUsed && styles.used, isNow && styles.now)}
                  style={{ transform: `translateY(${item.start}px)` }}
                  aria-current={isNow ? 'true' : undefined}
                >
                  {isUsed && <span className="visually-hidden">{isNow ? t.currentRow : t.usedRow}: </span>}
                  {line.text === '' ? ' ' : <CommandText text={line.text} />}
                </li>
              );
            })}
          </ol>
        )}
      </ScrollRegion>
    </>
  );
}
