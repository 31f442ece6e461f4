import type { Mark } from './step-mark.ts';
import styles from './StepMark.module.css';

/** A step's mark as SVG around (0, 0), at most 14 × 14: the same shapes on the time line and in lists. */
export function MarkShape({ mark }: { readonly mark: Mark }) {
  switch (mark) {
    case 'start':
      return <circle r="4" className={styles.start} />;
    case 'wire':
      return <path d="M0-3v6" className={styles.wire} />;
    case 'conntrack':
      return <circle r="3" className={styles.conntrack} />;
    case 'rule':
      return <path d="M0-5V5" className={styles.rule} />;
    case 'program':
      return <path d="M0-5.500L4.800-2.700V2.700L0 5.500-4.800 2.700V-2.700z" className={styles.program} />;
    case 'nat':
      return <rect x="-5" y="-5" width="10" height="10" rx="1" className={styles.nat} />;
    case 'route':
      return <path d="M0-4.5L4.5 0 0 4.5-4.5 0z" className={styles.route} />;
    case 'allow':
      return <path d="M-3-6V6M3-6V6" className={styles.allow} />;
    case 'deny':
      return <path d="M-4-4L4 4M4-4L-4 4" className={styles.deny} />;
    case 'encap':
      return (
        <>
          <rect x="-6.5" y="-5.5" width="13" height="11" rx="1" className={styles.tunnel} />
          <rect x="-3" y="-2" width="6" height="4" className={styles.inside} />
        </>
      );
    case 'decap':
      return (
        <>
          <rect x="-6.5" y="-5.5" width="13" height="11" rx="1" className={styles.tunnel} />
          <path d="M-3 0h6" className={styles.tunnel} />
        </>
      );
    case 'deliver':
      return (
        <>
          <circle r="5.5" className={styles.deliver} />
          <path d="M-2.5 0L-.5 2 3-2" className={styles.tick} />
        </>
      );
    case 'process':
      return <path d="M-3-4h6v8h-6z" className={styles.process} />;
    case 'timer':
      return (
        <>
          <circle r="4.5" className={styles.timer} />
          <path d="M0-2.500V0L2 1.500" className={styles.timer} />
        </>
      );
    case 'neighbour':
      return <path d="M-4 0h8M-4 0l2-2M4 0L2 2" className={styles.quiet} />;
    case 'bridge':
      return <path d="M-5 0H5M-3 0v-3M3 0v-3" className={styles.quiet} />;
  }
}

/** The same as a small inline picture. */
export function StepMark({ mark, className }: { readonly mark: Mark; readonly className?: string }) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="-8 -8 16 16"
      aria-hidden="true"
      className={className}
      style={{ display: 'block', flex: 'none' }}
    >
      <MarkShape mark={mark} />
    </svg>
  );
}
