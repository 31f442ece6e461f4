/** Prints plain data as block YAML, as `kubectl get -o yaml` lays it out. For reading only. */
export function yamlText(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return ' []\n';
    return `\n${value.map((item) => `${indent}-${afterDash(item, indent)}`).join('')}`;
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    if (entries.length === 0) return ' {}\n';
    return `\n${entries.map(([key, v]) => `${indent}${scalar(key)}:${child(v, indent)}`).join('')}`;
  }
  return ` ${scalar(value)}\n`;
}

/** Lists sit at their key's own indentation, maps two further in. */
function child(value: unknown, indent: string): string {
  return yamlText(value, Array.isArray(value) ? indent : `${indent}  `);
}

function afterDash(item: unknown, indent: string): string {
  const text = yamlText(item, `${indent}  `);
  return text.startsWith('\n') ? ` ${text.slice(1).trimStart()}` : text;
}

function scalar(value: unknown): string {
  if (typeof value !== 'string') return String(value);
  const plain =
    /^[A-Za-z_/][\w./()@ -]*$/.test(value) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return plain && value === value.trim() ? value : JSON.stringify(value);
}
