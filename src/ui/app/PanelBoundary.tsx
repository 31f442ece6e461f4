import { Component, type ReactNode } from 'react';
import { text } from '../../i18n/messages.ts';
import { Button } from '../kit/Button.tsx';
import styles from './PanelBoundary.module.css';

/** Keeps a fault in one panel from taking the page along. A class because React offers no other way. */
export class PanelBoundary extends Component<
  { readonly children: ReactNode },
  { readonly error: Error | undefined }
> {
  override state: { readonly error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    const t = text().app;
    return (
      <div role="alert" className={styles.crash}>
        <p>{t.crashed}</p>
        <pre>{this.state.error.message}</pre>
        <Button kind="line" onClick={() => this.setState({ error: undefined })}>
          {t.tryAgain}
        </Button>
      </div>
    );
  }
}
