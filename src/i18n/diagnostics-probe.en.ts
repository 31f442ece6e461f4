import type { DiagnosticText } from './diagnostics.en.ts';

/** What is wrong with a question itself: a probe that cannot be sent, a table that cannot be printed. */
/** The kernel's words as iproute2 shows them: IPv4 has an extended error, IPv6 an errno. */
const refusal = (via: unknown): string =>
  String(via).includes(':') ? 'No route to host' : 'Nexthop has invalid gateway';

export const probeDiagnostics: DiagnosticText = {
  'probe/unknown-pod': (p) =>
    `There is no pod "${p['name']}". Name it as namespace/pod, or a workload as namespace/deployment.`,
  'probe/unknown-node': (p) => `There is no node "${p['name']}".`,
  'probe/unknown-external': (p) =>
    `There is no host "${p['name']}" outside the cluster. Hosts are listed in the Playground document, under external.`,
  'probe/pod-not-running': (p) =>
    `Pod ${p['name']} is ${p['phase']}: nothing in it runs, so nothing can be sent from it.`,
  'probe/no-address': (p) => `${p['name']} has no address, so nothing can be sent to it.`,
  'probe/bad-target': (p) =>
    `"${p['target']}" is not a target: write an address, a name, host:port, a URL or namespace/pod.`,
  'probe/bad-scheme': (p) => `"${p['target']}": only http:// and https:// can be asked.`,
  'probe/port-needed': (p) => `${p['tool']} needs a port: ${p['target']}:80.`,
  'probe/bad-option': (p) => `${p['option']}: "${p['value']}" is not understood.`,
  'probe/wrong-tool': (p) => `The option ${p['option']} does not go with ${p['tool']}.`,
  'probe/unknown-endpoint': (p) => `There is no pod "${p['name']}" to choose.`,
  'probe/no-such-endpoint': (p) =>
    `${p['name']} is not an endpoint that ${p['service']} could choose for this probe.`,
  'probe/incomplete': (p) => `Not asked: the entry does not say ${p['field']}.`,
  'probe/netns-unknown': (p) =>
    `There is no network namespace "${p['name']}". Write node/NAME, namespace/pod or external/NAME.`,
  'show/unknown-command': (p) => `"${p['command']}" is not a command whose output can be shown.`,
  'show/not-modelled': (p) => `The table that "${p['command']}" prints is not simulated.`,
  'fault/changes-nothing': (p) =>
    `This fault (${p['fault']}) changes nothing here: no such interface or route, or a value that is in force already or that Linux refuses.`,
  'route/refused': (p) =>
    `${p['by'] === '' ? `${p['at']} cannot have` : `${p['by']} cannot add`} ${Number(p['count']) > 1 ? `${p['count']} routes, such as ${p['to']}` : `the route ${p['to']}`} via ${p['via']} on ${p['at']}: the next hop is behind a router, and the kernel refuses it (${refusal(p['via'])}). What would take it goes to the default gateway, which has to know the way.`,
  'namespace/reserved': (p) =>
    `Places are called node/NAME and external/NAME, so the pods of namespace "${p['namespace']}" are left out of the network. Walks to them stay unknown.`,
};
