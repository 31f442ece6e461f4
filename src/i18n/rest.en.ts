/** The inspector before anything was sent. */
export const rest = {
  why: 'Nothing was sent yet',
  whyDetail:
    'Press the space bar, or Send above the picture. Each step will say here what happened to the packet, which table row did it, and which line of your YAML put that row there.',
};
