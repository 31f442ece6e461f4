/** Help for the fields that the simulator knows, by `Kind.path` without indexes (`Service.spec.ports.targetPort`). */
export type FieldHelp = Readonly<Record<string, string>>;

export const fields: FieldHelp = {};
