/** Flows, matches and actions as `ovs-ofctl -O OpenFlow15 --names` writes them. */
import type { CtWrite, OvsAction, OvsFlow, OvsGroup, OvsLearn, OvsMatch, OvsTarget } from './config.ts';

/** Fields in the order in which they are printed; what stands for the protocol comes between the two. */
const BEFORE_PROTO = ['pkt_mark', 'conj_id', 'ct_state', 'ct_mark', 'ct_label'] as const;
const AFTER_PROTO = [
  'tun_dst',
  'reg0',
  'reg1',
  'reg2',
  'reg3',
  'reg4',
  'reg5',
  'reg6',
  'reg7',
  'in_port',
  'dl_src',
  'dl_dst',
  'nw_src',
  'nw_dst',
  'arp_spa',
  'arp_tpa',
  'arp_op',
  'arp_sha',
  'arp_tha',
  'tp_src',
  'tp_dst',
] as const;

export function matchText(match: OvsMatch): string {
  const parts: string[] = [];
  for (const field of BEFORE_PROTO) {
    const value = match[field];
    if (value !== undefined) parts.push(`${field}=${value}`);
  }
  if (match.proto !== undefined) parts.push(match.proto);
  for (const field of AFTER_PROTO) {
    const value = match[field];
    if (value !== undefined) parts.push(field === 'in_port' ? `in_port="${value}"` : `${field}=${value}`);
  }
  return parts.join(',');
}

/** Names of NXM, for `move`, `load` and `output`. */
const NXM: Partial<Record<OvsTarget, string>> = {
  eth_src: 'NXM_OF_ETH_SRC[]',
  eth_dst: 'NXM_OF_ETH_DST[]',
  arp_sha: 'NXM_NX_ARP_SHA[]',
  arp_tha: 'NXM_NX_ARP_THA[]',
  arp_spa: 'NXM_OF_ARP_SPA[]',
  arp_tpa: 'NXM_OF_ARP_TPA[]',
  nw_src: 'NXM_OF_IP_SRC[]',
  nw_dst: 'NXM_OF_IP_DST[]',
};

function nxm(field: OvsTarget): string {
  return NXM[field] ?? (field.startsWith('reg') ? `NXM_NX_${field.toUpperCase()}[]` : field);
}

function ctWriteText(write: CtWrite): string {
  return 'fromReg' in write
    ? `move:NXM_NX_REG${write.fromReg}[0..${write.bits - 1}]->NXM_NX_CT_MARK[0..${write.bits - 1}]`
    : `set_field:${write.value}->${write.to}`;
}

const IP_PROTO = { tcp: 6, udp: 17, sctp: 132 } as const;

function learnText(learn: OvsLearn): string {
  const fields = learn.fields.map((field) =>
    field === 'tp_dst' ? `NXM_OF_${learn.proto.toUpperCase()}_DST[]` : nxm(field),
  );
  const loads = learn.loads.map(({ to, from, width, value }) => {
    const range = width === 32 ? '[]' : width === 1 ? `[${from}]` : `[${from}..${from + width - 1}]`;
    const field = `NXM_NX_${to.toUpperCase()}${range}`;
    return value === undefined ? `load:${field}->${field}` : `load:0x${value.toString(16)}->${field}`;
  });
  return `learn(${[
    `table=${learn.table}`,
    `hard_timeout=${learn.hardTimeoutSeconds}`,
    `priority=${learn.priority}`,
    'delete_learned',
    `cookie=${learn.cookie}`,
    'eth_type=0x800',
    `nw_proto=${IP_PROTO[learn.proto]}`,
    ...fields,
    ...loads,
  ].join(',')})`;
}

export function actionText(action: OvsAction): string {
  switch (action.act) {
    case 'goto':
      return `goto_table:${action.table}`;
    case 'resubmit':
      return `resubmit(,${action.table})`;
    case 'set':
      return `set_field:${action.value}->${action.to}`;
    case 'move':
      return `move:${nxm(action.from)}->${nxm(action.to)}`;
    case 'dec_ttl':
      return 'dec_ttl';
    case 'output':
      return `output:"${action.port}"`;
    case 'output-reg':
      return `output:NXM_NX_REG${action.reg}[]`;
    case 'in_port':
      return 'IN_PORT';
    case 'normal':
      return 'NORMAL';
    case 'group':
      return `group:${action.group}`;
    case 'ct': {
      const { src, dst } = action.nat ?? {};
      const how = dst !== undefined ? `(dst=${dst})` : src !== undefined ? `(src=${src})` : '';
      return `ct(${[
        action.commit === true ? 'commit' : '',
        action.table === undefined ? '' : `table=${action.table}`,
        `zone=${action.zone}`,
        action.nat === undefined ? '' : `nat${how}`,
        action.exec === undefined ? '' : `exec(${action.exec.map(ctWriteText).join(',')})`,
      ]
        .filter((part) => part !== '')
        .join(',')})`;
    }
    case 'learn':
      return learnText(action);
    case 'conjunction':
      return `conjunction(${action.id},${action.clause}/${action.of})`;
    case 'controller':
      return `controller(reason=no_match,userdata=${action.userdata})`;
  }
}

export function actionsText(actions: readonly OvsAction[]): string {
  return actions.length === 0 ? 'drop' : actions.map(actionText).join(',');
}

export function flowText(flow: OvsFlow, cookie = true): string {
  const match = matchText(flow.match);
  const head = [
    ...(cookie ? [`cookie=${flow.cookie}`] : []),
    `table=${flow.table}`,
    ...(flow.hardTimeoutSeconds === undefined ? [] : [`hard_timeout=${flow.hardTimeoutSeconds}`]),
    `priority=${flow.priority}${match === '' ? '' : `,${match}`}`,
  ];
  return `${head.join(', ')} actions=${actionsText(flow.actions)}`;
}

export function groupText(group: OvsGroup): string {
  const buckets = group.buckets.map(
    ({ weight, actions }, i) => `bucket=bucket_id:${i},weight:${weight},actions=${actionsText(actions)}`,
  );
  return [`group_id=${group.id}`, 'type=select', ...buckets].join(',');
}
