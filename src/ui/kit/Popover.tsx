import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import { classes } from './classes.ts';
import { place } from './place.ts';
import styles from './Popover.module.css';

interface PopoverProps {
  readonly anchor: RefObject<HTMLElement | null>;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly align?: 'start' | 'end';
  readonly label?: string;
  readonly role?: 'dialog' | 'menu' | 'listbox';
  readonly id?: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/**
 * A light layer in the browser's top layer, below (or above) its anchor. Closes on Escape and on a press outside;
 * focus goes back to the anchor when it was inside.
 */
export function Popover({
  anchor,
  open,
  onClose,
  align = 'start',
  label,
  role = 'dialog',
  id,
  className,
  children,
}: PopoverProps) {
  const box = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = box.current;
    const target = anchor.current;
    if (!open || element === null || target === null) return;
    element.showPopover();
    const put = (): void => place(element, target, align);
    put();
    window.addEventListener('resize', put);
    const observer = new ResizeObserver(put);
    observer.observe(element);
    return () => {
      window.removeEventListener('resize', put);
      observer.disconnect();
      const held = element.contains(document.activeElement) || document.activeElement === document.body;
      if (element.matches(':popover-open')) element.hidePopover();
      if (held) target.focus({ preventScroll: true });
    };
  }, [open, anchor, align]);

  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent): void => {
      const target = event.target as Node;
      if (box.current?.contains(target) === true || anchor.current?.contains(target) === true) return;
      onClose();
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('keydown', escape, true);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('keydown', escape, true);
    };
  }, [open, onClose, anchor]);

  if (!open) return null;
  return (
    <div
      ref={box}
      id={id}
      popover="manual"
      role={role}
      aria-label={label}
      className={classes(styles.popover, className)}
    >
      {children}
    </div>
  );
}
