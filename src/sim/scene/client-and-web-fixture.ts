/** For tests: a client and a server on one worker, and the server's Service. `spec` is written before its selector. */
export function clientAndWeb(spec = ''): string {
  return `apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {${spec} selector: {app: web}, ports: [{port: 80}]}
`;
}
