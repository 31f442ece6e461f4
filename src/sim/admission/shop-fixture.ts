/** For tests: documents of a namespace `shop` and of a RuntimeClass with overhead and a place. */

export const GVISOR = `apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
overhead: {podFixed: {memory: 64Mi}}
scheduling: {nodeSelector: {sandbox: gvisor}}
---
`;

export const shopPod = (name: string, spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop}\nspec: {${spec}, containers: [{name: c, image: nginx}]}\n---\n`;
