import type { DiagnosticText } from './diagnostics.en.ts';

/** What is wrong with a traffic file of policy-assistant, or has no counterpart here. */
export const trafficDiagnostics: DiagnosticText = {
  'traffic/too-big': (p) =>
    `A traffic file of ${p['size']} characters is not read; ${p['limit']} is the limit.`,
  'traffic/too-deep': (p) =>
    `This nests deeper than ${p['limit']} levels. Traffic is a list of flat entries.`,
  'traffic/not-json': (p) =>
    p['found'] === ''
      ? 'The text ends before its JSON does. A traffic file is a JSON list.'
      : `JSON cannot go on with ${JSON.stringify(p['found'])} here. A traffic file is a JSON list.`,
  'traffic/wrong-type': (p) => `${where(p['field'])} is ${an(p['got'])}; it has to be ${an(p['wanted'])}.`,
  'traffic/bad-value': (p) =>
    `${p['field']}: "${p['value']}" is none of ${p['wanted']}. The entry is left out.`,
  'traffic/missing': (p) => `${p['field']} is missing, so the entry says no traffic. It is left out.`,
  'traffic/unknown-field': (p) => `policy-assistant has no field ${p['field']} and passes over it.`,
  'traffic/no-pod': (p) =>
    `No running pod of this cluster is ${p['peer']}. Policy-assistant asks about labels, a walk needs a pod: the entry is left out.`,
  'traffic/no-host': (p) =>
    `Nobody has the address ${p['ip']}, so nothing can be sent from it. A host outside is an entry of external in the Playground document. The entry is left out.`,
  'traffic/both-outside': () => 'Neither end is a pod: no policy is about this, and the entry is left out.',
  'traffic/stands-for': (p) =>
    `${p['pod']} stands for these labels, from which it differs: ${p['labels']}. A policy may tell them apart.`,
  'traffic/other-address': (p) =>
    `The file says ${p['ip']}; here ${p['pod']} has ${p['own']}, and that counts.`,
  'traffic/port-name': (p) =>
    p['own'] === ''
      ? `Port ${p['port']} of ${p['pod']} has no name here, so a policy that names ${p['name']} does not mean it.`
      : `Port ${p['port']} of ${p['pod']} is called ${p['own']} here, not ${p['name']}.`,
  'traffic/no-counterpart': (p) => `${p['field']} has no counterpart here: pods come from the cluster.`,
};

function where(field: unknown): string {
  return field === '' ? 'The file' : String(field);
}

function an(type: unknown): string {
  return type === 'null' ? 'null' : `${/^[aeiou]/.test(String(type)) ? 'an' : 'a'} ${type}`;
}
