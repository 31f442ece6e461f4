import { useId, useMemo, useState } from 'react';
import { useText } from '../../i18n/messages.ts';
import { useDocument } from '../../state/document.ts';
import { useSimulation } from '../../state/simulation.ts';
import { Button, IconButton } from '../kit/Button.tsx';
import { classes } from '../kit/classes.ts';
import { FidelityMark } from '../kit/FidelityMark.tsx';
import { Select } from '../kit/Select.tsx';
import styles from './ClusterSettings.module.css';
import { editSettings, readSettings, type SettingsChange } from './edit-settings.ts';

/** As kind writes them; the labels are names. */
const FAMILIES = [
  { id: 'ipv4', label: 'IPv4' },
  { id: 'ipv6', label: 'IPv6' },
  { id: 'dual', label: 'IPv4 + IPv6' },
] as const;
const MAX_WORKERS = 12;
const MAX_CONTROL_PLANES = 3;

/** Nodes, CNI, kube-proxy mode and subnets of the cluster. Each change is an edit of the YAML, one undo step. */
export function ClusterSettings({ onFidelity }: { readonly onFidelity: () => void }) {
  const t = useText().settings;
  const files = useDocument((s) => s.files);
  const cluster = useSimulation((s) => s.result?.cluster);
  const [cannot, setCannot] = useState<string>();
  const written = useMemo(() => readSettings(files), [files]);
  if (cluster === undefined) return <p className={styles.note}>{t.title}</p>;
  const { settings } = cluster;
  const offered = settings.offered ?? { cnis: [], kubeProxyModes: [] };
  const cni = offered.cnis.find((c) => c.id === settings.cni);
  const proxy = offered.kubeProxyModes.find((p) => p.id === settings.kubeProxyMode);
  const options = cni?.options ?? [];
  const count = (role: 'control-plane' | 'worker'): number =>
    cluster.nodes.filter((n) => n.role === role).length;

  const change = (wanted: SettingsChange): void => {
    const doc = useDocument.getState();
    const edited = editSettings(doc.files, wanted);
    setCannot(edited.ok ? undefined : edited.file);
    if (edited.ok && edited.files !== doc.files) doc.replaceFiles(edited.files);
  };

  return (
    <div className={styles.panel}>
      <Counter
        label={t.controlPlanes}
        value={written.controlPlanes ?? count('control-plane')}
        min={1}
        max={MAX_CONTROL_PLANES}
        disabled={written.nodeObjects}
        onChange={(controlPlanes) => change({ controlPlanes })}
      />
      <Counter
        label={t.workers}
        value={written.workers ?? count('worker')}
        min={0}
        max={MAX_WORKERS}
        disabled={written.nodeObjects}
        onChange={(workers) => change({ workers })}
      />
      {written.nodeObjects && <p className={styles.hint}>{t.nodesGiven}</p>}
      <Choice
        label={t.cni}
        value={settings.cni}
        options={offered.cnis.map((c) => ({ id: c.id, label: c.label }))}
        onChange={(cni) => change({ cni })}
      />
      <div className={styles.hint}>
        {cni !== undefined && <FidelityMark fidelity={cni.fidelity} />}
        <span>{settings.enforcesPolicy ? t.enforces : t.doesNotEnforce}</span>
      </div>
      {options.map(({ name, values }) => (
        // An option's name and values are the CNI's own words.
        <Choice
          key={`${settings.cni} ${name}`}
          label={name}
          value={settings.cniOptions?.[name] ?? ''}
          options={values.map((value) => ({ id: value, label: value }))}
          onChange={(value) => change({ cniOption: { name, value } })}
        />
      ))}
      <Choice
        label={t.kubeProxyMode}
        value={settings.kubeProxyMode}
        options={offered.kubeProxyModes.map(({ id, deprecated }) => ({
          id,
          label: deprecated ? t.deprecated({ mode: id }) : id,
        }))}
        onChange={(kubeProxyMode) => change({ kubeProxyMode })}
      />
      <div className={styles.hint}>
        {proxy !== undefined && <FidelityMark fidelity={proxy.fidelity} />}
        <button type="button" className={styles.link} onClick={onFidelity}>
          {t.verified}
        </button>
      </div>
      <Choice
        label={t.ipFamily}
        value={settings.families.includes(',') ? 'dual' : settings.families.toLowerCase()}
        options={FAMILIES}
        onChange={(ipFamily) => change({ ipFamily })}
      />
      <Subnet
        key={`pods ${settings.podSubnet}`}
        label={t.podSubnet}
        value={settings.podSubnet}
        onChange={(podSubnet) => change({ podSubnet })}
      />
      <Subnet
        key={`services ${settings.serviceSubnet}`}
        label={t.serviceSubnet}
        value={settings.serviceSubnet}
        onChange={(serviceSubnet) => change({ serviceSubnet })}
      />
      {cannot !== undefined && (
        <p role="alert" className={styles.error}>
          {t.cannotEdit({ file: cannot })}
        </p>
      )}
      <p className={styles.note}>{t.note}</p>
    </div>
  );
}

function Counter({
  label,
  value,
  min,
  max,
  disabled,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly disabled: boolean;
  readonly onChange: (value: number) => void;
}) {
  const t = useText().settings;
  return (
    <div className={styles.row} role="group" aria-label={label}>
      <span className={styles.label}>{label}</span>
      <span className={styles.counter}>
        <IconButton
          icon="dash"
          label={`${label}: ${t.fewer}`}
          disabled={disabled || value <= min}
          onClick={() => onChange(value - 1)}
        />
        <output className={styles.number}>{value}</output>
        <IconButton
          icon="plus"
          label={`${label}: ${t.more}`}
          disabled={disabled || value >= max}
          onClick={() => onChange(value + 1)}
        />
      </span>
    </div>
  );
}

function Choice({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  const known = options.some((o) => o.id === value);
  return (
    <div className={styles.row}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <Select
        id={id}
        className={styles.choice}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      >
        {!known && <option value={value}>{value}</option>}
        {options.map((o) => (
          <option key={o.id} value={o.id}>
            {o.label}
          </option>
        ))}
      </Select>
    </div>
  );
}

/** Loose on purpose: the simulator says exactly what is wrong with a CIDR once it is in the YAML. One of each family. */
const LOOKS_LIKE_CIDR =
  /^(?:(?:\d{1,3}\.){3}\d{1,3}\/\d{1,2}|[\da-f:]*:[\da-f:]*\/\d{1,3})(?:,(?:(?:\d{1,3}\.){3}\d{1,3}\/\d{1,2}|[\da-f:]*:[\da-f:]*\/\d{1,3}))?$/i;

function Subnet({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const t = useText().settings;
  const id = useId();
  const [typed, setTyped] = useState(value);
  const good = LOOKS_LIKE_CIDR.test(typed.trim());
  const changed = typed.trim() !== value;
  return (
    <form
      className={styles.row}
      onSubmit={(event) => {
        event.preventDefault();
        if (good && changed) onChange(typed.trim());
      }}
    >
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <span className={classes(styles.subnet, value.includes(',') && styles.both)}>
        <input
          id={id}
          className={styles.field}
          value={typed}
          spellCheck={false}
          aria-invalid={!good}
          aria-describedby={good ? undefined : `${id}-fault`}
          onChange={(event) => setTyped(event.target.value)}
        />
        {changed && good && (
          <Button type="submit" kind="line">
            {t.apply}
          </Button>
        )}
      </span>
      {!good && (
        <p id={`${id}-fault`} className={styles.error}>
          {t.badCidr}
        </p>
      )}
    </form>
  );
}
