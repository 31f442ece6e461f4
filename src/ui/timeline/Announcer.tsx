import { useText } from '../../i18n/messages.ts';
import { reasonTitle, stepWhere } from '../../i18n/step-text.ts';
import type { WalkView } from './use-walk-view.ts';

/** Says the current step to a screen reader, wherever the focus is. */
export function Announcer({ view }: { readonly view: WalkView | undefined }) {
  const { inspector, reasons } = useText();
  const step = view?.trace.steps[view.step];
  return (
    <p className="visually-hidden" role="status">
      {view !== undefined &&
        step !== undefined &&
        inspector.stepAnnounce({
          n: view.position + 1,
          total: view.shown.length,
          where: stepWhere(step),
          title: reasonTitle(reasons, step.reason),
        })}
    </p>
  );
}
