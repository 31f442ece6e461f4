import { memo } from 'react';
import { CLASS_PREFIX } from './patch.ts';
import type { Shape } from './shapes.ts';

/** Primitives as SVG elements. */
export const Shapes = memo(function Shapes({ shapes }: { readonly shapes: readonly Shape[] }) {
  return shapes.map((shape, i) => <One key={i} shape={shape} />);
});

function One({ shape }: { readonly shape: Shape }) {
  const opacity = shape.o;
  switch (shape.t) {
    case 'rect':
      return (
        <rect
          className={CLASS_PREFIX + shape.s}
          x={shape.x}
          y={shape.y}
          width={Math.max(0, shape.w)}
          height={Math.max(0, shape.h)}
          rx={shape.r}
          opacity={opacity}
        />
      );
    case 'path':
      return <path className={CLASS_PREFIX + shape.s} d={shape.d} opacity={opacity} />;
    case 'circle':
      return (
        <circle className={CLASS_PREFIX + shape.s} cx={shape.x} cy={shape.y} r={shape.r} opacity={opacity} />
      );
    case 'text':
      return (
        <text
          className={CLASS_PREFIX + shape.s}
          x={shape.x}
          y={shape.y}
          textAnchor={shape.a}
          opacity={opacity}
        >
          {shape.text}
        </text>
      );
    case 'group':
      return (
        <g transform={shape.transform} opacity={opacity}>
          <Shapes shapes={shape.shapes} />
        </g>
      );
  }
}
