import { useDocument } from '../../state/document.ts';

export function EditorPanel(_: {
  readonly plain?: boolean;
  readonly onCollapse?: () => void;
  readonly collapseLabel: string;
}) {
  const text = useDocument((s) => s.files.find((f) => f.name === s.active)?.text);
  return <pre>{text}</pre>;
}
