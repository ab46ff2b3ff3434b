/** What has to be there before a container can run: its image and its environment. Both are waited for, as the kubelet does. */
import { freePorts } from '../free-ports.ts';
import { type Cell, change, pause, wait } from './cell.ts';
import { findImage, type Image } from './images.ts';
import { readVariables } from './variables.ts';

/** Undefined: the container is to end before there was one. */
export async function pullImage(cell: Cell): Promise<Image | undefined> {
  const { spec, context } = cell;
  const { firstMs, longestMs } = context.backOff;
  for (let ms = firstMs; ; ms = Math.min(2 * ms, longestMs)) {
    const image = findImage(context.images, spec.image);
    if (image) {
      change(cell, { imageID: spec.image });
      return image;
    }
    const known = [...context.images.keys()].join(', ') || 'none';
    const failure = `failed to pull image "${spec.image}": the test bed's node has no program for it. Known: ${known}`;
    context.event('Warning', 'Failed', failure);
    if (spec.imagePullPolicy === 'Never') wait(cell, 'ErrImageNeverPull', `Container image "${spec.image}" is not present`);
    else wait(cell, 'ErrImagePull', failure);
    if (!(await pause(cell, ms / 2))) return undefined;
    if (spec.imagePullPolicy !== 'Never')
      wait(cell, 'ImagePullBackOff', `Back-off pulling image "${spec.image}": ErrImagePull: ${failure}`);
    if (!(await pause(cell, ms / 2))) return undefined;
  }
}

/** Its variables, free ports among them. Undefined: the container is to end before they were there. */
export async function readEnvironment(cell: Cell, image: Image): Promise<Record<string, string> | undefined> {
  const { spec, context } = cell;
  for (;;) {
    try {
      const own = await readVariables(context.server, context.pod(), spec);
      return { ...machine(), ...image.env, ...own, ...(await assignPorts(cell, image)) };
    } catch (error) {
      wait(cell, 'CreateContainerConfigError', error instanceof Error ? error.message : String(error));
      if (!(await pause(cell, context.backOff.firstMs))) return undefined;
    }
  }
}

function machine(): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/' };
}

/** A container keeps its ports as long as it lives. One that lists its ports opens no others. */
async function assignPorts(cell: Cell, image: Image): Promise<Record<string, string>> {
  const listed = cell.spec.ports?.map(({ containerPort }) => containerPort);
  const wanted = Object.entries(image.ports ?? {}).filter(([port]) => listed?.includes(Number(port)) ?? true);
  const free = cell.ports.size > 0 ? [...cell.ports.values()] : await freePorts(wanted.length);
  return Object.fromEntries(
    wanted.map(([port, variable], at) => {
      cell.ports.set(Number(port), free[at]!);
      return [variable, String(free[at])];
    }),
  );
}
