import { Icon } from '../../kit/Icon.tsx';
import type { CellState } from './groups.ts';

/** A cell's state as a shape: check, cross, half-filled circle, question mark, dash. */
export function CellMark({ state, size = 16 }: { readonly state: CellState; readonly size?: number }) {
  switch (state) {
    case 'allowed':
      return <Icon name="check" size={size} />;
    case 'denied':
      return <Icon name="cross" size={size} />;
    case 'unknown':
      return <Icon name="question" size={size} />;
    case 'self':
      return <Icon name="dash" size={size} />;
    case 'some':
      return (
        <svg
          width={size}
          height={size}
          viewBox="0 0 16 16"
          aria-hidden="true"
          style={{ display: 'block', flex: 'none' }}
        >
          <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
        </svg>
      );
  }
}
