/** A program that campaigns for a Lease and prints `leads`, `lost: WHY` and `stopped`; SIGTERM stops it. For tests that kill and freeze it. */
import process from 'node:process';
import { connectKube } from '../../src/kube/connect.ts';
import { campaign, type LeaseTimes } from '../../src/kube/lease.ts';

const [kubeconfig, identity = '', times = '{}'] = process.argv.slice(2);
const kube = await connectKube({ kubeconfig });
const leadership = campaign({ kube, namespace: 'default', name: 'lease', identity, times: JSON.parse(times) as LeaseTimes });
/** A leader says so again and again, as it would write again and again. */
const pulse = setInterval(() => leadership.isLeader() && console.log(`leads ${Date.now()}`), 20);
leadership.lost.then((why) => console.log(`lost: ${why}`));
process.once('SIGTERM', async () => {
  clearInterval(pulse);
  await leadership.stop();
  console.log('stopped');
  kube.close();
});
