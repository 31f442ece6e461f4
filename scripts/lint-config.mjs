/**
 * oxlint's configuration: rules for correctness, React and accessibility, and the import rules of import-rules.mjs.
 * Where several overrides match a file, oxlint keeps the last one only, so each folder's rules are joined with those of
 * the folders around it.
 */
import { rules } from './import-rules.mjs';

/** Globals that would make two runs of the simulator differ. */
const impure = ['Date', 'performance', 'crypto', 'setTimeout', 'setInterval', 'queueMicrotask', 'console', 'process', 'fetch', 'self', 'globalThis', 'window', 'document'];

const folderOf = (glob) => glob.replace(/\/\*\*$/, '');
const globs = [...new Set(rules.flatMap((r) => r.files))].sort((a, b) => folderOf(a).length - folderOf(b).length);
const encloses = (outer, inner) => outer === inner || folderOf(inner).startsWith(`${folderOf(outer)}/`);

const patterns = (glob) =>
  rules
    .filter((r) => r.files.some((f) => encloses(f, glob)))
    .flatMap((r) => r.never.map((regex) => ({ regex, message: r.why, ...(r.types ? { allowTypeImports: true } : {}) })));

export const lintConfig = {
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'react', 'jsx-a11y', 'import'],
  categories: { correctness: 'error', suspicious: 'error' },
  rules: {
    'react/react-in-jsx-scope': 'off',
    'react/rules-of-hooks': 'error',
    'react/exhaustive-deps': 'error',
    'import/no-cycle': ['error', { ignoreTypes: true }],
    'import/no-default-export': 'error',
    'import/no-unassigned-import': 'off',
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'eslint/no-shadow': 'off',
    'eslint/no-underscore-dangle': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'unicorn/no-new-array': 'off',
    'unicorn/prefer-add-event-listener': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'import/no-named-as-default-member': 'off',
    'jsx-a11y/prefer-tag-over-role': 'off',
    // A program that makes no system call is still a program.
    'eslint/require-yield': 'off',
  },
  overrides: [
    { files: ['src/sim/**'], rules: { 'no-restricted-globals': ['error', ...impure], 'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'ask a Chooser' }] } },
    ...globs.map((glob) => ({ files: [glob], rules: { 'no-restricted-imports': ['error', { patterns: patterns(glob) }] } })),
    // The ways in and out of a network stack call each other: a packet that is delivered may be answered, and so sent.
    { files: ['src/sim/net/**'], rules: { 'import/no-cycle': 'off' } },
    // A test may look at anything that it tests with.
    { files: ['**/*.test.ts', '**/*.test.tsx', 'e2e/**'], rules: { 'no-restricted-imports': 'off', 'no-restricted-globals': 'off', 'typescript/no-non-null-assertion': 'off' } },
    { files: ['*.config.ts', 'e2e/**/*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
};
