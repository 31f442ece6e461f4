import type { IngressAbout, L7About } from '../../plugin.ts';

export const ingressNginxAbout: L7About & { readonly ingress: IngressAbout } = {
  id: 'ingress-nginx',
  label: 'ingress-nginx',
  fidelity: 'modelled',
  sources: [
    'kubernetes/ingress-nginx internal/ingress/controller: controller.go, location.go, template/template.go',
    'rootfs/etc/nginx/lua/balancer.lua',
    'nginx src/http/ngx_http_core_module.c',
  ],
  images: ['ingress-nginx/controller'],
  ingress: {
    controller: 'k8s.io/ingress-nginx',
    // --ingress-class
    annotated: 'nginx',
    annotations: 'nginx.ingress.kubernetes.io/',
    // Its Lua balancer answers 503 for whatever it has no peer for.
    backends: { noService: 503, noPort: 503, noEndpoints: 503, byTargetPort: true },
  },
  retired: { since: '2026-03', instead: 'Gateway API' },
};
