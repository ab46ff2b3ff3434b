// Stands for undici in dist/: client-node imports it for clients that are not used here, and its current version needs a newer Node than
// the README promises (it reads a compression of Node 22.15 as it is loaded).
function unused() {
  throw new Error('undici is not part of this bundle: see tools/bundle.mjs');
}

export { unused as Agent, unused as fetch, unused as ProxyAgent };
