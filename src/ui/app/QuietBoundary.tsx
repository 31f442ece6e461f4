import { Component, type ReactNode } from 'react';
import { say } from './notices.ts';

/** Around what is loaded on demand and may fail to: the rest of the page stays, and a notice says so. */
export class QuietBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override componentDidCatch(): void {
    say({ kind: 'load-failed' });
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
