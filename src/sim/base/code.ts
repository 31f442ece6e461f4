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
