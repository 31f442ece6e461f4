/** Code that is a file of its own, fetched when it is first needed: plug-ins, the YAML library. */

export interface Loading {
  readonly id: string;
  readonly load: () => Promise<void>;
}

/** Thrown where code is needed that is not there yet: `load` fetches it, then ask again. */
export class CodeMissing extends Error {
  override readonly name = 'CodeMissing';
  readonly load: () => Promise<void>;
  constructor(missing: readonly Loading[]) {
    super(`not loaded: ${missing.map((code) => code.id).join(', ')}`);
    this.load = async () => {
      await Promise.all(missing.map((code) => code.load()));
    };
  }
}

/** One file of code, or several, that are there once they were fetched. */
export interface Fetched<C> extends Loading {
  readonly loaded: () => boolean;
  /** The code. `CodeMissing` asks for it. */
  readonly need: () => C;
}

/** `fetch` is called until it succeeds once. */
export function fetched<C>(id: string, fetch: () => Promise<C>): Fetched<C> {
  let code: C | undefined;
  const self: Fetched<C> = {
    id,
    load: async () => {
      code ??= await fetch();
    },
    loaded: () => code !== undefined,
    need: () => {
      if (code === undefined) throw new CodeMissing([self]);
      return code;
    },
  };
  return self;
}
