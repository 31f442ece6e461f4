/** Writes shapes into an SVG element, reusing what is there: cheap enough for every animation frame. */
import type { Shape } from './shapes.ts';

const NS = 'http://www.w3.org/2000/svg';
export const CLASS_PREFIX = 'pw-';

const TAGS: Readonly<Record<Shape['t'], string>> = {
  rect: 'rect',
  path: 'path',
  circle: 'circle',
  text: 'text',
  group: 'g',
};

export function patch(parent: SVGElement, shapes: readonly Shape[]): void {
  let i = 0;
  for (const shape of shapes) {
    const tag = TAGS[shape.t];
    let element = parent.childNodes[i] as SVGElement | undefined;
    if (element === undefined || element.tagName !== tag) {
      const fresh = document.createElementNS(NS, tag);
      if (element === undefined) parent.appendChild(fresh);
      else parent.replaceChild(fresh, element);
      element = fresh;
    }
    write(element, shape);
    i++;
  }
  while (parent.childNodes.length > shapes.length) parent.lastChild?.remove();
}

function set(element: SVGElement, name: string, value: string | number | undefined): void {
  if (value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

function write(element: SVGElement, shape: Shape): void {
  set(element, 'opacity', shape.o === undefined || shape.o >= 1 ? undefined : shape.o);
  switch (shape.t) {
    case 'rect':
      set(element, 'class', CLASS_PREFIX + shape.s);
      set(element, 'x', shape.x);
      set(element, 'y', shape.y);
      set(element, 'width', Math.max(0, shape.w));
      set(element, 'height', Math.max(0, shape.h));
      set(element, 'rx', shape.r);
      break;
    case 'path':
      set(element, 'class', CLASS_PREFIX + shape.s);
      set(element, 'd', shape.d);
      break;
    case 'circle':
      set(element, 'class', CLASS_PREFIX + shape.s);
      set(element, 'cx', shape.x);
      set(element, 'cy', shape.y);
      set(element, 'r', shape.r);
      break;
    case 'text':
      set(element, 'class', CLASS_PREFIX + shape.s);
      set(element, 'x', shape.x);
      set(element, 'y', shape.y);
      set(element, 'text-anchor', shape.a);
      if (element.textContent !== shape.text) element.textContent = shape.text;
      break;
    case 'group':
      set(element, 'transform', shape.transform);
      patch(element, shape.shapes);
      break;
  }
}
