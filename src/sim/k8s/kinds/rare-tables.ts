/**
 * The tables that few documents need, as a module of their own: the development server strips the attribute of a static
 * import of JSON, and leaves that of a dynamic one to the browser, which then refuses what it is served.
 */
import tables from './upstream-rare.generated.json' with { type: 'json' };

export const rareTables: Readonly<Record<string, string>> = tables;
