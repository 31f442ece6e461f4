import type { ReactElement } from 'react';

/** Line glyphs on a 16-pixel grid, drawn with the current colour. */
const GLYPHS = {
  check: <path d="M3 8.5l3.2 3.2L13 4.8" />,
  cross: <path d="M4 4l8 8M12 4l-8 8" />,
  question: <path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.4v.1" />,
  dash: <path d="M4 8h8" />,
  dot: <circle cx="8" cy="8" r="2.5" fill="currentColor" stroke="none" />,
  ring: <circle cx="8" cy="8" r="3" />,
  down: <path d="M4.5 6.5L8 10l3.5-3.5" />,
  up: <path d="M4.5 9.5L8 6l3.5 3.5" />,
  right: <path d="M6.5 4.5L10 8l-3.5 3.5" />,
  left: <path d="M9.5 4.5L6 8l3.5 3.5" />,
  first: <path d="M4 3.5v9M12.5 3.5L6.5 8l6 4.5z" />,
  last: <path d="M12 3.5v9M3.5 3.5l6 4.5-6 4.5z" />,
  previous: <path d="M9.5 4L5.5 8l4 4" />,
  next: <path d="M6.5 4l4 4-4 4" />,
  play: <path d="M4.5 3l8 5-8 5z" fill="currentColor" />,
  pause: <path d="M5 3v10M11 3v10" strokeWidth="2.5" />,
  undo: <path d="M5.5 3L2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6" />,
  redo: <path d="M10.5 3l3 3-3 3M13.5 6h-7a4 4 0 0 0 0 8H10" />,
  link: (
    <path d="M6.5 9.5a3 3 0 0 0 4.2 0l2.4-2.4a3 3 0 0 0-4.2-4.2l-.9.9M9.5 6.5a3 3 0 0 0-4.2 0L2.9 8.9a3 3 0 0 0 4.2 4.2l.9-.9" />
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" />
    </>
  ),
  plus: <path d="M8 3.5v9M3.5 8h9" />,
  more: (
    <g fill="currentColor" stroke="none">
      <circle cx="3.5" cy="8" r="1.2" />
      <circle cx="8" cy="8" r="1.2" />
      <circle cx="12.5" cy="8" r="1.2" />
    </g>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1" />
      <path d="M10.5 5.5v-3h-8v8h3" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="M10 10l3.5 3.5" />
    </>
  ),
  pod: (
    <>
      <rect x="2" y="2.5" width="12" height="9" rx="2.5" />
      <rect x="6" y="10" width="4" height="4" fill="var(--surface-1)" />
    </>
  ),
  node: <path d="M2 14V2h12v12M2 14h4M10 14h4" />,
  outside: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M2.5 8h11M8 2.5c2 1.6 2.6 3.4 2.6 5.5S10 11.9 8 13.5C6 11.9 5.4 10.1 5.4 8S6 4.1 8 2.5z" />
    </>
  ),
  service: (
    <>
      <path d="M8 1.5L14.5 8 8 14.5 1.5 8z" strokeDasharray="2.2 1.6" />
      <circle cx="8" cy="8" r="1.6" fill="currentColor" stroke="none" />
    </>
  ),
  file: <path d="M4 1.5h5l3.5 3.5v9.5H4zM9 1.5V5h3.5" />,
  panel: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1" />
      <path d="M6.5 3v10" />
    </>
  ),
  warning: <path d="M8 2.5l6 11H2zM8 6.5v3.5M8 11.8v.1" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 7.3V11M8 5v.1" />
    </>
  ),
  stop: <rect x="4" y="4" width="8" height="8" />,
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8" rx="1" />
      <path d="M4 6.7h.1M6.7 6.7h.1M9.3 6.7h.1M12 6.7h.1M5 9.5h6" />
    </>
  ),
  many: <path d="M2 4.5h9M8.5 2l2.5 2.5L8.5 7M5 11.5h9M11.5 9l2.5 2.5-2.5 2.5" />,
  follow: <path d="M2 5h8M2 8h5M2 11h4M10 8l3 3-3 3" />,
} as const satisfies Record<string, ReactElement>;

export type IconName = keyof typeof GLYPHS;

/** A decorative glyph: whatever it means is also in words or in an accessible name. */
export function Icon({
  name,
  size = 16,
  className,
}: {
  readonly name: IconName;
  readonly size?: number;
  readonly className?: string;
}) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ display: 'block', flex: 'none' }}
    >
      {GLYPHS[name]}
    </svg>
  );
}

/** The product's mark: an open envelope on a line. */
export function Mark({ width = 24 }: { readonly width?: number }) {
  return (
    <svg
      width={width}
      height={(width * 2) / 3}
      viewBox="0 0 24 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ display: 'block', flex: 'none' }}
    >
      <path d="M0 8h4M20 8h4" strokeWidth="2" />
      <rect x="4" y="2" width="16" height="12" rx="1.5" />
      <path d="M4.5 3l7.5 6 7.5-6" />
    </svg>
  );
}
