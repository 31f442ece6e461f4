/** What the names of every mode are made of. */
import type { Service, ServicePort } from '../k8s/cluster-state.ts';

const KNOWN_LIMIT = 50_000;

/**
 * Names stay the same from key stroke to key stroke, and hashing is what costs most in them: `make` is asked once for a
 * text.
 */
export function rememberedName(make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    let name = known.get(text);
    if (name === undefined) {
      if (known.size >= KNOWN_LIMIT) known.clear();
      name = make(text);
      known.set(text, name);
    }
    return name;
  };
}

/** `default/web:http`, or `default/web` for an unnamed port: what comments say. */
export function servicePortName(
  service: Pick<Service, 'namespace' | 'name'>,
  port: Pick<ServicePort, 'name'>,
): string {
  return `${service.namespace}/${service.name}${port.name === '' ? '' : `:${port.name}`}`;
}
