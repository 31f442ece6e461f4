/** What the picture needs only when a packet moves in it: one chunk, loaded through `moving-parts.ts`. */
export { frames } from '../../sim/scene/frames.ts';
export { talkFrames } from '../../sim/scene/talk.ts';
export { Overlay } from './Overlay.tsx';
