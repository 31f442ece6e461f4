import type { L7About } from '../../plugin.ts';

export const envoyGatewayAbout: L7About = {
  id: 'envoy-gateway',
  label: 'Envoy Gateway',
  fidelity: 'modelled',
  sources: [
    'envoyproxy/gateway internal/gatewayapi, internal/xds/translator',
    'internal/infrastructure/kubernetes/proxy',
  ],
  images: ['envoyproxy/gateway', 'envoyproxy/envoy'],
  gateways: {
    controllerName: 'gateway.envoyproxy.io/gatewayclass-controller',
    image: 'envoyproxy/gateway',
  },
};
