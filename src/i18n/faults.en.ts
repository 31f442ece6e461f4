/** The button to what can be broken on purpose, and the faults that are on. */
export const faults = {
  button: 'Break something',
  title: 'What goes wrong',
  active: 'Faults that are on',
  off: (p: { name: string }) => `Switch off: ${p.name}`,
  cannot: (p: { file: string }) => `${p.file} cannot be edited here while its YAML has a syntax error.`,
};
