import type { L7About } from '../../plugin.ts';

export const ingressNginxAbout: L7About = {
  id: 'ingress-nginx',
  label: 'ingress-nginx',
  fidelity: 'modelled',
  sources: ['kubernetes/ingress-nginx internal/ingress/controller', 'rootfs/etc/nginx/template/nginx.tmpl'],
  images: ['ingress-nginx/controller'],
};
