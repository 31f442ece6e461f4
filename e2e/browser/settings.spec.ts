/** Cluster settings are edits of the YAML: comments stay, and each is one step of undo. */
import { expect, keptText, test } from './app.ts';

/** The comment that the file opens with. */
const COMMENT = /^# .*one control plane and two workers/i;

test('one more worker, another CNI and another pod subnet: the YAML says so, undo takes each back', async ({
  app,
}) => {
  const summary = app.getByRole('button', { name: /nodes.*Flannel/ });
  await expect(summary).toContainText('3 nodes');
  await summary.click();
  const settings = app.getByRole('dialog', { name: 'Cluster settings' });

  await settings.getByRole('button', { name: 'Workers: One more' }).click();
  await expect(settings.getByRole('group', { name: 'Workers' })).toContainText('3');
  await expect.poll(() => keptText(app, 'cluster.yaml')).toMatch(COMMENT);
  expect((await keptText(app, 'cluster.yaml'))?.match(/- role: worker/g)).toHaveLength(3);

  await settings.getByRole('combobox', { name: 'CNI', exact: true }).selectOption('calico');
  await expect.poll(() => keptText(app, 'cluster.yaml')).toContain('cni: calico');
  await expect(settings).toContainText('enforces network policies');

  const subnet = settings.getByRole('textbox', { name: 'Pod subnet' });
  await subnet.fill('10.99.0.0');
  await expect(settings).toContainText('Write a CIDR');
  await subnet.fill('10.99.0.0/16');
  await subnet.press('Enter');
  await expect.poll(() => keptText(app, 'cluster.yaml')).toContain('podSubnet: 10.99.0.0/16');
  expect(await keptText(app, 'cluster.yaml')).toMatch(COMMENT);
  await expect(app.getByRole('group', { name: /^Pod default\/web-.*10\.99\./ }).first()).toBeAttached();

  await app.keyboard.press('Escape');
  await expect(settings).toBeHidden();
  const undo = app.getByRole('button', { name: 'Undo' });
  await undo.click();
  await expect.poll(() => keptText(app, 'cluster.yaml')).not.toContain('podSubnet');
  await undo.click();
  await expect.poll(() => keptText(app, 'cluster.yaml')).toContain('cni: flannel');
  await undo.click();
  await expect
    .poll(async () => (await keptText(app, 'cluster.yaml'))?.match(/- role: worker/g)?.length)
    .toBe(2);
  await expect(undo).toBeDisabled();
  await expect(app.getByRole('button', { name: /nodes.*Flannel/ })).toContainText('3 nodes');
});

test('Escape closes the settings and gives the focus back', async ({ app }) => {
  await app.getByRole('button', { name: /nodes.*Flannel/ }).click();
  const settings = app.getByRole('dialog', { name: 'Cluster settings' });
  await settings.getByRole('combobox', { name: 'kube-proxy mode' }).focus();
  await app.keyboard.press('Escape');
  await expect(app.getByRole('button', { name: /nodes.*Flannel/ })).toBeFocused();
});
