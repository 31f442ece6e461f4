import { expect, test } from 'vitest';
import { faultText, resourceFaults } from './resources.ts';

const AT = ['spec', 'containers', 0, 'resources'];
const said = (resources: object): readonly string[] =>
  resourceFaults(resources, AT).map((fault) => faultText(fault).replace('spec.containers[0].resources', '$'));

test.each<[string, object, readonly string[]]>([
  ['nothing', {}, []],
  ['numbers and texts', { requests: { cpu: 0.5, memory: '64Mi' }, limits: { cpu: 1, memory: '64Mi' } }, []],
  ['the same in other words', { requests: { cpu: '1000m' }, limits: { cpu: 1 } }, []],
  [
    'a request above its limit',
    { requests: { memory: '2Gi' }, limits: { memory: '1024Mi' } },
    ['$.requests: Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi'],
  ],
  [
    'no such resource',
    { limits: { nvidia: 1 } },
    [
      '$.limits[nvidia]: Invalid value: "nvidia": must be a standard resource type or fully qualified',
      '$.limits[nvidia]: Invalid value: "nvidia": must be a standard resource for containers',
    ],
  ],
  [
    'a resource of quotas alone',
    { requests: { pods: 1 } },
    ['$.requests[pods]: Invalid value: "pods": must be a standard resource for containers'],
  ],
  [
    'negative',
    { requests: { cpu: '-1' } },
    ['$.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  ['an extended resource', { requests: { 'nvidia.com/gpu': 1 }, limits: { 'nvidia.com/gpu': 1 } }, []],
  [
    'a part of one',
    { requests: { 'nvidia.com/gpu': '500m' }, limits: { 'nvidia.com/gpu': '500m' } },
    [
      '$.limits[nvidia.com/gpu]: Invalid value: 500m: must be an integer',
      '$.requests[nvidia.com/gpu]: Invalid value: 500m: must be an integer',
    ],
  ],
  [
    'less than its limit, where nothing is shared',
    { requests: { 'nvidia.com/gpu': 1 }, limits: { 'nvidia.com/gpu': 2 } },
    ['$.requests: Invalid value: "1": must be equal to nvidia.com/gpu limit of 2'],
  ],
  [
    'without its limit',
    { requests: { 'nvidia.com/gpu': 1 } },
    ['$.limits: Required value: Limit must be set for non overcommitable resources'],
  ],
  [
    'huge pages alone',
    { requests: { 'hugepages-2Mi': '4Mi' }, limits: { 'hugepages-2Mi': '4Mi' } },
    ['$: Forbidden: HugePages require cpu or memory'],
  ],
])('%s', (_, resources, faults) => {
  expect(said(resources)).toEqual(faults);
});
