/**
 * Words, comments and here-documents of a shell script. Whatever a user wrote in YAML passes through here, so that no
 * name can become a command.
 */

/** One word of a shell command, quoted where it has to be. */
export function word(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A word of an `ip -batch` line, which knows no quoting of ours: only what a device, an address or a number is made of. */
export function batchWord(text: string | number): string {
  const written = String(text);
  if (!/^[A-Za-z0-9_@%+=:,./!-]+$/.test(written))
    throw new Error(`not a word for ip: ${JSON.stringify(written)}`);
  return written;
}

/** Text for a comment, also inside a here-document that expands: one line, and nothing that a shell would expand. */
export function commentText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}$`\\]+/gu, ' ').slice(0, 200);
}

/** `command <<'END'` with the lines as they are; the end mark is one that no line is. */
export function hereDocument(command: string, lines: readonly string[], mark: string): string[] {
  const text = lines.flatMap((line) => line.split('\n'));
  let end = mark;
  for (let i = 2; text.includes(end); i++) end = `${mark}_${i}`;
  return [`${command} <<'${end}'`, ...text, end];
}
