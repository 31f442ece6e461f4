import type { ReactNode, Ref } from 'react';

/** A named part that scrolls by itself, and so can be reached and scrolled with the keyboard. */
export function ScrollRegion({
  label,
  className,
  ref,
  pre,
  children,
}: {
  readonly label: string;
  readonly className?: string;
  readonly ref?: Ref<HTMLDivElement>;
  /** Preformatted text. */
  readonly pre?: boolean;
  readonly children: ReactNode;
}) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- WCAG 2.1.1: what scrolls must be scrollable by keyboard.
    <div ref={ref} className={className} role="region" aria-label={label} tabIndex={0}>
      {pre === true ? <pre>{children}</pre> : children}
    </div>
  );
}
